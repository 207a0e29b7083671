from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from accounts.enums import DueKind
from accounts.models import Advance, WageDue
from accounts.selectors import settled
from accounts.selectors.arrears import band_of
from accounts.tables.payrolls import DaysColumn
from core import formats
from core.tables import BadgeColumn, Column, DayColumn, MoneyColumn, MonthColumn, NumberColumn, RateColumn, Table

KIND_TONES = {DueKind.UNPAID: "red", DueKind.PAID: "green", DueKind.UNLISTED: "orange", DueKind.DEPARTURE: "red"}


def amount_text(row: WageDue) -> str:
    if row.amount is None:
        return "无法估算"
    mark = "（估算）" if row.is_estimate else "（编制中）" if row.is_drafted else ""
    return formats.money(row.amount) + mark


class AmountColumn(NumberColumn):
    """Still owed: to the cent, by estimate, or not to be told."""

    def text(self, record) -> str:
        return amount_text(record)


class ArrearsTable(Table):
    caption = "欠薪台账"
    default_order = "due_on"
    empty_title = "没有拖欠的工资"
    empty_text = "到期应付的工资都已付清，或不符合筛选条件。"

    name = Column("姓名", primary=True)
    project = Column("项目", value="project.name")
    unit = Column("用工单位", value=lambda row: str(row.unit or row.contractor or ""), minor=True)
    month = MonthColumn("工资月份")
    kind = BadgeColumn("情形", value="get_kind_display", tone=lambda row: KIND_TONES[row.kind])
    amount = AmountColumn("尚欠（元）")
    due_on = DayColumn("应付日期", sort="due_on")
    age = NumberColumn("拖欠天数", value="age", minor=True)

    def __init__(self, records, request, *, today: date):
        super().__init__(records.select_related("project", "unit", "contractor"), request)
        for row in self.page:
            row.age = (today - row.due_on).days

    def row_url(self, record: WageDue) -> str:
        return row_url(record)


def row_url(record: WageDue) -> str:
    """The document that says so."""
    if record.departure_id:
        return reverse("workers:departure_detail", args=[record.departure_id])
    if record.payroll_id:
        return f"{reverse('accounts:payroll', args=[record.payroll_id])}?q={record.name}"
    return reverse("accounts:month_people", args=[record.project_id, record.month])


ARREARS_HEADERS = [
    *(
        "姓名",
        "证件尾号",
        "项目编码",
        "项目名称",
        "管辖属地",
        "施工总承包单位",
        "用工单位",
        "班组",
        "工资月份",
        "情形",
    ),
    *("应付（元）", "已付（元）", "尚欠（元）", "估算或编制中", "应付日期", "拖欠天数", "账龄"),
]


def arrears_rows(rows, today: date) -> Iterator[list]:
    related = rows.select_related("project__jurisdiction__parent__parent", "unit", "contractor", "team", "worker")
    for row in related.defer("worker__id_number", "worker__phone").order_by("due_on", "key").iterator(2000):
        yield [
            row.name,
            row.worker.id_last4 if row.worker else "",
            row.project.code,
            row.project.name,
            row.project.jurisdiction.full_name,
            str(row.contractor or ""),
            str(row.unit or ""),
            row.team.name if row.team else "",
            f"{row.month:%Y-%m}",
            row.get_kind_display(),
            row.net,
            row.paid,
            row.amount,
            "估算" if row.is_estimate else "编制中" if row.is_drafted else "",
            row.due_on,
            (today - row.due_on).days,
            band_of(row.due_on, today).label,
        ]


# --- months ----------------------------------------------------------------------------------------------------------


class SettledTable(Table):
    """A month of each project, or of each unit."""

    caption = "各项目按月结清情况"
    default_order = "-id"
    empty_title = "没有符合条件的项目"
    empty_text = "该月有考勤或工资表的，会列在这里。"

    name = Column("项目", primary=True)
    jurisdiction = Column("管辖属地", value="jurisdiction.name", minor=True)
    rate = RateColumn(
        "结清率", value=lambda row: (row.settled, row.listed + row.unlisted), hint="已付清人数 / 应付人数"
    )
    late = NumberColumn("其中逾期", minor=True)
    unpaid = NumberColumn("未付清", value=lambda row: row.listed - row.settled)
    unlisted = NumberColumn("有考勤无工资表")
    owed = MoneyColumn("尚欠（元）")
    state = BadgeColumn(
        "结清", value=lambda row: settled.STATES[row.state][0], tone=lambda row: settled.STATES[row.state][1]
    )

    def __init__(self, records, request, *, month: date, today: date):
        super().__init__(records, request)
        self.month = month
        for row in self.page:
            # A unit's projects have pay days of their own: what is open is not over before the last of them.
            due = settled.due_on(month, getattr(row, "wage_pay_day", 31))
            people = row.listed + row.unlisted
            row.state = settled.state_of(people, row.settled, row.late, due, today)

    def row_url(self, record) -> str:
        return reverse("accounts:month_people", args=[record.pk, self.month])


class SettledUnitTable(SettledTable):
    caption = "各单位按月结清情况"
    empty_title = "没有符合条件的单位"
    name = Column("单位", primary=True)

    def __init__(self, *args, link: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.link = link
        self.columns = [column for column in self.columns if column.name != "jurisdiction"]

    def row_url(self, record) -> str:
        return f"{reverse('accounts:arrears')}?{self.link}={record.pk}"


class MonthPeopleTable(Table):
    caption = "工人"
    default_order = "key"
    page_size = 100

    name = Column("姓名", primary=True)
    team = Column("班组", value="team.name")
    days = DaysColumn("天数")
    net = MoneyColumn("应付（元）")
    paid = MoneyColumn("已付（元）", minor=True)
    amount = AmountColumn("尚欠（元）")
    kind = BadgeColumn("情形", value="get_kind_display", tone=lambda row: KIND_TONES[row.kind])
    paid_on = DayColumn("最后支付", value="last_paid_on")
    late = BadgeColumn("期限", value=lambda row: "逾期支付" if row.paid_late else "", tone="yellow")

    def __init__(self, records, request, *, due_on: date):
        super().__init__(records.select_related("team"), request)
        for row in self.page:
            row.paid_late = bool(row.last_paid_on and row.last_paid_on > due_on + settled.GRACE)

    def row_url(self, record: WageDue) -> str:
        return reverse("workers:worker_detail", args=[record.worker_id]) if record.worker_id else ""


# --- advances --------------------------------------------------------------------------------------------------------


def advance_state(advance: Advance) -> str:
    if advance.is_undone:
        return "已冲销"
    if not advance.outstanding:
        return "已追回"
    return "部分追回" if advance.recovered else "未追回"


ADVANCE_TONES = {"已冲销": "grey", "已追回": "green", "部分追回": "orange", "未追回": "red"}


class AdvanceTable(Table):
    caption = "垫付记录"
    default_order = "-on"
    empty_title = "没有垫付记录"
    empty_text = "总承包单位或建设单位垫付工资后，登记在这里，并逐笔登记追回。"

    on = DayColumn("垫付日期", primary=True, sort="-on")
    project = Column("项目", value="project.name")
    payer = Column("垫付单位", value="payer.name")
    debtor = Column("被垫付单位", value="debtor.name")
    means = Column("方式", value="get_means_display", minor=True)
    amount = MoneyColumn("垫付（元）")
    recovered = MoneyColumn("已追回（元）", minor=True)
    outstanding = MoneyColumn("未追回（元）")
    state = BadgeColumn("状态", value=advance_state, tone=lambda row: ADVANCE_TONES[advance_state(row)])
