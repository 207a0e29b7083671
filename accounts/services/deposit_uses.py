"""动用: wages that an order to pay has not brought are paid out of the deposit, and the deposit is refilled."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.enums import DepositMovementKind, DepositPayMethod, DepositState, RefundState, UseState
from accounts.models import Deposit, DepositMovement, DepositRefund, DepositUse, DepositUseLine, PayoutOrder
from accounts.selectors.deposits import payable_lines
from accounts.services.deposit_decisions import (
    DECIDED,
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
from accounts.services.settling import settle_sheets
from core import attachments, audit
from core.attachments import Files
from core.working_days import add_workdays
from projects.services import lock

PAY_WITHIN, REFILL_WITHIN = 5, 10  # working days (人社部发〔2021〕65号)


@transaction.atomic
def propose_use(
    deposit: Deposit,
    *,
    by,
    amounts: dict[int, Decimal],
    order_number: str,
    ordered_on: date,
    order_due_on: date,
    opinion: str,
    method: str = DepositPayMethod.TRANSFER,
    files: Files = (),
) -> DepositUse:
    """`amounts`: payroll line → what it gets. Refused: an order that still runs, more than a worker is owed, more than
    the deposit holds."""
    project, deposit = lock(deposit.project), lock_deposit(deposit)
    instrument = held(deposit) if deposit.state == DepositState.HELD else None
    if instrument is None:
        raise ValidationError("没有有效的工资保证金可以动用。")
    if order_due_on >= timezone.localdate():
        raise ValidationError({"order_due_on": "责令支付的期限尚未届满。"})
    if instrument.ends_on and instrument.ends_on < timezone.localdate():
        raise ValidationError(f"{instrument.get_form_display()}已于 {instrument.ends_on:%Y-%m-%d} 到期，不能动用。")
    lines = _lines(deposit, amounts)
    total = sum(line.amount for line in lines)
    if total > instrument.balance:
        raise ValidationError(f"动用合计 {total:,.2f} 元，超过工资保证金余额 {instrument.balance:,.2f} 元。")
    order = {"order_number": order_number.strip(), "ordered_on": ordered_on, "order_due_on": order_due_on}
    use = DepositUse(deposit=deposit, instrument=instrument, office=by.organization, amount=total, **order)
    use.proposed_by, use.proposed_at, use.opinion = by, timezone.now(), opinion.strip()
    _refuse_beside_a_refund(instrument)
    use.full_clean()
    use.save()
    for line in lines:
        line.use, line.method = use, method
        line.save(force_insert=True)
    attachments.store_all(files, by=by, owner=use)
    audit.record("deposit.use_propose", by=by, target=use, project=project.code, people=len(lines))
    return use


def _refuse_beside_a_refund(instrument) -> None:
    open_ones = DepositRefund.objects.unscoped("of this instrument").filter(
        instrument=instrument, state__in=(RefundState.PROPOSED, RefundState.APPROVED)
    )
    if open_ones.exists():
        raise ValidationError("正在办理退还，请先对退还申请作出决定。")


def _lines(deposit: Deposit, amounts: dict[int, Decimal]) -> list[DepositUseLine]:
    owed = {line.pk: line for line in payable_lines(deposit).filter(pk__in=amounts)}
    if PayoutOrder.objects.unscoped("of the deposit's project").waiting().filter(line__in=amounts).exists():
        raise ValidationError("所选工资正由银行办理代发，请待办结后再动用保证金。")
    if not amounts or set(owed) != set(amounts):
        raise ValidationError("请填写至少一名工人的支付金额；已付清的不能再支付，请刷新页面。")
    for pk, amount in amounts.items():
        if not 0 < amount <= owed[pk].left:
            raise ValidationError(f"{owed[pk].name} 的支付金额应大于零，且不超过尚欠的 {owed[pk].left:,.2f} 元。")
    return [
        DepositUseLine(
            payroll_line=line,
            name=line.name,
            id_number=line.id_number,
            card_number=line.card_number,
            card_last4=line.card_last4,
            bank_name=line.bank_name,
            amount=amounts[pk],
        )
        for pk, line in owed.items()
    ]


@transaction.atomic
def approve_use(use: DepositUse, *, by) -> DepositUse:
    """By another officer of the office: the 支付通知书 goes to the keeper, which pays within 5 working days."""
    use = lock_decision(use, UseState.PROPOSED)
    require_another(use, by)
    if use.instrument.balance < use.amount:
        raise ValidationError(f"工资保证金余额不足，现为 {use.instrument.balance:,.2f} 元。")
    today = timezone.localdate()
    use.state, use.approved_by, use.approved_at = UseState.APPROVED, by, timezone.now()
    use.notice_number = notice_number(use.office, "支", today)
    use.pay_by = add_workdays(today, PAY_WITHIN).day
    use.save()
    told(use, "deposit.use_approve", by, number=use.notice_number)
    return use


@transaction.atomic
def refuse_use(use: DepositUse, *, by, reason: str) -> DepositUse:
    use = lock_decision(use, UseState.PROPOSED)
    require_office(use, by)
    mark_refused(use, UseState.REFUSED, by=by, reason=reason)
    told(use, "deposit.use_refuse", by, reason=use.refused_reason)
    return use


@transaction.atomic
def confirm_payment(use: DepositUse, *, by, moved_on: date, reference: str = "", files: Files = ()) -> DepositMovement:
    """By the keeper: every worker of the notice has the money."""
    use = lock_decision(use, UseState.APPROVED)
    check_day(moved_on, timezone.localdate(use.approved_at), "通知书签发")
    movement = move(
        use.instrument, DepositMovementKind.USE, use.amount, by=by, moved_on=moved_on, reference=reference, use=use
    )
    use.state, use.paid_on, use.payment = UseState.PAID, moved_on, movement
    use.refill_by = add_workdays(moved_on, REFILL_WITHIN).day
    use.save()
    _pay_lines(use, by)
    attachments.store_all(files, by=by, owner=use)
    told(use, "deposit.use_pay", by, number=movement.number)
    return movement


# What the account paid in the meantime is not counted twice: a line takes no more than it is still owed.
_PAY = """
WITH made AS (
    INSERT INTO accounts_payout (project_id, deposit_line_id, serial, line_id, month, amount, paid_on, method)
    SELECT l.project_id, d.id, '保证金-' || d.id, l.id, l.month, least(d.amount, l.net - l.paid), %(on)s, 'deposit'
    FROM accounts_deposituseline d JOIN accounts_payrollline l ON l.id = d.payroll_line_id
    WHERE d.use_id = %(use)s AND l.paid < l.net
    RETURNING line_id, amount
)
UPDATE accounts_payrollline l SET paid = l.paid + made.amount FROM made WHERE l.id = made.line_id
"""


def _pay_lines(use: DepositUse, by) -> None:
    """The wages the workers now have are paid, and their sheets with them."""
    with connection.cursor() as cursor:
        cursor.execute(_PAY, {"use": use.pk, "on": use.paid_on})
    settle_sheets(use.deposit.project, by=by)


@transaction.atomic
def confirm_refill(use: DepositUse, *, by, amount: Decimal, moved_on: date, reference: str = "") -> DepositMovement:
    """By the keeper: the contractor has refilled, in one go or in parts."""
    use = lock_decision(use, UseState.PAID)
    if use.refilled_on:
        raise ValidationError(DECIDED)
    check_day(moved_on, use.paid_on, "支付工资")
    left = left_to_refill(use)
    if not 0 < amount <= left:
        raise ValidationError({"amount": f"补足金额应大于零，且不超过待补足的 {left:,.2f} 元。"})
    movement = move(
        use.instrument, DepositMovementKind.REFILL, amount, by=by, moved_on=moved_on, reference=reference, use=use
    )
    if amount == left:
        use.refilled_on = moved_on
        use.save()
    told(use, "deposit.use_refill", by, number=movement.number)
    return movement


def left_to_refill(use: DepositUse) -> Decimal:
    """What was paid, less what has come back."""
    rows = DepositMovement.objects.unscoped("of a use in scope").filter(use=use, kind=DepositMovementKind.REFILL)
    return use.amount - sum((row.amount for row in rows), Decimal(0))
