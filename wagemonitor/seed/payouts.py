"""The current month's wages of the demo clerk's projects on their way to the bank: approved, waiting, answered with
refusals, tried again. Through the services, as people would."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils import timezone

from accounts.bank_files import layout_for
from accounts.enums import MovementDirection, MovementKind, SheetState, StepMeans
from accounts.models import PayoutBatch, PayoutOrder, PayrollSheet, SpecialAccount
from accounts.services import (
    Movement,
    Result,
    explain,
    make_batch,
    make_sheets,
    match_payouts,
    record_movements,
    record_results,
    take_step,
)
from accounts.services.sheets import unexplained
from core.scoping import unscoped
from projects.enums import Status
from projects.models import Project
from projects.services import lock_open
from wagemonitor.seed.sheets import measure

SCAN = ("签字工资表.pdf", b"%PDF-1.7\n% demo\n")
REASONS = ("户名与账号不符", "收款账户已销户", "收款账户状态异常")
REFUSED_EACH = 7  # of so many payments one is refused
S = SheetState


PROJECTS = 2  # with wages on their way


def make(today: date, users: dict) -> None:
    """Teams of the demo clerk's projects whose accounts the demo bank keeps, one stage after another."""
    clerk, banker = users["clerk"], users["bank"]
    left = PROJECTS
    with unscoped("the demo province"):
        for account in SpecialAccount.objects.active().filter(bank=banker.organization, holder=clerk.organization):
            project = account.project_links.get().project
            if left and project.status == Status.IN_PROGRESS:
                left -= _pay(project, account, today, clerk, banker)


def _pay(project: Project, account: SpecialAccount, today: date, clerk, banker) -> bool:
    """False where nobody worked this month."""
    try:
        made = make_sheets(lock_open(project), today.replace(day=1), by=clerk)
    except ValidationError:
        return False
    sheets = list(PayrollSheet.objects.filter(payroll=made.payroll, state=S.DRAFT, lines__net__gt=0).distinct())
    due = PayrollSheet.objects.filter(pk__in=[s.pk for s in sheets]).aggregate(total=Sum("lines__net"))["total"]
    if not due:
        return False
    _receive(account, project, due, today, banker)
    for sheet in sheets:
        _approve(sheet, clerk)
    stages = (_answered, _waiting, _approved, _tried_again)
    for order, stage in enumerate(stages):
        if own := sheets[order :: len(stages)]:
            stage(project, account, own, today, clerk, banker)
    return True


def _receive(account: SpecialAccount, project: Project, due: Decimal, today: date, banker) -> None:
    amount = (due // 10_000 + 1) * 10_000
    serial = f"LS{today:%Y%m%d}{account.pk:07d}IN"
    paid_in = Movement(serial, MovementDirection.IN, MovementKind.LABOUR_COST, amount, today, summary="拨付人工费")
    record_movements(account, project, [paid_in], by=banker)


def _approve(sheet: PayrollSheet, clerk) -> None:
    measure(sheet, clerk)
    if unexplained(sheet).exists():
        explain(sheet, by=clerk, reason="按班组核对的工日结算")
    take_step(sheet, S.CONFIRMING, by=clerk)
    take_step(sheet, S.CONFIRMED, by=clerk, means=StepMeans.PAPER, files=[SCAN])
    take_step(sheet, S.REVIEWED, by=clerk)
    take_step(sheet, S.APPROVED, by=clerk, means=StepMeans.PAPER, files=[SCAN])


def _approved(*_) -> None:
    """Waits for the clerk to hand it over."""


def _waiting(project, account, sheets, today, clerk, banker) -> PayoutBatch | None:
    try:
        layout, keys = layout_for(account.bank), [sheet.pk for sheet in sheets]
        return make_batch(project, account, keys, layout=layout, by=clerk)[0]
    except ValidationError:  # nobody of these sheets can be paid: the comparison says why
        return None


def _answered(project, account, sheets, today, clerk, banker) -> PayoutBatch | None:
    """Most paid and in the ledger, some refused, one payment that the statement lacks."""
    if batch := _waiting(project, account, sheets, today, clerk, banker):
        orders = list(PayoutOrder.objects.waiting().filter(batch=batch).order_by("number"))
        record_results(project, [_result(order) for order in orders], by=banker)
        booked = PayoutOrder.objects.filter(batch=batch, state="paid").order_by("number")
        record_movements(account, project, [_movement(order, today) for order in booked[1:]], by=banker)
        match_payouts(project, by=banker)
    return batch


def _tried_again(project, account, sheets, today, clerk, banker) -> None:
    if _answered(project, account, sheets, today, clerk, banker):
        _waiting(project, account, sheets, today, clerk, banker)


def _result(order: PayoutOrder) -> Result:
    if order.number % REFUSED_EACH == 3:
        return Result(order.pk, False, timezone.now(), reason=REASONS[order.number % len(REASONS)])
    return Result(order.pk, True, timezone.now(), serial=f"DF{order.pk:014d}")


def _movement(order: PayoutOrder, today: date) -> Movement:
    return Movement(
        order.serial, MovementDirection.OUT, MovementKind.WAGE, order.amount, today,
        summary=f"代发工资{order.line.month:%Y年%m月}", counterparty_name=order.name,
        counterparty_number=order.card_number, counterparty_bank=order.bank_name,
    )  # fmt: skip
