"""What officers do with a warning: accept, verify, release with evidence, transfer to a case lead, note.

Each act locks the warning and compares its state with the one the officer saw. Of two officers one acts, the other is
told (`Overtaken`). An act leaves a `Disposal`, files hang on it, and an entry in the audit log.
"""

from collections.abc import Callable, Iterable, Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone

from alerts import permissions
from alerts.enums import REMARKS, Act, ReleaseKind, WarningState
from alerts.models import CaseLead, Disposal, Warning
from core import attachments, audit
from projects.services import mark_changed

File = tuple[str, bytes]  # name, content
LOCKED = "the scope was asked for the warning before it is locked"


class Overtaken(ValidationError):
    """Somebody else acted on the warning after this page was drawn."""


@transaction.atomic
def accept(*, warning: Warning, by, seen: str = WarningState.NEW) -> Warning:
    warning = _locked(warning, by, seen, permissions.can_accept)
    warning.handler = by
    _act(warning, Act.ACCEPTED, WarningState.ACCEPTED, by=by)
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
    warning = _locked(warning, by, seen, permissions.can_verify)
    warning.handler = by
    _act(warning, Act.VERIFYING, WarningState.VERIFYING, by=by, text=text)
    return warning


@transaction.atomic
def release(*, warning: Warning, text: str, files: Sequence[File], by, seen: str) -> Warning:
    """By hand, which takes a reason and at least one file (A3). The rules look again at once: what waited for this
    release is answered too."""
    if not files:
        raise ValidationError("解除预警须上传证据材料。")
    warning = _locked(warning, by, seen, permissions.can_release)
    warning.release_kind, warning.released_at = ReleaseKind.EVIDENCE, timezone.now()
    warning.handler = by
    _act(warning, Act.RELEASED, WarningState.RELEASED, by=by, text=text, files=files)
    mark_changed([warning.project_id])
    return warning


@transaction.atomic
def transfer(*, warning: Warning, reason: str, by, seen: str) -> CaseLead:
    """Hand a possible violation over for filing and investigation, or mediation."""
    warning = _locked(warning, by, seen, permissions.can_transfer)
    warning.handler = by
    lead = CaseLead.objects.create(
        number=_next_number(warning.project.jurisdiction_id),
        project_id=warning.project_id,
        warning=warning,
        reason=reason,
        opened_by=by,
    )
    text = f"案源编号 {lead.number}。{reason}"[:1000]
    _act(warning, Act.TRANSFERRED, WarningState.TRANSFERRED, by=by, text=text, number=lead.number)
    mark_changed([warning.project_id])
    return lead


@transaction.atomic
def note(*, warning: Warning, text: str, by, files: Sequence[File] = ()) -> Disposal:
    """Changes nothing about the warning, so nobody can be too late with it."""
    if not permissions.can_note(by, warning):
        raise PermissionDenied
    return _act(warning, Act.NOTED, warning.state, by=by, text=text, files=files)


@transaction.atomic
def reply(*, warning: Warning, text: str, by, files: Sequence[File] = ()) -> Disposal:
    """What the contractor says to a warning: for the officers to read; it answers nothing by itself."""
    if not permissions.can_reply(by, warning):
        raise PermissionDenied
    return _act(warning, Act.REPLIED, warning.state, by=by, text=text, files=files)


@transaction.atomic
def move_case_lead(*, lead: CaseLead, state: str, text: str, by) -> CaseLead:
    """A case is filed or mediated before it is closed; a closed one is taken up again by the office that closed it."""
    own = CaseLead.objects.unscoped(LOCKED).select_related("project", "warning", "opened_by")
    lead = own.select_for_update(of=("self",)).get(pk=lead.pk)
    if not permissions.can_update_case_lead(by, lead):
        raise PermissionDenied
    if state not in CaseLead.NEXT[lead.state]:
        raise ValidationError(f"案源现为“{lead.get_state_display()}”，不能直接登记为“{CaseLead.State(state).label}”。")
    label, reopened = CaseLead.State(state).label, lead.state == CaseLead.State.CLOSED
    lead.state = state
    lead.closed_by = by if state == CaseLead.State.CLOSED else None
    lead.save(update_fields=["state", "closed_by"])
    told = f"案源 {lead.number} {'撤销结案，恢复为' if reopened else ''}{label}。{text}"
    _act(lead.warning, Act.NOTED, lead.warning.state, by=by, text=told[:1000])
    mark_changed([lead.project_id])
    return lead


def _locked(warning: Warning, by, seen: str, may: Callable[[object, Warning], bool]) -> Warning:
    own = Warning.objects.unscoped(LOCKED).select_related("project", "handler")
    warning = own.select_for_update(of=("self",)).get(pk=warning.pk)
    if warning.state != seen:
        raise Overtaken(_who_was_quicker(warning))
    if not may(by, warning):
        raise PermissionDenied
    return warning


def _who_was_quicker(warning: Warning) -> str:
    last = warning.disposals.exclude(act__in=REMARKS).order_by("-id").first()
    who = last.by.name if last and last.by else "系统"
    return f"本预警刚由{who}处理，现为“{warning.get_state_display()}”。请查看最新处置记录后再操作。"


def _act(warning: Warning, act: str, to: str, *, by, text: str = "", files: Sequence[File] = (), **detail) -> Disposal:
    before, warning.state = warning.state, to
    if act not in REMARKS:
        warning.save(update_fields=["state", "handler", "release_kind", "released_at"])
    disposal = Disposal.objects.create(warning=warning, act=act, from_state=before, to_state=to, text=text, by=by)
    attachments.store_all(files, by=by, owner=disposal)
    audit.record(f"warning.{act}", by=by, target=warning, files=len(files), **detail)
    return disposal


def _next_number(region: str) -> str:
    """AY-530902-2026-0001: counted within a place and a year, without gaps or twins."""
    prefix = f"AY-{region}-{timezone.localdate().year}-"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('alerts.caselead'), hashtext(%s))", [prefix])
    last = CaseLead.objects.unscoped("numbers are counted over all").filter(number__startswith=prefix)
    newest = last.order_by("-number").values_list("number", flat=True).first()
    return f"{prefix}{int(newest[len(prefix) :]) + 1 if newest else 1:04d}"
