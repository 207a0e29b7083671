from datetime import date

from django import forms
from django.db.models import Q, QuerySet

from accounts.enums import DUE_OWED, AgeBand, DueKind
from accounts.models import Arrears, WageDue
from accounts.selectors import arrears, settled
from core.forms import FilterForm, MonthField
from organizations.models import Organization, Region
from projects.enums import ParticipantType
from projects.filters import OversightFilters, matching
from projects.models import Project

SETTLED_STATES = [("", ""), ("owing", "未结清"), ("late", "逾期结清"), ("settled", "按月结清")]
PARTS = [(ParticipantType.GENERAL_CONTRACTOR.value, "施工总承包单位"), ("sub", "用工单位（分包）")]


class SettledFilters(OversightFilters):
    """A month over the projects in sight."""

    month = MonthField(label="工资月份")
    state = forms.ChoiceField(label="结清", choices=SETTLED_STATES)

    def apply(self, projects: QuerySet[Project], month: date) -> QuerySet[Project]:
        projects = settled.had_wages(self.narrow(projects), month)
        state = self.values.get("state")
        return settled.in_state(projects, state, month) if state else projects


class SettledUnitFilters(FilterForm):
    """A month over the units that take part in the projects in sight."""

    q = forms.CharField(label="单位名称")
    part = forms.ChoiceField(label="单位类型", choices=PARTS)
    month = MonthField(label="工资月份")
    state = forms.ChoiceField(label="结清", choices=SETTLED_STATES)

    def apply(self, units: QuerySet[Organization], month: date, whose: settled.Whose) -> QuerySet[Organization]:
        values = self.values
        if text := values.get("q"):
            units = units.filter(name__icontains=text)
        units = settled.had_wages(units, month, whose)
        return settled.in_state(units, values["state"], month, whose) if "state" in values else units


class MonthLineFilters(FilterForm):
    """The people of one project's month."""

    q = forms.CharField(label="姓名")
    team = forms.TypedChoiceField(label="班组", coerce=int)
    kind = forms.ChoiceField(label="情形", choices=[("", ""), *(c for c in DueKind.choices if c[0] != "departure")])

    def __init__(self, data, *, teams):
        super().__init__(data)
        self.fields["team"].choices = [("", "全部"), *((team.pk, team.name) for team in teams)]

    def apply(self, rows: QuerySet[WageDue]) -> QuerySet[WageDue]:
        values = self.values
        if text := values.get("q"):
            rows = rows.filter(name__icontains=text)
        return rows.filter(**{name: values[name] for name in ("team", "kind") if name in values})


class ArrearsFilters(OversightFilters):
    """What is owed past its day, over the projects in sight, of one project, unit or person."""

    q = forms.CharField(label="工人姓名、项目或总承包单位")
    band = forms.ChoiceField(label="账龄", choices=[("", ""), *AgeBand.choices])
    kind = forms.ChoiceField(label="情形", choices=[("", ""), *(c for c in DueKind.choices if c[0] in DUE_OWED)])
    project = forms.IntegerField(required=False, widget=forms.HiddenInput)
    contractor = forms.IntegerField(required=False, widget=forms.HiddenInput)
    unit = forms.IntegerField(required=False, widget=forms.HiddenInput)
    worker = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def apply(self, user, today: date) -> QuerySet[Arrears]:
        values = self.values
        rows = Arrears.objects.unscoped("of the projects in sight").of_projects(self._projects(user), today)
        if band := values.get("band"):
            rows = rows.filter(arrears.band_q(band, today))
        if text := values.get("q"):
            named = matching(Project.objects.visible_to(user), text)
            rows = rows.filter(Q(name__icontains=text) | Q(project__in=list(named.values_list("pk", flat=True))))
        exact = {name: values[name] for name in ("kind", "project", "contractor", "unit", "worker") if name in values}
        return rows.filter(**exact)

    def _projects(self, user) -> list[int]:
        """Their keys: only constants reach the indexes through the view's union."""
        projects, values = Project.objects.visible_to(user), self.values
        if "place" in values:
            projects = projects.within(Region.objects.get(pk=values["place"]))
        if "industry" in values:
            projects = projects.filter(industry=values["industry"])
        return list(projects.order_by().values_list("pk", flat=True))
