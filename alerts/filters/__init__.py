from datetime import date

from django import forms
from django.db.models import Q

from alerts import selectors
from alerts.enums import FOR_CONTRACTORS, OPEN_STATES, DemandKind, DemandState, Level, Subject, WarningState
from alerts.models import CaseLead
from alerts.models.warning import WarningQuerySet
from alerts.rules import rules
from core.forms import FilterForm, MonthField
from core.months import next_month
from organizations.enums import AUTHORITIES, Industry, RegionLevel, Role
from organizations.models import Region
from organizations.selectors import regions_for

OPEN, ALL = "open", "all"
AGES = [(f"{first}-{last or ''}", label) for first, last, label in selectors.AGES]
URGENT = ("urgent", "逾期、将到期、上报本级")
ASKED = ("asked", "待我部门答复")
DESKS = [("mine", "我经办的"), ("office", "本级可处置"), URGENT]


class WarningFilters(FilterForm):
    """Open warnings unless something else is asked for."""

    rare = ("rule", "age", "subject", "industry", "overdue", "due_soon")

    q = forms.CharField(label="预警内容、项目名称或编码")
    state = forms.ChoiceField(label="状态")
    level = forms.ChoiceField(label="级别", choices=[("", ""), *Level.choices])
    age = forms.ChoiceField(label="产生时间", choices=[("", ""), *AGES])
    subject = forms.ChoiceField(label="类别", choices=[("", ""), *Subject.choices])
    rule = forms.ChoiceField(label="规则")
    region = forms.ChoiceField(label="管辖属地")
    industry = forms.ChoiceField(label="行业", choices=[("", ""), *Industry.choices])
    desk = forms.ChoiceField(label="经办", choices=[("", ""), *DESKS])
    overdue = forms.BooleanField(label="已逾期")
    missed = MonthField(label="到期未办结（月份）", widget=forms.HiddenInput)
    due_soon = forms.BooleanField(label=f"{selectors.SOON} 日内到期")
    project = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data, *, user, today: date):
        super().__init__(data)
        self.user, self.today = user, today
        open_first = [("", "未办结"), *WarningState.choices, (ALL, "全部")]
        self.fields["state"].choices = open_first
        self.fields["rule"].choices = [("", "全部"), *((rule.code, f"{rule.code} {rule.title}") for rule in rules())]
        if user.level in (RegionLevel.PROVINCE, RegionLevel.PREFECTURE):
            self.fields["region"].choices = [("", "全部"), *places_for(user)]
        else:
            del self.fields["region"]
        if user.industry or user.role in (Role.CLERK, Role.CONSTRUCTION_UNIT, Role.BANK):
            del self.fields["industry"]
        if user.role == Role.INDUSTRY:
            self.fields["desk"].choices = [("", "全部"), *([ASKED] if user.industry else []), URGENT]
        elif user.role != Role.OFFICER:
            del self.fields["desk"]

    def apply(self, warnings: WarningQuerySet) -> WarningQuerySet:
        values = self.values
        warnings = self._by_state(warnings, values.pop("state", OPEN))
        for name, value in values.items():
            warnings = getattr(self, f"_by_{name}")(warnings, value)
        return warnings

    @staticmethod
    def _by_state(warnings: WarningQuerySet, state: str) -> WarningQuerySet:
        if state == ALL:
            return warnings
        return warnings.filter(state__in=OPEN_STATES) if state == OPEN else warnings.filter(state=state)

    @staticmethod
    def _by_q(warnings: WarningQuerySet, text: str) -> WarningQuerySet:
        project = Q(project__name__icontains=text) | Q(project__code__istartswith=text)
        return warnings.filter(Q(message__icontains=text) | Q(title__icontains=text) | project)

    @staticmethod
    def _by_level(warnings: WarningQuerySet, level: str) -> WarningQuerySet:
        return warnings.filter(level=level)

    def _by_overdue(self, warnings: WarningQuerySet, _) -> WarningQuerySet:
        return warnings.overdue(self.today)

    def _by_missed(self, warnings: WarningQuerySet, month: date) -> WarningQuerySet:
        """Those of a month's bulletin."""
        due = selectors.with_settled(warnings).filter(due_on__gte=month, due_on__lt=next_month(month))
        return due.filter(selectors.late_q(self.today))

    def _by_due_soon(self, warnings: WarningQuerySet, _) -> WarningQuerySet:
        return warnings.due_soon(self.today, selectors.SOON)

    def _by_age(self, warnings: WarningQuerySet, age: str) -> WarningQuerySet:
        first, _, last = age.partition("-")
        return warnings.filter(selectors.age_q(self.today, int(first), int(last) if last else None))

    @staticmethod
    def _by_subject(warnings: WarningQuerySet, subject: str) -> WarningQuerySet:
        return warnings.filter(subject=subject)

    @staticmethod
    def _by_rule(warnings: WarningQuerySet, code: str) -> WarningQuerySet:
        return warnings.filter(rule_code=code)

    @staticmethod
    def _by_region(warnings: WarningQuerySet, code: str) -> WarningQuerySet:
        return warnings.filter(project__jurisdiction__code__startswith=Region.objects.get(pk=code).prefix)

    @staticmethod
    def _by_industry(warnings: WarningQuerySet, industry: str) -> WarningQuerySet:
        return warnings.filter(project__industry=industry)

    def _by_desk(self, warnings: WarningQuerySet, desk: str) -> WarningQuerySet:
        if desk == "mine":
            return warnings.filter(handler=self.user)
        if desk == "asked":
            return selectors.asked_of(warnings, self.user)
        if desk == "urgent":
            return selectors.urgent(warnings, self.user, self.today)
        return warnings.for_office(self.user.level)

    @staticmethod
    def _by_project(warnings: WarningQuerySet, project: int) -> WarningQuerySet:
        return warnings.filter(project=project)


