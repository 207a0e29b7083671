from django.urls import reverse
from django.utils import timezone

from core.tables import BadgeColumn, CodeColumn, Column, DayColumn, NumberColumn, RateColumn, Table
from workers.enums import ContractState
from workers.models import Engagement, Training
from workers.selectors import contracts


def state_of(engagement: Engagement) -> str:
    return "已退场" if engagement.exited_on and engagement.exited_on < timezone.localdate() else "在场"


CONTRACT_TONES = {
    ContractState.MISSING: "orange",
    ContractState.EXPIRED: "red",
    ContractState.EXPIRING: "yellow",
    ContractState.LATE: "grey",
    ContractState.RUNNING: "green",
}


def contract_of(row: Engagement) -> ContractState:
    return contracts.contract_state(row, timezone.localdate())


def contract_badge(heading: str) -> BadgeColumn:
    """The contract of who has left is not said to run."""

    def ended(row):
        gone = contract_of(row) == ContractState.RUNNING and row.contract_until
        return bool(gone and row.contract_until < timezone.localdate())

    return BadgeColumn(
        heading,
        value=lambda row: "已终止" if ended(row) else contract_of(row).label,
        tone=lambda row: "grey" if ended(row) else CONTRACT_TONES[contract_of(row)],
    )


class EngagementTable(Table):
    caption = "花名册"
    default_order = "-entered_on"
    empty_title = "没有符合条件的人员"

    name = Column("姓名", value="worker.name", primary=True)
    id_number = CodeColumn("证件号码", value="worker.masked_id")
    team = Column("班组", value=lambda row: row.team.name if row.team else "", sort="team__name")
    trade = Column("工种", value="get_trade_display", sort="trade")
    leader = BadgeColumn("班组长", value=lambda row: "班组长" if row.is_team_leader else "", tone="blue", minor=True)
    state = BadgeColumn("状态", value=state_of, tone=lambda row: "green" if state_of(row) == "在场" else "grey")
    entered_on = DayColumn("进场日期", sort="-entered_on")
    exited_on = DayColumn("退场日期", minor=True)
    contract = contract_badge("劳动合同")
    card = BadgeColumn(
        "工资卡",
        value=lambda row: f"尾号 {row.card_last4}" if row.card_last4 else "未绑定",
        tone=lambda row: "" if row.card_last4 else "orange",
    )

    def row_url(self, record: Engagement) -> str:
        return reverse("workers:worker_detail", args=[record.worker_id])


class WorkerTable(EngagementTable):
    """People over all projects in scope."""

    caption = "工人列表"
    default_order = "-id"
    project = Column("项目", value="project.name")
    # in this order: who, where, what
    columns_in_order = ("name", "id_number", "project", "trade", "state", "entered_on", "contract", "card")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = {column.name: column for column in self.columns}
        self.columns = [known[name] for name in self.columns_in_order]


class TrainingTable(Table):
    caption = "培训"
    default_order = "-held_on"
    empty_title = "还没有培训记录"
    empty_text = "人员进场须先接受入场教育；登记后在各人的页面显示。"

    name = Column("培训名称", primary=True)
    kind = BadgeColumn("培训类型", value="get_kind_display", tone="blue")
    held_on = DayColumn("培训日期", sort="-held_on")
    hours = NumberColumn("学时")
    people = NumberColumn("参加人数")
    passed = RateColumn("合格率", value=lambda row: (row.passed, row.people), hint="合格人数 / 参加人数")

    def row_url(self, record: Training) -> str:
        return record.get_absolute_url()
