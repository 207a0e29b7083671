"""Warnings on a desk."""

from django.utils import timezone

from alerts.models import Warning
from core.tables import BadgeColumn, Column, DayColumn, Table

LEVEL_TONES = {"red": "red", "orange": "orange", "yellow": "yellow"}


def urgency(warning: Warning) -> str:
    today = timezone.localdate()
    if warning.due_on < today:
        return f"逾期 {(today - warning.due_on).days} 天"
    return "今日到期" if warning.due_on == today else f"剩 {(warning.due_on - today).days} 天"


def _urgency_tone(warning: Warning) -> str:
    return "red" if warning.is_overdue(timezone.localdate()) else "orange"


class DueTable(Table):
    caption = "逾期与将到期的预警"
    empty_title = "没有逾期或 7 日内到期的预警"
    empty_text = "新的预警产生后会列在这里。"

    title = Column("预警", primary=True)
    level = BadgeColumn("级别", value="get_level_display", tone=LEVEL_TONES)
    project = Column("项目", value="project.name")
    place = Column("管辖属地", value="project.jurisdiction.name", minor=True)
    office = Column("处置层级", value="get_office_level_display", minor=True)
    due_on = DayColumn("处置期限", minor=True)
    urgency = BadgeColumn("时限", value=urgency, tone=_urgency_tone)


class OwnWarningTable(Table):
    """Warnings of a contractor's or construction unit's own projects, with what would answer them."""

    caption = "本单位项目的未办结预警"
    empty_title = "没有未办结的预警"
    empty_text = "按时报送考勤、工资表和对账单，可以避免产生预警。"

    title = Column("预警", primary=True)
    level = BadgeColumn("级别", value="get_level_display", tone=LEVEL_TONES)
    project = Column("项目", value="project.name")
    message = Column("内容", minor=True)
    release_when = Column("如何解除")
    urgency = BadgeColumn("时限", value=urgency, tone=_urgency_tone)
