from copy import copy
from datetime import date

from django.urls import reverse

from accounts.enums import MovementDirection, MovementKind, NoticeSheet
from accounts.models import LedgerEntry, Payroll, PayrollLine, SpecialAccount
from accounts.selectors.notices import TONES, states_of
from core import identity
from core.formats import blank, money
from core.tables import (
    BadgeColumn,
    CodeColumn,
    Column,
    DayColumn,
    MoneyColumn,
    MonthColumn,
    NumberColumn,
    RateColumn,
    Table,
)

KIND_TONES = {MovementKind.OTHER_OUT: "red", MovementKind.RETURN: "orange", MovementKind.WAGE: "green"}


class DaysColumn(NumberColumn):
    """27.5, 27: days by halves."""

    def text(self, record) -> str:
        value = self.raw(record)
        return blank(None if value is None else f"{value.normalize():f}")


def _projects(account: SpecialAccount) -> str:
    return "、".join(link.project.name for link in account.project_links.all())


class AccountTable(Table):
    caption = "工资专用账户"
    default_order = "-id"
    empty_title = "还没有专户"
    empty_text = "登记专户，或导入银行对账单后，账户会列在这里。"

    name = Column("专户名称", primary=True)
    project = Column("项目", value=_projects)
    bank_name = Column("开户银行", minor=True)
    number = CodeColumn("账号", value=lambda account: f"尾号 {account.number_last4}")
    opened_on = DayColumn("开户日期", minor=True)
    status = BadgeColumn("账户状态", value="get_status_display", tone=lambda account: account.status_tone)
    balance = MoneyColumn("账户余额（元）")
    last_booked_on = DayColumn("最近流水", minor=True)


class ProjectAccountTable(AccountTable):
    """Within one project, whose page it stands on."""

    caption = "本项目的工资专用账户"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.columns = [column for column in self.columns if column.name != "project"]


def _stated(entry: LedgerEntry) -> str:
    return f"{money(entry.stated_balance)} 不符" if entry.stated_differs else ""


def _counterparty(entry: LedgerEntry) -> str:
    number = entry.counterparty_number
    return f"{entry.counterparty_name}（尾号 {number[-4:]}）" if number else entry.counterparty_name


class LedgerTable(Table):
    caption = "专户流水"
    default_order = "-sequence"
    empty_title = "没有流水"
    empty_text = "导入银行对账单后，流水会列在这里。"

    sequence = NumberColumn("序号", sort="-sequence", minor=True)
    booked_on = DayColumn("日期")
    booked_time = Column(
        "时间", value=lambda entry: f"{entry.booked_time:%H:%M:%S}" if entry.booked_time else "", minor=True
    )
    serial = CodeColumn("流水号", minor=True)
    kind = BadgeColumn("交易类型", value="get_kind_display", tone=lambda entry: KIND_TONES.get(entry.kind, "grey"))
    summary = Column("摘要", primary=True)
    counterparty = Column("对方", value=_counterparty)
    came = MoneyColumn("进账", value=lambda entry: entry.amount if entry.direction == MovementDirection.IN else None)
    went = MoneyColumn("出账", value=lambda entry: entry.amount if entry.direction == MovementDirection.OUT else None)
    balance = MoneyColumn("余额", hint="按流水逐笔推算")
    stated = BadgeColumn("银行所报余额", value=_stated, tone="red", hint="与推算的余额不同时才列出")


class UnmatchedTable(Table):
    """Wages out of the account that pay no line of any payroll."""

    caption = "没有对应工资明细的发放"
    default_order = "-booked_on"
    page_size = 20
    empty_title = "没有未匹配的发放"
    empty_text = "专户发出的每一笔工资都对应到了工资明细。"

    booked_on = DayColumn("日期")
    serial = CodeColumn("流水号", minor=True)
    counterparty = Column("收款人", value=_counterparty, primary=True)
    why = Column("原因", hint="与本项目各月工资明细比对")
    summary = Column("摘要", minor=True)
    amount = MoneyColumn("金额（元）")

    def row_url(self, record: LedgerEntry) -> str:
        return f"{reverse('accounts:ledger', args=[record.account_id])}?q={record.serial}"


