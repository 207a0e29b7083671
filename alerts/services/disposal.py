"""What officers do with a warning: accept, verify, release with evidence, transfer to a case lead, note.

Each act locks the warning and compares its state with the one the officer saw. Of two officers one acts, the other is
told (`Overtaken`). An act leaves a `Disposal`, files hang on it, and an entry in the audit log.
"""

from collections.abc import Iterable, Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from alerts import permissions, recheck
from alerts.enums import WAITING_STATES, Act, DemandKind, DemandState, ReleaseKind, WarningState
from alerts.models import CaseLead, Disposal, Warning
from alerts.models.case_lead import FILE_WITHIN
from alerts.services import ends
from alerts.services.acts import LOCKED, File, Overtaken, leave, locked, next_lead_number
from core import audit
from core.working_days import add_workdays
from projects.services import mark_changed

NOT_ALONE = (
    "按今天的数据仍核对到：{}不能由一人解除。请督促整改，数据改正后系统自动解除；"
    "情况属实但数据无法改正的，申请解除，由另一名监管员复核。"
)
ABOVE = "本预警已上报，现由{}人社部门办理。请申请解除，由其复核。"


@transaction.atomic
def accept(*, warning: Warning, by, seen: str = WarningState.NEW) -> Warning:
    warning = locked(warning, by, seen, permissions.can_accept)
    warning.handler = by
    leave(warning, Act.ACCEPTED, WarningState.ACCEPTED, by=by)
    return warning


@transaction.atomic
def accept_many(*, warnings: Iterable[Warning], by) -> tuple[int, int]:
    """(accepted, left alone because somebody was quicker or it is not this office's)."""
    chosen = {warning.pk for warning in warnings}
    free = Warning.objects.unscoped(LOCKED).filter(pk__in=chosen, state=WarningState.NEW).select_related("project")
    mine = [w for w in free.select_for_update(of=("self",)).order_by("pk") if permissions.can_accept(by, w)]
    for warning in mine:
        warning.state, warning.handler = WarningState.ACCEPTED, by
    Warning.objects.unscoped(LOCKED).filter(pk__in=[warning.pk for warning in mine]).update(
        state=WarningState.ACCEPTED, handler=by
    )
    Disposal.objects.bulk_create(
        Disposal(warning=w, act=Act.ACCEPTED, from_state=WarningState.NEW, to_state=w.state, by=by) for w in mine
    )
    if mine:
        audit.record("warning.accept", by=by, warnings=[warning.pk for warning in mine])
    return len(mine), len(chosen) - len(mine)


@transaction.atomic
def verify(*, warning: Warning, text: str, by, seen: str = WarningState.ACCEPTED) -> Warning:
    warning = locked(warning, by, seen, permissions.can_verify)
    warning.handler = by
    leave(warning, Act.VERIFYING, WarningState.VERIFYING, by=by, text=text)
    return warning


@transaction.atomic
def release(*, warning: Warning, text: str, files: Sequence[File], by, seen: str) -> Warning:
    """By hand, which takes a reason and at least one file (A3). One officer alone releases only what the rule no
    longer finds; for the rest see `ask_release`."""
    check_proof(files)
    warning = locked(warning, by, seen, permissions.can_release)
    if asked := warning.release_asked:
        raise Overtaken(f"{asked.asked_by.name}已申请解除，待{asked.of.name}复核。")
    found = recheck.still_found(warning, timezone.localdate())
    if found or not permissions.can_end(by, warning):
        raise ValidationError(not_alone(warning, found))
    end_with_evidence(warning, by=by, text=text, files=files, still_found=False)
    return warning


def not_alone(warning: Warning, found: str) -> str:
    """Why an officer asks for the release instead."""
    return NOT_ALONE.format(found) if found else ABOVE.format(warning.get_office_level_display())


def check_proof(files: Sequence[File]) -> None:
    if not files:
        raise ValidationError("解除预警须上传证据材料。")


def end_with_evidence(warning: Warning, *, by, text: str, still_found: bool, **told) -> None:
    """The rules look again at once: what waited for this release is answered too."""
    warning.release_kind, warning.released_at = ReleaseKind.EVIDENCE, timezone.now()
    warning.still_found = still_found
    warning.handler = by
    _settle_correction(warning, by)
    leave(warning, Act.RELEASED, WarningState.RELEASED, by=by, text=text, **told)
    ends.tell_released(warning)
    ends.tell_lapsed(warning, but=by)
    mark_changed([warning.project_id])


@transaction.atomic
def transfer(*, warning: Warning, reason: str, by, seen: str) -> CaseLead:
    """Hand a possible violation over for filing and investigation, or mediation."""
    warning = locked(warning, by, seen, permissions.can_transfer)
    warning.handler = by
    lead = CaseLead.objects.create(
        number=next_lead_number(warning.project.jurisdiction_id),
        project_id=warning.project_id,
        warning=warning,
        reason=reason,
        due_on=add_workdays(timezone.localdate(), FILE_WITHIN).day,
        opened_by=by,
    )
    text = f"案源编号 {lead.number}。{reason}"[:1000]
    leave(warning, Act.TRANSFERRED, WarningState.TRANSFERRED, by=by, text=text, number=lead.number)
    ends.tell_lapsed(warning, but=by)
    mark_changed([warning.project_id])
    return lead


@transaction.atomic
def note(*, warning: Warning, text: str, by, files: Sequence[File] = ()) -> Disposal:
    """Changes nothing about the warning, so nobody can be too late with it."""
    if not permissions.can_note(by, warning):
        raise PermissionDenied
    return leave(warning, Act.NOTED, warning.state, by=by, text=text, files=files)


@transaction.atomic
def reply(*, warning: Warning, text: str, by, files: Sequence[File] = ()) -> Disposal:
    """What the contractor says to a warning: for the officers to read; it answers nothing by itself."""
    if not permissions.can_reply(by, warning):
        raise PermissionDenied
    return leave(warning, Act.REPLIED, warning.state, by=by, text=text, files=files)


def _settle_correction(warning: Warning, by) -> None:
    """Released after the second look: what was ordered is done."""
    ordered = warning.demands.filter(kind=DemandKind.CORRECTION, state__in=WAITING_STATES)
    ordered.update(state=DemandState.DONE, settled_by=by, settled_at=timezone.now())
