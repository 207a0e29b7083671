from django.urls import reverse

from core.tables import BadgeColumn, Column, DayColumn, MoneyColumn, NumberColumn, Table
from workers.models import Departure, Engagement
from workers.tables import contract_badge


class ContractTable(Table):
    """One line a person: the latest contract, or that there is none."""

    caption = "劳动合同"
    default_order = "-entered_on"
    empty_title = "没有符合条件的人员"

    name = Column("姓名", value="worker.name", primary=True)
    team = Column("班组", value=lambda row: row.team.name if row.team else "", minor=True)
    contract = contract_badge("合同")
    signed_on = DayColumn("签订日期", value=lambda row: row.latest_contract.signed_on if row.latest_contract else None)
    until = Column("期限至", value=lambda row: _until(row.latest_contract))
    wage = Column("工资标准", value=lambda row: row.latest_contract.wage_text if row.latest_contract else "")
    scan = BadgeColumn(
        "扫描件",
        value=lambda row: ("有" if row.has_scan else "未上传") if row.latest_contract else "",
        tone=lambda row: "" if row.has_scan else "orange",
    )
    entered_on = DayColumn("进场日期", sort="-entered_on", minor=True)

    def row_url(self, record: Engagement) -> str:
        return reverse("workers:worker_detail", args=[record.worker_id])


def _until(contract) -> str:
    if contract is None:
        return ""
    if contract.ended_on:
        return f"{contract.ended_on} {contract.get_end_reason_display()}"
    return str(contract.ends_on or "工作完成")


SETTLED_TONES = {"未结清": "red", "已结清": "green"}


def settlement_of(departure: Departure) -> str:
    if departure.paid_on:
        return "已结清"
    return departure.get_settlement_display() or "未填报"


class DepartureTable(Table):
    caption = "退场记录"
    default_order = "-exited_on"
    empty_title = "没有符合条件的退场记录"

    name = Column("姓名", value="engagement.worker.name", primary=True)
    team = Column("班组", value=lambda row: row.engagement.team.name if row.engagement.team else "", minor=True)
    entered_on = DayColumn("进场日期", minor=True)
    exited_on = DayColumn("退场日期", sort="-exited_on")
    settlement = BadgeColumn(
        "工资结算", value=settlement_of, tone=lambda row: SETTLED_TONES.get(settlement_of(row), "grey")
    )
    owed = MoneyColumn("欠付金额（元）", value="owed_amount")
    due = DayColumn("约定支付日期", value="owed_due_on")
    paid_on = DayColumn("结清日期", minor=True)

    def row_url(self, record: Departure) -> str:
        return reverse("workers:departure_detail", args=[record.pk])


class OwedTable(DepartureTable):
    """Over all projects in scope."""

    caption = "退场未结清"
    project = Column("项目", value="project.name")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = {column.name: column for column in self.columns}
        self.columns = [known[name] for name in ("name", "project", "exited_on", "settlement", "owed", "due")]


class TeamTable(Table):
    caption = "班组"
    default_order = "name"
    empty_title = "还没有班组"

    name = Column("班组", primary=True)
    employer = Column("所属单位", value=lambda row: row.employer.organization.name if row.employer else "")
    leader = Column("班组长", value="leader_name")
    on_site = NumberColumn("在场人数", value="on_site")
    left = NumberColumn("已退场", value="left_count", minor=True)
    state = BadgeColumn(
        "状态",
        value=lambda row: "已退场" if row.exited_on else "在场",
        tone=lambda row: "grey" if row.exited_on else "green",
    )
