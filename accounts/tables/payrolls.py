from copy import copy

from django.urls import reverse

from accounts.models import Payroll, PayrollLine
from core import identity
from core.formats import blank
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


class DaysColumn(NumberColumn):
    """27.5, 27: days by halves."""

    def text(self, record) -> str:
        value = self.raw(record)
        return blank(None if value is None else f"{value.normalize():f}")


class UnpaidTable(Table):
    """Lines of payrolls that no movement has paid."""

    caption = "还没有发放的工资明细"
    default_order = "month"
    page_size = 30
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


PAID_TONES = {
    "已发放": "green",
    "部分发放": "orange",
    "未发放": "red",
    "退汇": "red",
    "空表": "grey",
    "无应发": "grey",
}


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
    if not line.net:
        return "无应发"
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
