from django.urls import reverse

from accounts.enums import MovementDirection, MovementKind
from accounts.models import LedgerEntry, SpecialAccount
from core.formats import money
from core.tables import (
    BadgeColumn,
    CodeColumn,
    Column,
    DayColumn,
    MoneyColumn,
    NumberColumn,
    Table,
)

KIND_TONES = {MovementKind.OTHER_OUT: "red", MovementKind.RETURN: "orange", MovementKind.WAGE: "green"}


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
    """Within one project, whose page it stands on; with the project's part where an account is shared."""

    caption = "本项目的工资专用账户"

    own = MoneyColumn("本项目部分（元）")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        unwanted = {"project"} if any(account.serves > 1 for account in self.records) else {"project", "own"}
        self.columns = [column for column in self.columns if column.name not in unwanted]


def _stated(entry: LedgerEntry) -> str:
    return f"{money(entry.stated_balance)} 不符" if entry.stated_differs else ""


def _counterparty(entry: LedgerEntry) -> str:
    number = entry.counterparty_number
    return f"{entry.counterparty_name}（尾号 {number[-4:]}）" if number else entry.counterparty_name


def _mark(entry: LedgerEntry) -> str:
    if entry.reverses_id:
        return "冲正"
    if entry.was_reversed:
        return "已冲正"
    if entry.is_overdrawn:
        return "超出本项目资金"
    return "类型已更正" if entry.was_reclassed else ""


def _mark_tone(entry: LedgerEntry) -> str:
    return "red" if _mark(entry) == "超出本项目资金" else "orange" if "冲正" in _mark(entry) else "grey"


class LedgerTable(Table):
    """Of one account. Of a shared one also whose money moved, and who spent more than the own part."""

    caption = "专户流水"
    default_order = "-sequence"
    empty_title = "没有流水"
    empty_text = "导入银行对账单后，流水会列在这里。"

    sequence = NumberColumn("序号", sort="-sequence", minor=True)
    booked_on = DayColumn("日期")
    serial = CodeColumn("流水号", minor=True)
    kind = BadgeColumn("交易类型", value="get_kind_display", tone=lambda entry: KIND_TONES.get(entry.kind, "grey"))
    summary = Column("摘要", primary=True)
    counterparty = Column("对方", value=_counterparty)
    came = MoneyColumn("进账", value=lambda entry: entry.amount if entry.direction == MovementDirection.IN else None)
    went = MoneyColumn("出账", value=lambda entry: entry.amount if entry.direction == MovementDirection.OUT else None)
    balance = MoneyColumn("余额", hint="按流水逐笔推算")
    stated = BadgeColumn("银行所报余额", value=_stated, tone="red", hint="与推算的余额不同时才列出")
    project = Column("所属项目", value="project.name", minor=True)
    mark = BadgeColumn("标记", value=_mark, tone=_mark_tone)

    def __init__(self, *args, shared: bool = False, overdrawn: dict | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.overdrawn = overdrawn or {}
        if not shared:
            self.columns = [column for column in self.columns if column.name != "project"]

    def rows(self):
        for record in self.page:
            record.is_overdrawn = record.pk in self.overdrawn
        return super().rows()


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