class CaseLeadFilters(FilterForm):
    """Those not closed unless something else is asked for."""

    q = forms.CharField(label="案源编号或项目名称")
    state = forms.ChoiceField(label="状态")
    overdue = forms.BooleanField(label="已逾期")

    def __init__(self, data, *, today: date):
        super().__init__(data)
        self.today = today
        self.fields["state"].choices = [
            ("", "未结案"),
            *CaseLead.State.choices[:-1],
            ("closed", "已结案"),
            (ALL, "全部"),
        ]

    def apply(self, leads):
        values = self.values
        if text := values.get("q"):
            leads = leads.filter(Q(number__icontains=text) | Q(project__name__icontains=text))
        if values.get("overdue"):
            leads = leads.exclude(state=CaseLead.State.CLOSED).filter(due_on__lt=self.today)
        match values.get("state", ""):
            case "":
                return leads.exclude(state=CaseLead.State.CLOSED)
            case "all":
                return leads
            case state:
                return leads.filter(state=state)


OFFICE_DESKS = [("", "由本单位办理或提出"), ("of", "由本单位办理"), ("by", "由本单位提出"), (ALL, "本地全部")]


class DemandFilters(FilterForm):
    """What waits, unless something else is asked for, and of that what the own office has to do or has asked; of an
    industry department what is asked of itself."""

    kind = forms.ChoiceField(label="事项", choices=[("", ""), *DemandKind.choices])
    state = forms.ChoiceField(label="状态")
    desk = forms.ChoiceField(label="办理", choices=OFFICE_DESKS)
    overdue = forms.BooleanField(label="已逾期")

    def __init__(self, data, *, user, today: date):
        super().__init__(data)
        self.user, self.today = user, today
        self.fields["state"].choices = [("", "未办结"), *DemandState.choices, (ALL, "全部")]
        self.is_department = user.role == Role.INDUSTRY and user.industry is not None
        if self.is_department:
            self.fields["desk"].choices = [("", "由我部门办理"), (ALL, "本地全部")]
        elif user.role != Role.OFFICER:  # nothing is asked of the bank regulator, nor by it: it reads all
            del self.fields["desk"]
        if user.role not in AUTHORITIES:
            self.fields["kind"].choices = [("", "全部"), *((kind.value, kind.label) for kind in FOR_CONTRACTORS)]

    def apply(self, demands):
        values = self.values
        if kind := values.get("kind"):
            demands = demands.filter(kind=kind)
        if "desk" in self.fields:
            demands = demands.filter(self._desk_q(values.get("desk", "")))
        if values.get("overdue"):
            demands = demands.overdue(self.today)
        state = values.get("state", "")
        if state == ALL:
            return demands
        return demands.filter(state=state) if state else demands.waiting()

    def _desk_q(self, desk: str) -> Q:
        asked_of, asked_by = Q(of=self.user.organization_id), Q(office=self.user.organization_id)
        own = asked_of if self.is_department else asked_of | asked_by
        return {"": own, "of": asked_of, "by": asked_by, ALL: Q()}[desk]


class BulletinFilters(FilterForm):
    month = MonthField(label="月份")


def places_for(user) -> list:
    """Prefectures as headings, with themselves as the first choice; within one prefecture its counties."""
    groups: dict[str, list] = {}
    for region in regions_for(user).exclude(level=RegionLevel.PROVINCE).select_related("parent").order_by("code"):
        if region.level == RegionLevel.PREFECTURE:
            groups[region.name] = [(region.pk, f"{region.name}（全部）")]
        else:
            groups.setdefault(region.parent.name, []).append((region.pk, region.name))
    return list(groups.items())
