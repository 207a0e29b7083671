from django import forms
from django.db.models import QuerySet

from core.forms import FilterForm, MonthField
from projects.filters import OversightFilters

STATES = {"overdue": "逾期未拨", "unmeasured": "缺计量产值", "settled": "按期拨付"}


class LabourCostFilters(OversightFilters):
    state = forms.ChoiceField(label="拨付情况", choices=[("", ""), *STATES.items()])

    def apply(self, projects: QuerySet) -> QuerySet:
        projects = self.narrow(projects)
        match self.values.get("state"):
            case "overdue":
                return projects.filter(overdue_since__isnull=False)
            case "unmeasured":
                return projects.filter(unmeasured__gt=0)
            case "settled":
                return projects.filter(overdue_since__isnull=True, unmeasured=0)
        return projects


class BankFilters(FilterForm):
    month = MonthField(label="月份")
