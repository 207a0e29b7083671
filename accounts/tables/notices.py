from datetime import date

from django.urls import reverse

from accounts.enums import NoticeSheet
from accounts.selectors.notices import TONES, states_of
from core.tables import (
    BadgeColumn,
    Column,
    NumberColumn,
    Table,
)


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
