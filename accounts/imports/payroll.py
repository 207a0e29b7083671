"""工资表: one row a person, the month in the title, totals and signatures below."""

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from accounts import services
from accounts.enums import SheetState
from accounts.imports.wages import COLUMNS, add_deductions, deducted, deduction_columns, deductions_of
from accounts.models import PayrollLine
from accounts.services import Wage
from core import crypto
from core.formats import month as month_name
from core.money import format_money
from core.spreadsheets import Layout, ParsedRow, Problem, SheetError, Skipped, Workbook, find_month, read_rows, values
from projects.imports import Outcome, SheetImport
from workers.models import AttendanceMonth, BankCard, Engagement, Team

LARGE = Decimal(50_000)


@dataclass(frozen=True)
class Registered:
    """What the register knows of one person at this project."""

    engagement: int
    team: int | None
    worker: int
    name: str
    days: Decimal | None  # worked in the month, by the roll-up


PAY_DAY_LABELS = ("发放日期", "支付日期", "发薪日期", "工资发放日期", "计划发放日期")
AMOUNTS = ("due", "deducted", "net")
PAID = "该人当月工资已由银行发放，金额不能再改；差额请列入下月补发或补扣。"
SUBMITTED = "该人所在班组的工资表已提交确认，金额不能再改；确需修改的请先退回编制。"
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


