"""Filters of the lists of contracts and exits."""

from django import forms
from django.utils import timezone

from core.forms import FilterForm
from organizations.enums import Industry
from organizations.models import Region
from projects.filters import offer_places
from workers import selectors
from workers.enums import Settlement, WageMethod
from workers.filters import STATES, in_state
from workers.models import Engagement
from workers.models.engagement import EngagementQuerySet
from workers.selectors import contracts

SETTLEMENTS = [
    ("", ""),
    ("owed", "未结清"),
    ("overdue", "逾期未结清"),
    ("paid", "退场后结清"),
    ("settled", "已结清"),
    ("unknown", "未填报"),
]
CONTRACT_STATES = [
    ("", ""),
    ("missing", "未登记"),
    ("expired", "到期仍在场"),
    ("expiring", "即将到期"),
    ("late", "逾期签订"),
    ("unscanned", "无扫描件"),
]


class ContractFilters(FilterForm):
    """The contracts of a project's people, one line a person."""

    q = forms.CharField(label="姓名、拼音或证件号后四位")
    team = forms.TypedChoiceField(label="班组", coerce=int)
    contract = forms.ChoiceField(label="合同", choices=CONTRACT_STATES)
    method = forms.ChoiceField(label="工资计算方式", choices=[("", ""), *WageMethod.choices])
    state = forms.ChoiceField(label="在场状态", choices=STATES)

    def __init__(self, data, *, teams):
        super().__init__(data)
        self.fields["team"].choices = [("", "全部"), *teams]

    def apply(self, engagements: EngagementQuerySet) -> EngagementQuerySet:
        asked = self.values
        if text := asked.get("q"):
            engagements = selectors.matching(engagements, text)
        if team := asked.get("team"):
            engagements = engagements.filter(team=team)
        if state := asked.get("state"):
            engagements = in_state(engagements, state)
        if method := asked.get("method"):
            engagements = engagements.with_wage_method(method)
        return self._by_contract(engagements, asked.get("contract"))

    @staticmethod
    def _by_contract(engagements: EngagementQuerySet, state: str | None) -> EngagementQuerySet:
        if state == "unscanned":
            return contracts.with_scan(engagements).filter(contract_pk__isnull=False, has_scan=False)
        return contracts.in_contract_state(engagements, state, timezone.localdate()) if state else engagements


class DepartureFilters(FilterForm):
    """The exits of one project."""

    q = forms.CharField(label="姓名、拼音或证件号后四位")
    settlement = forms.ChoiceField(label="工资结算", choices=SETTLEMENTS)

    def apply(self, departures):
        asked, today = self.values, timezone.localdate()
        if text := asked.get("q"):
            people = selectors.matching(Engagement.objects.unscoped("of departures in scope"), text)
            departures = departures.filter(engagement__in=people.values("pk"))
        match asked.get("settlement"):
            case "owed":
                return departures.owed()
            case "overdue":
                return departures.overdue(today)
            case "paid":
                return departures.filter(settlement=Settlement.OWED, paid_on__isnull=False)
            case "settled":
                return departures.filter(settlement=Settlement.SETTLED)
            case "unknown":
                return departures.filter(settlement="")
        return departures


class OwedFilters(DepartureFilters):
    """Over all projects in sight: also by place and industry."""

    place = forms.ChoiceField(label="管辖属地")
    industry = forms.ChoiceField(label="行业", choices=[("", ""), *Industry.choices])

    def __init__(self, data, *, user):
        super().__init__(data)
        offer_places(self, user)

    def within(self, departures):
        """Those of the place and industry asked for, whatever their state."""
        asked = self.values
        if place := asked.get("place"):
            departures = departures.filter(project__jurisdiction__code__startswith=Region.objects.get(pk=place).prefix)
        return departures.filter(project__industry=asked["industry"]) if "industry" in asked else departures
