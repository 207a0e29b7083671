"""Sites with wages on their way to the bank."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from accounts.enums import BankFile, SheetState, StepMeans
from accounts.models import PayoutBatch, PayoutOrder, PayrollLine, PayrollSheet, SpecialAccount
from accounts.services import Result, make_batch, take_step
from projects.models import Project
from tests.accounts.factories import entry, payroll, payroll_line, payroll_sheet, special_account
from tests.organizations.factories import bank, bank_clerk, clerk
from tests.projects.factories import project
from tests.workers.factories import attendance, bank_card, contract, engagement, team

SEPTEMBER = date(2026, 9, 1)
SCAN = ("签字工资表.pdf", b"%PDF-1.7\n")
DETAILS = {"days": Decimal(1), "attended_days": Decimal(1), "difference_reason": "按实际"}


class Site:
    """A project with an account at a bank, its money, and people on the register with a card and attendance."""

    def __init__(self, money="100000", *, bank_code: str = "102", of: Project | None = None, place=None):
        self.project = of or project()
        self.bank = place or bank(bank_code=bank_code)
        self.account: SpecialAccount = special_account(self.project, bank=self.bank)
        self.clerk = clerk(self.project.general_contractor)
        self.banker = bank_clerk(self.bank)
        if Decimal(money):
            entry(self.account, money)

    def person(self, *, carded: bool = True, worked: bool = True, month: date = SEPTEMBER, **fields):
        made = engagement(self.project, **fields)
        contract(made)
        if worked:
            attendance(made, month.replace(day=3))
        if carded:
            bank_card(made.worker)
        return made

    def line(self, sheet: PayrollSheet, person, net="6000.00", **fields) -> PayrollLine:
        card = person.worker.bank_cards.filter(is_current=True).first()
        bound = {"card_number": card.number, "card_last4": card.last4} if card else {}
        amount = Decimal(net)
        facts = DETAILS | bound | {"expected_due": amount, "engagement": person}
        return payroll_line(sheet.payroll, amount, sheet=sheet, **(facts | fields))

    def sheet(self, *people, net="6000.00", month: date = SEPTEMBER, name: str = "钢筋一班") -> PayrollSheet:
        """Approved, a line for each of these people."""
        draft = payroll_sheet(payroll(self.project, month), team(self.project, name))
        for person in people or (self.person(month=month),):
            self.line(draft, person, net)
        return approve(draft, by=self.clerk)

    def batch(self, *sheets: PayrollSheet, layout: str = BankFile.ICBC) -> PayoutBatch:
        return make_batch(self.project, self.account, [s.pk for s in sheets], layout=layout, by=self.clerk)[0]


def approve(sheet: PayrollSheet, *, by) -> PayrollSheet:
    """Through all steps, confirmed on paper."""
    take_step(sheet, SheetState.CONFIRMING, by=by)
    take_step(sheet, SheetState.CONFIRMED, by=by, means=StepMeans.PAPER, files=[SCAN])
    take_step(sheet, SheetState.REVIEWED, by=by)
    take_step(sheet, SheetState.APPROVED, by=by)
    sheet.refresh_from_db()
    return sheet


def paid(order: PayoutOrder, serial: str = "", at: datetime | None = None) -> Result:
    return Result(order.pk, True, at or timezone.now(), serial=serial or f"BK{order.pk:08d}")


def refused(order: PayoutOrder, reason: str = "户名不符", at: datetime | None = None) -> Result:
    return Result(order.pk, False, at or timezone.now(), reason=reason)


def orders(batch: PayoutBatch) -> list[PayoutOrder]:
    return list(batch.orders.order_by("number"))


def result_file(batch: PayoutBatch, rows: Iterable[Iterable], *, encoding: str = "gb18030", head: str = "") -> bytes:
    """As a bank answers: number, card, payee, amount, state, reason, serial, time."""
    head = head or "序号,收款账号,收款人,金额,处理状态,失败原因,交易流水号,交易时间"
    lines = [f"批次号：{batch.number}", head, *(",".join(str(cell) for cell in row) for row in rows)]
    return "".join(f"{line}\r\n" for line in lines).encode(encoding)


def answer(
    order: PayoutOrder, state: str = "交易成功", reason: str = "", serial: str = "", at="20261102093000"
) -> list:
    serial = serial or (f"BK{order.pk:08d}" if not reason and state else "")
    card = order.card_number or ""
    return [order.number, card, order.name, f"{order.amount:.2f}", state, reason, serial, at]