class UnpaidTable(Table):
    """Lines of payrolls that no movement has paid."""

    caption = "还没有发放的工资明细"
    default_order = "month"
    page_size = 20
    empty_title = "没有未发放的工资"
    empty_text = "工资表上的每一行都已由专户发放。"

    name = Column("姓名", primary=True)
    month = MonthColumn("工资月份")
    team = Column("班组", value="team.name", minor=True)
    card = CodeColumn("银行卡", value=lambda line: f"尾号 {line.card_last4}" if line.card_last4 else "", minor=True)
    net = MoneyColumn("实发（元）")
    paid = MoneyColumn("已代发（元）", minor=True)

    def row_url(self, record: PayrollLine) -> str:
        return f"{reverse('accounts:payroll', args=[record.payroll_id])}?q={record.name}"


def _paid_state(payroll: Payroll) -> str:
    if not payroll.people:
        return "空表"
    if payroll.paid_total >= payroll.net_total:
        return "已发放"
    return "部分发放" if payroll.paid_total else "未发放"


PAID_TONES = {"已发放": "green", "部分发放": "orange", "未发放": "red", "退汇": "red", "空表": "grey"}


class PayrollTable(Table):
    caption = "工资表"
    default_order = "-month"
    empty_title = "还没有工资表"
    empty_text = "导入工资表后，各月的应发与已发会列在这里。"

    month = MonthColumn("工资月份", primary=True, sort="-month")
    project = Column("项目", value="project.name")
    people = NumberColumn("人数")
    net_total = MoneyColumn("实发合计（元）")
    paid_total = MoneyColumn("已代发（元）")
    rate = RateColumn("代发率", value=lambda payroll: (payroll.paid_people, payroll.people), hint="已发放人数 / 人数")
    pay_on = DayColumn("发放日期", minor=True)
    state = BadgeColumn("发放", value=_paid_state, tone=lambda payroll: PAID_TONES[_paid_state(payroll)])


class ProjectPayrollTable(PayrollTable):
    """The latest months of one project, whose page it stands on."""

    caption = "本项目的工资表"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.columns = [copy(column) for column in self.columns if column.name != "project"]
        for column in self.columns:
            column.sort = ""


def _check(line: PayrollLine) -> str:
    if line.registered is None:
        return "不在花名册"
    if not line.attended:
        return "没有考勤"
    return "天数不同" if line.days is not None and line.days != line.attended else ""


def _line_state(line: PayrollLine) -> str:
    if line.is_paid:
        return "已发放"
    return "部分发放" if line.paid else "退汇" if line.came_back else "未发放"


class PayrollLineTable(Table):
    caption = "工资明细"
    default_order = "id"
    page_size = 100

    name = Column("姓名", primary=True)
    id_number = CodeColumn("公民身份号码", value=lambda line: identity.mask_id(line.id_number), minor=True)
    team = Column("班组", value="team.name", minor=True)
    days = DaysColumn("工作天数")
    attended = DaysColumn("考勤天数")
    check = BadgeColumn("核对", value=_check, tone="orange")
    due = MoneyColumn("应发（元）", minor=True)
    deducted = MoneyColumn("扣发（元）", minor=True)
    net = MoneyColumn("实发（元）", sort="-net")
    card = CodeColumn("银行卡", value=lambda line: f"尾号 {line.card_last4}" if line.card_last4 else "", minor=True)
    state = BadgeColumn("发放", value=_line_state, tone=lambda line: PAID_TONES[_line_state(line)])
    paid_on = DayColumn("发放日期", value="last_paid_on", minor=True)


def _sheet_column(sheet: NoticeSheet) -> BadgeColumn:
    return BadgeColumn(
        sheet.label, value=lambda project: project.notices[sheet], tone=lambda project: TONES[project.notices[sheet]]
    )


class NoticeTable(Table):
    """A month's postings of every project, each sheet by its state."""

    caption = "各项目公示"
    default_order = "-id"
    empty_title = "本月没有需要公示的项目"
    empty_text = "有考勤或工资表的项目，其公示情况会列在这里。"

    name = Column("项目", primary=True)
    jurisdiction = Column("管辖属地", value="jurisdiction.name")
    attended = NumberColumn("出勤人数")
    listed = NumberColumn("工资表人数")
    attendance = _sheet_column(NoticeSheet.ATTENDANCE)
    settlement = _sheet_column(NoticeSheet.SETTLEMENT)
    payout = _sheet_column(NoticeSheet.PAYOUT)

    def __init__(self, records, request, *, month: date, today: date):
        super().__init__(records, request)
        for project in self.page:
            project.notices = states_of(project, month, today)

    def row_url(self, record) -> str:
        return reverse("accounts:project_notices", args=[record.pk])
