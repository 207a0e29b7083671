from django import forms
from django.db.models import Q

from core.forms import FilterForm
from organizations.enums import Industry, RegionLevel
from organizations.models import Region
from organizations.selectors import regions_for
from projects import selectors
from projects.enums import Category, ParticipantType, PermitState, Status
from projects.forms import place_choices
from projects.models import Participation, Project
from projects.models.listed_permit import ListedPermitQuerySet
from projects.models.project import ProjectQuerySet


def matching(projects: ProjectQuerySet, text: str) -> ProjectQuerySet:
    """By name, code or general contractor; also by name or code of a project that was merged into it."""
    contractors = Participation.objects.filter(
        participant_type=ParticipantType.GENERAL_CONTRACTOR, organization__name__icontains=text
    )
    own = Q(name__icontains=text) | Q(code__istartswith=text)
    merged = Project.every.filter(own, merged_into__isnull=False).values("merged_into")
    return projects.filter(own | Q(pk__in=contractors.values("project")) | Q(pk__in=merged))


def offer_places(form: FilterForm, user) -> None:
    """What a user's own office leaves to choose: places below it, industries if it has none of its own."""
    if user.level is None or user.level == RegionLevel.COUNTY:
        del form.fields["place"]
    else:
        form.fields["place"].choices = [("", "全部"), *place_choices(regions_for(user), own="（全市）")]
    if user.industry:
        del form.fields["industry"]


class OversightFilters(FilterForm):
    """Above a list of projects of a region: by name, place and industry. Other apps add what their list is about."""

    q = forms.CharField(label="项目名称、编码或总承包单位")
    place = forms.ChoiceField(label="管辖属地")
    industry = forms.ChoiceField(label="行业", choices=[("", ""), *Industry.choices])

    def __init__(self, data, *, user):
        super().__init__(data)
        offer_places(self, user)

    def narrow(self, projects: ProjectQuerySet) -> ProjectQuerySet:
        values = self.values
        if text := values.get("q"):
            projects = matching(projects, text)
        if place := values.get("place"):
            projects = projects.within(Region.objects.get(pk=place))
        return projects.filter(industry=values["industry"]) if "industry" in values else projects


class ProjectFilters(FilterForm):
    q = forms.CharField(label="项目名称、编码或总承包单位")
    place = forms.ChoiceField(label="管辖属地")
    industry = forms.ChoiceField(label="行业", choices=[("", ""), *Industry.choices])
    status = forms.ChoiceField(label="工程进度", choices=[("", ""), *Status.choices])
    category = forms.ChoiceField(label="项目种类", choices=[("", ""), *Category.choices])
    incomplete = forms.BooleanField(label="资料不全")
    warned = forms.BooleanField(label="有未办结预警")
    late = forms.BooleanField(label="逾期纳入")

    def __init__(self, data, *, user):
        super().__init__(data)
        offer_places(self, user)

    @property
    def values(self) -> dict:
        return {name: value for name, value in super().values.items() if value is not False}

    def apply(self, projects: ProjectQuerySet) -> ProjectQuerySet:
        for name, value in self.values.items():
            projects = getattr(self, f"_by_{name}", self._by_field(name))(projects, value)
        return projects

    @staticmethod
    def _by_field(name: str):
        return lambda projects, value: projects.filter(**{name: value})

    @staticmethod
    def _by_q(projects: ProjectQuerySet, text: str) -> ProjectQuerySet:
        return matching(projects, text)

    @staticmethod
    def _by_place(projects: ProjectQuerySet, code: str) -> ProjectQuerySet:
        return projects.within(Region.objects.get(pk=code))

    @staticmethod
    def _by_incomplete(projects: ProjectQuerySet, _) -> ProjectQuerySet:
        return selectors.incomplete(projects)

    @staticmethod
    def _by_late(projects: ProjectQuerySet, _) -> ProjectQuerySet:
        return projects.filed_late()

    @staticmethod
    def _by_warned(projects: ProjectQuerySet, _) -> ProjectQuerySet:
        return selectors.with_open_warnings(projects)


class ListedPermitFilters(FilterForm):
    q = forms.CharField(label="工程名称、编号或单位")
    state = forms.ChoiceField(label="比对", choices=[("", ""), *PermitState.choices])
    place = forms.ChoiceField(label="所在地")
    industry = forms.ChoiceField(label="行业", choices=[("", ""), *Industry.choices])

    def __init__(self, data, *, user):
        super().__init__(data)
        self.fields["state"].choices = [("", "全部"), *((state.value, _state_asked(state)) for state in PermitState)]
        if user.level == RegionLevel.COUNTY:
            del self.fields["place"]
        else:
            self.fields["place"].choices = [("", "全部"), *place_choices(regions_for(user), own="（全市）")]
        if user.industry:
            del self.fields["industry"]

    def apply(self, permits: ListedPermitQuerySet) -> ListedPermitQuerySet:
        for name, value in self.values.items():
            permits = getattr(self, f"_by_{name}")(permits, value)
        return permits

    @staticmethod
    def _by_q(permits: ListedPermitQuerySet, text: str) -> ListedPermitQuerySet:
        units = Q(contractor__icontains=text) | Q(construction_unit__icontains=text)
        return permits.filter(Q(project_name__icontains=text) | Q(number__icontains=text) | units)

    @staticmethod
    def _by_state(permits: ListedPermitQuerySet, state: str) -> ListedPermitQuerySet:
        """What is missing includes what is overdue."""
        if state == PermitState.MISSING:
            return permits.filter(state__in=(PermitState.MISSING, PermitState.OVERDUE))
        return permits.filter(state=state)

    @staticmethod
    def _by_place(permits: ListedPermitQuerySet, code: str) -> ListedPermitQuerySet:
        return permits.within(Region.objects.get(pk=code))

    @staticmethod
    def _by_industry(permits: ListedPermitQuerySet, industry: str) -> ListedPermitQuerySet:
        return permits.filter(industry=industry)


def _state_asked(state: PermitState) -> str:
    return f"{state.label}（含逾期）" if state == PermitState.MISSING else state.label
