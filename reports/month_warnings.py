"""The month's warnings, one row each: raised in it, released in it, or overdue at its end."""

from dataclasses import dataclass
from typing import ClassVar

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from alerts.models import Warning
from organizations.models import Region
from reports.figures import Period


@dataclass(frozen=True)
class WarningRow:
    """As it stood at the end of the period."""

    HEADS: ClassVar[list[str]] = [
        "本期产生",
        "本期解除",
        "期末逾期",
        "规则",
        "规则版本",
        "预警名称",
        "级别",
        "项目编码",
        "项目名称",
        "管辖属地",
        "预警内容",
        "产生时间",
        "处置期限",
        "办结时间",
        "期末状态",
        "依据",
    ]

    warning: Warning
    period: Period

    @property
    def is_closed(self) -> bool:
        return self.warning.closed_at is not None and self.warning.closed_at < self.period.until

    @property
    def is_overdue(self) -> bool:
        return not self.is_closed and self.warning.due_on < self.period.passed

    @property
    def was_released(self) -> bool:
        return self.is_closed and self.warning.released_at is not None

    def cells(self) -> list:
        warning = self.warning
        return [
            warning.raised_at >= self.period.start,
            self.was_released and warning.released_at >= self.period.start,
            self.is_overdue,
            warning.rule_code,
            warning.setting.version,
            warning.title,
            warning.get_level_display(),
            warning.project.code,
            warning.project.name,
            warning.project.jurisdiction.name,
            warning.message,
            warning.raised_at,
            warning.due_on,
            warning.closed_at if self.is_closed else None,
            self._state(),
            warning.basis,
        ]

    def _state(self) -> str:
        if not self.is_closed:
            return "未办结"
        return "已解除" if self.was_released else "已转案源"


def of_month(user, region: Region, period: Period) -> list[WarningRow]:
    """Of the projects the user may see now; warnings closed after the period are told as open."""
    inside = {"gte": period.start, "lt": period.until}
    raised = Q(**{f"raised_at__{bound}": value for bound, value in inside.items()})
    released = Q(**{f"released_at__{bound}": value for bound, value in inside.items()})
    open_then = Q(closed_at__isnull=True) | Q(closed_at__gte=period.until)
    found = (
        Warning.objects.visible_to(user)
        .filter(project__jurisdiction__code__startswith=region.prefix, raised_at__lt=period.until)
        .annotate(closed_at=Coalesce(F("released_at"), F("case_lead__opened_at")))
        .filter(raised | released | open_then & Q(due_on__lt=period.passed))
        .select_related("project__jurisdiction", "setting")
        .order_by("project__jurisdiction_id", "project__code", "-severity", "raised_at", "id")
    )
    return [WarningRow(warning, period) for warning in found]
