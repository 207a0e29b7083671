from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.forms import FilterForm
from workers import selectors
from workers.enums import Trade
from workers.models.engagement import EngagementQuerySet
from workers.selectors import lacks

STATES = [("", ""), ("on_site", "在场"), ("left", "已退场")]
LACKS = [("", ""), *((key, lack.label) for key, lack in lacks.LACKS.items())]


def in_state(engagements: EngagementQuerySet, state: str) -> EngagementQuerySet:
    today = timezone.localdate()
    return engagements.on_site(today) if state == "on_site" else engagements.filter(exited_on__lt=today)


class EngagementFilters(FilterForm):
    q = forms.CharField(label="姓名、拼音、证件号后四位或手机号")
    team = forms.TypedChoiceField(label="班组", coerce=int)
    trade = forms.ChoiceField(label="工种", choices=[("", ""), *Trade.choices])
    state = forms.ChoiceField(label="在场状态", choices=STATES)
    lacks = forms.ChoiceField(label="资料情况", choices=LACKS)

    def __init__(self, data, *, teams=None):
        super().__init__(data)
        if teams is None:
            del self.fields["team"]
        else:
            self.fields["team"].choices = [("", "全部"), *teams]

    def apply(self, engagements: EngagementQuerySet) -> EngagementQuerySet:
        for name, value in self.values.items():
            engagements = getattr(self, f"_by_{name}")(engagements, value)
        return engagements

    @staticmethod
    def _by_q(engagements: EngagementQuerySet, text: str) -> EngagementQuerySet:
        return selectors.matching(engagements, text)

    @staticmethod
    def _by_team(engagements: EngagementQuerySet, team: int) -> EngagementQuerySet:
        return engagements.filter(team=team)

    @staticmethod
    def _by_trade(engagements: EngagementQuerySet, trade: str) -> EngagementQuerySet:
        return engagements.filter(trade=trade)

    @staticmethod
    def _by_state(engagements: EngagementQuerySet, state: str) -> EngagementQuerySet:
        return in_state(engagements, state)

    @staticmethod
    def _by_lacks(engagements: EngagementQuerySet, what: str) -> EngagementQuerySet:
        return lacks.lacking(engagements, what, timezone.localdate())


class CorrectionFilters(FilterForm):
    q = forms.CharField(label="姓名或原因")
    day = forms.DateField(label="日期")

    def apply(self, corrections: QuerySet) -> QuerySet:
        values = self.values
        if text := values.get("q"):
            corrections = corrections.filter(Q(engagement__worker__name__contains=text) | Q(reason__contains=text))
        return corrections.filter(day=values["day"]) if "day" in values else corrections
