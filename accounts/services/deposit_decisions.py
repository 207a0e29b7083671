"""What the use of a deposit and its refund have in common: proposed by one officer, approved by another."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models.deposit_decisions import TWO_PEOPLE, Decision
from accounts.services.deposit_instruments import lock_instrument
from accounts.services.deposits import lock_deposit
from core import audit
from projects.services import lock, mark_changed

DECIDED = "该事项已经办理，请刷新页面。"


def lock_decision(decision: Decision, *states: str) -> Decision:
    """Project, deposit, instrument, decision: always in this order. Refused unless it is in one of these states."""
    lock(decision.deposit.project)
    lock_deposit(decision.deposit)
    lock_instrument(decision.instrument)
    rows = type(decision).objects.unscoped("the caller has found it in scope")
    found = rows.select_for_update().get(pk=decision.pk)
    if found.state not in states:
        raise ValidationError(DECIDED)
    return found


def require_office(decision: Decision, by) -> None:
    if by.organization_id != decision.office_id:
        raise PermissionDenied


def require_another(decision: Decision, by) -> None:
    """Of the same office, and not the one who proposed it."""
    require_office(decision, by)
    if by.pk == decision.proposed_by_id:
        raise ValidationError(TWO_PEOPLE)


def check_day(day: date, first: date, after: str) -> None:
    """When the keeper says money moved: not before what it follows from."""
    if not first <= day <= timezone.localdate():
        raise ValidationError({"moved_on": f"日期应在{after}之日（{first:%Y-%m-%d}）至今天之间。"})


def mark_refused(decision: Decision, state: str, *, by, reason: str) -> None:
    decision.state, decision.refused_by, decision.refused_at = state, by, timezone.now()
    decision.refused_reason = reason.strip()
    decision.save()


def told(decision: Decision, act: str, by, **detail) -> None:
    project = decision.deposit.project
    audit.record(act, by=by, target=decision, project=project.code, **detail)
    mark_changed([project.pk])
