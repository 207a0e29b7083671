"""An act on a warning: the warning locked, what the officer saw compared with what is, and what the act leaves."""

from collections.abc import Callable, Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from alerts.enums import REMARKS
from alerts.models import CaseLead, Demand, Disposal, Warning
from core import attachments, audit

File = tuple[str, bytes]  # name, content
LOCKED = "the scope was asked for the warning before it is locked"


class Overtaken(ValidationError):
    """Somebody else acted on the warning after this page was drawn."""


def locked(warning: Warning, by, seen: str, may: Callable[[object, Warning], bool]) -> Warning:
    own = Warning.objects.unscoped(LOCKED).select_related("project", "handler")
    warning = own.select_for_update(of=("self",)).get(pk=warning.pk)
    if warning.state != seen:
        raise Overtaken(who_was_quicker(warning))
    if not may(by, warning):
        raise PermissionDenied
    return warning


def who_was_quicker(warning: Warning) -> str:
    last = warning.disposals.exclude(act__in=REMARKS).order_by("-id").first()
    who = last.by.name if last and last.by else "系统"
    return f"本预警刚由{who}处理，现为“{warning.get_state_display()}”。请查看最新处置记录后再操作。"


def leave(
    warning: Warning,
    act: str,
    to: str,
    *,
    by,
    text: str = "",
    files: Sequence[File] = (),
    demand: Demand | None = None,
    **detail,
) -> Disposal:
    """The warning's new state with its `Disposal`, the files on it, and the entry in the log of acts."""
    before, warning.state = warning.state, to
    if act not in REMARKS:
        warning.save(update_fields=["state", "handler", "release_kind", "released_at", "still_found", "office_level"])
    disposal = Disposal.objects.create(
        warning=warning, act=act, from_state=before, to_state=to, text=text[:1000], by=by, demand=demand
    )
    attachments.store_all(files, by=by, owner=disposal)
    audit.record(f"warning.{act}", by=by, target=warning, files=len(files), **detail)
    return disposal


def next_lead_number(region: str) -> str:
    """AY-530902-2026-0001: counted within a place and a year, without gaps or twins."""
    prefix = f"AY-{region}-{timezone.localdate().year}-"
    hold_series("alerts.caselead", prefix)
    last = CaseLead.objects.unscoped("numbers are counted over all").filter(number__startswith=prefix)
    newest = last.order_by("-number").values_list("number", flat=True).first()
    return f"{prefix}{int(newest[len(prefix) :]) + 1 if newest else 1:04d}"


def hold_series(series: str, prefix: str) -> None:
    """One after the other, until the transaction ends: whoever counts a number keeps it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", [series, prefix])


def locked_demand(demand: Demand, by, seen: str, may: Callable[[object, Demand], bool]) -> Demand:
    """The warning first, as everywhere. `seen` is the demand's state and day on the page."""
    warnings = Warning.objects.unscoped(LOCKED).select_related("project", "handler")
    warning = warnings.select_for_update(of=("self",)).get(pk=demand.warning_id)
    own = Demand.objects.unscoped(LOCKED).select_related(
        "of", "office__region", "asked_by", "answered_by", "settled_by"
    )
    demand = own.select_for_update(of=("self",)).get(pk=demand.pk)
    demand.warning = warning
    if demand.seen != seen:
        raise Overtaken(who_answered(demand))
    if not may(by, demand):
        raise PermissionDenied
    return demand


def who_answered(demand: Demand) -> str:
    last = demand.disposals.select_related("by").order_by("-id").first()
    who = last.by.name if last and last.by else "系统"
    return f"本事项刚由{who}办理，现为“{demand.state_text}”。请查看最新处置记录后再操作。"


def settle(demand: Demand, state: str, by) -> None:
    demand.state, demand.settled_by, demand.settled_at = state, by, timezone.now()
    demand.save()
