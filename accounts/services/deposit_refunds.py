"""退还: the works are completed, nobody is owed anything, nobody has objected."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.enums import DepositMovementKind, DepositState, InstrumentState, RefundState
from accounts.models import Deposit, DepositMovement, DepositRefund, DepositUse
from accounts.selectors.deposits import CONFIRM_WITHIN, DECIDE_WITHIN
from accounts.services.deposit_decisions import (
    check_day,
    lock_decision,
    mark_refused,
    require_another,
    require_office,
    told,
)
from accounts.services.deposit_instruments import held, move
from accounts.services.deposit_numbers import notice_number
from accounts.services.deposits import lock_deposit
from core import attachments
from core.attachments import Files
from core.working_days import add_workdays
from projects.enums import Status
from projects.services import lock


@transaction.atomic
def apply_refund(
    deposit: Deposit, *, by, promised_on: date, notice_from: date, notice_until: date, files: Files
) -> DepositRefund:
    """By the contractor. Refused: works that are not completed, a notice that still runs, no promise and no photo, a
    use that is not refilled."""
    project, deposit = lock(deposit.project), lock_deposit(deposit)
    if project.status != Status.COMPLETED:
        raise ValidationError("项目完工后方可申请退还，请先由监管部门确认完工。")
    instrument = held(deposit) if deposit.state == DepositState.HELD else None
    if instrument is None or not instrument.balance:
        raise ValidationError("没有可以退还的工资保证金。")
    today = timezone.localdate()
    if notice_until >= today:
        raise ValidationError({"notice_until": "公示期届满后方可申请。"})
    if project.completed_on and notice_from < project.completed_on:
        raise ValidationError({"notice_from": f"应在完工（{project.completed_on:%Y-%m-%d}）之后公示。"})
    if promised_on > today:
        raise ValidationError({"promised_on": "日期不能晚于今天。"})
    if not files:
        raise ValidationError({"files": "请上传书面承诺和公示照片。"})
    _refuse_beside_a_use(instrument)
    refund = DepositRefund(deposit=deposit, instrument=instrument, amount=instrument.balance, applied_by=by)
    refund.promised_on, refund.notice_from, refund.notice_until = promised_on, notice_from, notice_until
    refund.decide_by = add_workdays(today, DECIDE_WITHIN).day
    refund.full_clean()
    refund.save()
    attachments.store_all(files, by=by, owner=refund)
    told(refund, "deposit.refund_apply", by)
    return refund


def _refuse_beside_a_use(instrument) -> None:
    uses = DepositUse.objects.unscoped("of this instrument").filter(instrument=instrument)
    if uses.filter(state__in=DepositUse.OPEN).exists():
        raise ValidationError("有动用尚未办结，不能申请退还。")


@transaction.atomic
def propose_refund(refund: DepositRefund, *, by, opinion: str, office_uscc: str) -> DepositRefund:
    """The officer in charge has found nothing owed."""
    refund = lock_decision(refund, RefundState.APPLIED)
    _refuse_beside_a_use(refund.instrument)
    refund.state, refund.proposed_by, refund.proposed_at = RefundState.PROPOSED, by, timezone.now()
    refund.opinion, refund.office = opinion.strip(), by.organization
    refund.office_name, refund.office_uscc = by.organization.name, office_uscc
    refund.full_clean()
    refund.save()
    told(refund, "deposit.refund_propose", by)
    return refund


@transaction.atomic
def approve_refund(refund: DepositRefund, *, by) -> DepositRefund:
    """By another officer of the office: the 退还通知书 goes to the keeper, which refunds within 3 working days."""
    refund = lock_decision(refund, RefundState.PROPOSED)
    require_another(refund, by)
    _refuse_beside_a_use(refund.instrument)
    today = timezone.localdate()
    refund.state, refund.approved_by, refund.approved_at = RefundState.APPROVED, by, timezone.now()
    refund.amount = refund.instrument.balance
    refund.notice_number = notice_number(refund.office, "退", today)
    refund.confirm_by = add_workdays(today, CONFIRM_WITHIN).day
    refund.save()
    told(refund, "deposit.refund_approve", by, number=refund.notice_number)
    return refund


@transaction.atomic
def refuse_refund(refund: DepositRefund, *, by, reason: str) -> DepositRefund:
    """By any officer in charge while it is not decided: wages are owed, or somebody has objected."""
    refund = lock_decision(refund, RefundState.APPLIED, RefundState.PROPOSED)
    if refund.office_id:
        require_office(refund, by)
    mark_refused(refund, RefundState.REFUSED, by=by, reason=reason)
    told(refund, "deposit.refund_refuse", by, reason=refund.refused_reason)
    return refund


@transaction.atomic
def confirm_refund(refund: DepositRefund, *, by, moved_on: date, reference: str = "") -> DepositMovement:
    """By the keeper: the money is back, the letter or policy given back. The deposit is closed."""
    refund = lock_decision(refund, RefundState.APPROVED)
    check_day(moved_on, timezone.localdate(refund.approved_at), "通知书签发")
    instrument = refund.instrument
    movement = move(
        instrument,
        DepositMovementKind.REFUND,
        refund.amount,
        by=by,
        moved_on=moved_on,
        reference=reference,
        refund=refund,
    )
    refund.state, refund.refunded_on, refund.payment = RefundState.DONE, moved_on, movement
    refund.save()
    instrument.refresh_from_db()
    instrument.state = InstrumentState.ENDED
    instrument.save()
    Deposit.objects.unscoped("locked above").filter(pk=refund.deposit_id).update(state=DepositState.RELEASED)
    told(refund, "deposit.refund_done", by, number=movement.number)
    return movement
