from datetime import date

from django import forms
from django.db.models import Q, QuerySet

from core.forms import MonthField
from projects.enums import Status
from projects.filters import OversightFilters
from workers.selectors.deadlines import last_due


class AttendanceFilters(OversightFilters):
    """The projects of a region by what they reported."""

    month = MonthField(label="月份")
    missing = forms.BooleanField(label="只看缺报")

    def apply(self, projects: QuerySet, today: date) -> QuerySet:
        """Of projects with `latest_day`."""
        projects = self.narrow(projects)
        return projects.filter(_missing_q(today)) if self.values.get("missing") else projects


def _missing_q(today: date) -> Q:
    """The other side of `deadlines.has_come`, of works in progress."""
    late = Q(latest_day__isnull=True)
    for is_linear in (True, False):
        first = last_due(today, is_linear=is_linear).first
        late |= Q(is_linear=is_linear, latest_day__lt=first)
    return late & Q(status=Status.IN_PROGRESS)