class PayrollImport(SheetImport):
    kind, title = "payroll", "工资表"
    help = "每人一行；月份写在标题里（如“2026年9月农民工工资发放表”）；应发减各项扣款应等于实发，精确到分。"
    order = 30
    next_step = ("查看工资与发放", "accounts:project_money")
    columns = COLUMNS

    month: datetime.date | None = None
    pay_on: datetime.date | None = None

    def layout(self, workbook: Workbook, mapping: dict[str, str] | None = None) -> Layout:
        layout = super().layout(workbook, mapping)
        add_deductions(layout)
        return layout

    def read(self, workbook: Workbook, layout: Layout) -> list[ParsedRow]:
        self.skipped: list[Skipped] = []
        columns = [*self.columns, *deduction_columns(layout.sheets)]
        rows = list(read_rows(workbook, layout, columns, skipped=self.skipped))
        self.month = self._find_month(layout, rows)
        self.pay_on = _find_pay_day(layout)
        return rows

    def _find_month(self, layout: Layout, rows: list[ParsedRow]) -> datetime.date:
        titles = [title for sheet in layout.sheets for title in (*sheet.titles, sheet.name)]
        months = {row.values["month"] for row in rows} - {None}
        month = find_month(titles, self.filename) or (months.pop() if len(months) == 1 else None)
        if month is None:
            raise SheetError("看不出是哪个月的工资表，请在标题写明年月（如“2026年9月工资表”）后再上传。", code="month")
        if month > timezone.localdate():
            raise SheetError(f"工资表的月份（{month_name(month)}）还没有到，请核对标题中的年月。", code="future_month")
        return month

    # --- what is wrong -----------------------------------------------------------------------------------------------

    def check(self, rows: list[ParsedRow]) -> None:
        for row in rows:
            self._check_amounts(row)
        self._refuse_repeated(rows)
        self.people = {number: crypto.blind_index(number) for row in rows if (number := row.values["id_number"])}
        self.register = self._read_register()
        self.own_cards = self._read_cards()
        self._refuse_changes_of_closed(rows)
        self._compare_register(rows)
        self._notice_shared_cards(rows)
        self._check_total(rows)

    def _check_amounts(self, row: ParsedRow) -> None:
        if row.values["month"] not in (None, self.month):
            self.refuse(row, "month", f"本行的月份与工资表（{month_name(self.month)}）不同，请按月分别上传。")
        if any(problem.field in AMOUNTS or problem.field.startswith("deduction:") for problem in row.problems):
            return
        due, net, less = row.values["due"], row.values["net"], deducted(row)
        if due < 0 or net < 0 or less < 0 or any(amount < 0 for amount in deductions_of(row).values()):
            self.refuse(row, "due" if due < 0 else "net", "金额不能为负数；补扣请列入扣款，补发请列入应发。")
        elif due - less != net:
            self.refuse(row, "net", _uneven(due, less, net))
        elif (single := sum(deductions_of(row).values(), Decimal(0))) and single != less:
            self.refuse(
                row, "deducted", f"扣款合计 {format_money(less)} 元与各项扣款之和 {format_money(single)} 元不符。"
            )
        elif due > LARGE:
            self.notice(row, "due", f"单人当月工资 {format_money(due)} 元，超过 {LARGE:,} 元，请核对。")

    def _refuse_repeated(self, rows: list[ParsedRow]) -> None:
        seen: dict[str, ParsedRow] = {}
        for row in rows:
            number = row.values["id_number"]
            if number and (first := seen.setdefault(number, row)) is not row:
                self.refuse(row, "id_number", f"与第 {first.row} 行是同一人，同一人同月只能有一行，请合并。")

    def _read_register(self) -> dict[str, Registered]:
        numbers = {index: number for number, index in self.people.items()}
        engagements = Engagement.objects.unscoped("a sheet is compared with its project's register").filter(
            project=self.project, worker__id_number_index__in=list(self.people.values())
        )
        worked = AttendanceMonth.objects.unscoped("the same project's attendance")
        days = dict(worked.filter(project=self.project, month=self.month).values_list("engagement", "days"))
        return {
            numbers[bytes(index)]: Registered(pk, team, worker, name, days.get(pk))
            for index, pk, team, worker, name in engagements.values_list(
                "worker__id_number_index", "pk", "team", "worker", "worker__name"
            )
        }

    def _read_cards(self) -> dict[int, BankCard]:
        workers = [person.worker for person in self.register.values()]
        cards = BankCard.objects.unscoped("cards of the project's own workers")
        return {card.worker_id: card for card in cards.filter(worker__in=workers, is_current=True)}

    def _refuse_changes_of_closed(self, rows: list[ParsedRow]) -> None:
        """What the bank has paid, or workers were asked to confirm, is not rewritten; the same again is no change."""
        closed = Q(paid__gt=0) | ~Q(sheet__state=SheetState.DRAFT)
        lines = PayrollLine.objects.unscoped("the same project's payroll").filter(
            closed, project=self.project, month=self.month, is_back_pay=False
        )
        before = {
            bytes(index): (amounts, PAID if paid else SUBMITTED)
            for index, paid, *amounts in lines.values_list("id_number_index", "paid", *AMOUNTS)
        }
        for row in rows:
            amounts, why = before.get(self.people.get(row.values["id_number"], b""), (None, ""))
            if amounts and row.good and amounts != [row.values["due"], deducted(row), row.values["net"]]:
                self.refuse(row, "net", why)

    # --- worth a look ------------------------------------------------------------------------------------------------

    def _compare_register(self, rows: list[ParsedRow]) -> None:
        for row in rows:
            if not (number := row.values["id_number"]):
                continue
            person = self.register.get(number)
            if person is None:
                self.notice(row, "id_number", "不在花名册：本项目没有此人的实名登记，请核对证件号码或先补登记。")
                continue
            if row.values["name"] and person.name != row.values["name"]:
                self.notice(row, "name", f"姓名与花名册（{person.name}）不同，请核对。")
            self._compare_days(row, person)

    def _compare_days(self, row: ParsedRow, person: Registered) -> None:
        days = row.values["days"]
        if not person.days:
            self.notice(row, "days", f"{month_name(self.month)}没有考勤记录，却列有工资，请核对。")
        elif days is not None and days != person.days:
            self.notice(
                row, "days", f"工作天数 {days.normalize():f} 天与考勤 {person.days.normalize():f} 天不同，请核对。"
            )

    def _notice_shared_cards(self, rows: list[ParsedRow]) -> None:
        holders: dict[str, ParsedRow] = {}
        for row in rows:
            card = row.values["card"]
            if not card:
                continue
            first = holders.setdefault(card, row)
            if first.values["id_number"] != row.values["id_number"]:
                self.notice(
                    first, "card", f"与第 {row.row} 行两人同用一张银行卡（尾号{card[-4:]}），工资应发至本人的卡。"
                )
                self.notice(
                    row, "card", f"与第 {first.row} 行两人同用一张银行卡（尾号{card[-4:]}），工资应发至本人的卡。"
                )

    def _check_total(self, rows: list[ParsedRow]) -> None:
        """The total of the sheet against the sum of the lines as they were read, refused ones included."""
        net = sum((row.values["net"] or Decimal(0) for row in rows), Decimal(0))
        for skipped in self.skipped:
            stated = [Decimal(found.replace(",", "")) for found in _NUMBER.findall(skipped.text)]
            if skipped.reason == "合计行" and stated and net not in stated:
                message = f"合计行没有与各行实发之和（{format_money(net)} 元）相等的金额，请核对合计。"
                self.remarks.append(Problem(skipped.sheet, skipped.row, "net", message, "notice"))

    # --- writing -----------------------------------------------------------------------------------------------------

    def apply(self, rows: list[ParsedRow]) -> Outcome:
        teams = dict(
            Team.objects.unscoped("the same project's teams").filter(project=self.project).values_list("name", "pk")
        )
        wages = [self._wage(row, teams) for row in rows if row.good]
        recorded = services.record_wages(
            self.project, self.month, wages, by=self.by, pay_on=self.pay_on, batch=self.batch
        )
        services.match_payouts(self.project, by=self.by)
        return Outcome(created=recorded.created, updated=recorded.updated, unchanged=recorded.unchanged)

    def _wage(self, row: ParsedRow, teams: dict[str, int]) -> Wage:
        value = row.values
        person = self.register.get(value["id_number"])
        own_card = self.own_cards.get(person.worker) if person and not value["card"] else None
        return Wage(
            name=value["name"],
            id_number=value["id_number"],
            due=value["due"],
            deducted=deducted(row),
            deduction_reason=_deduction_reason(row),
            net=value["net"],
            engagement=person.engagement if person else None,
            team=teams.get(value["team"]) or (person.team if person else None),
            card_number=own_card.number if own_card else value["card"],
            bank_name=own_card.bank_name if own_card else value["bank_name"],
            days=value["days"],
            rate=value["rate"],
            remark=value["remark"],
        )

    def describe(self, row: ParsedRow) -> dict[str, str]:
        """Single deductions are shown as their sum, as they will stand in the payroll."""
        return super().describe(row) | {self.label_of("deducted"): format_money(deducted(row))}


def _deduction_reason(row: ParsedRow) -> str:
    """借支 500.00 元、社保 200.00 元: the columns of single deductions say what for; a bare total does not."""
    single = [f"{label} {format_money(amount)} 元" for label, amount in deductions_of(row).items() if amount]
    return "、".join(single)


def _uneven(due: Decimal, less: Decimal, net: Decimal) -> str:
    return (
        f"应发 {format_money(due)} 元减扣款 {format_money(less)} 元应为 {format_money(due - less)} 元，"
        f"实发写的是 {format_money(net)} 元，请核对。"
    )


def _find_pay_day(layout: Layout) -> datetime.date | None:
    for sheet in layout.sheets:
        for label in PAY_DAY_LABELS:
            if text := sheet.details.get(label):
                try:
                    return values.date(text)
                except ValidationError:
                    return None
    return None
