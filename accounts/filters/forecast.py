from datetime import date

from django import forms
from django.db.models import QuerySet

from accounts.models import Forecast
from accounts.selectors import forecast
from projects.filters import OversightFilters
from projects.models import Project

WEEKS = [("", ""), *((str(week), label) for week, label in forecast.WEEKS.items())]


class ForecastFilters(OversightFilters):
    """Projects whose accounts will fall short, by place, industry and the week in which they do."""

    week = forms.ChoiceField(label="发薪日", choices=WEEKS)

    def apply(self, user, today: date) -> QuerySet[Forecast]:
        projects = self.narrow(Project.objects.visible_to(user))
        rows = forecast.shortfalls(Forecast.objects.visible_to(user).filter(project__in=projects.values("pk")))
        week = self.values.get("week")
        return rows.filter(forecast.within(today)[int(week)]) if week else rows
