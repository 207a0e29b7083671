from datetime import date

from django.urls import reverse

from core.tables import BadgeColumn, Column, DayColumn, MoneyColumn, Table
from projects.models import Project


def _unit(project: Project) -> str:
    return project.construction_unit.name if project.construction_unit else ""


class LabourCostTable(Table):
    """Projects with agreed labour cost; the construction unit is whose duty it is (条例第二十九条)."""

    caption = "人工费拨付"
    default_order = "-id"
    empty_title = "没有符合条件的项目"
    empty_text = "登记人工费约定的项目列在这里；请放宽或清除筛选条件后再试。"

    name = Column("项目名称", primary=True)
    construction_unit = Column("建设单位", value=_unit)
    jurisdiction = Column("管辖属地", value="jurisdiction.name", minor=True)
    cost_due = MoneyColumn("应拨（元）", hint="按合同约定已到期的人工费", minor=True)
    cost_came = MoneyColumn("到账（元）", hint="首项约定起到账的人工费", minor=True)
    cost_gap = MoneyColumn("欠拨（元）")
    overdue_since = DayColumn("最早到期日", minor=True)
    state = BadgeColumn("拨付情况", value=lambda row: row.state[0], tone=lambda row: row.state[1])

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def rows(self):
        for project in self.page:
            project.state = self._state(project)
        return super().rows()

    def _state(self, project: Project) -> tuple[str, str]:
        if project.overdue_since:
            return f"逾期 {(self.today - project.overdue_since).days} 日", "red"
        if project.unmeasured:
            return f"{project.unmeasured} 个月没有计量", "orange"
        return "按期", "green"

    def row_url(self, record: Project) -> str:
        return reverse("accounts:labour_cost", args=[record.pk])
