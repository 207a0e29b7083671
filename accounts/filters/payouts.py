from datetime import date

from django import forms
from django.db.models import Q, QuerySet

from accounts.enums import BatchState, OrderState, Refusal
from accounts.selectors.comparison import Compared
from accounts.selectors.payouts import waiting_longer
from core.forms import FilterForm
from projects.filters import OversightFilters
from projects.models import Project

DAYS = {"3": "3 天以上", "7": "7 天以上", "15": "15 天以上"}
GOOD = "good"


class BatchFilters(OversightFilters):
    """Above the batches of all projects in scope."""

    state = forms.ChoiceField(label="状态", choices=[("", ""), *BatchState.choices])
    waiting = forms.ChoiceField(label="等待银行结果", choices=[("", ""), *DAYS.items()])

    def __init__(self, data, *, user):
        super().__init__(data, user=user)
        self.user = user
        self.fields["q"].label = "批次号、项目或总承包单位"

    def apply(self, batches: QuerySet, today: date) -> QuerySet:
        values = self.values
        if {"q", "place", "industry"} & values.keys():
            projects = self.narrow(Project.objects.visible_to(self.user)).values("pk")
            batches = batches.filter(Q(project__in=projects) | self._numbered())
        if state := values.get("state"):
            batches = batches.filter(state=state)
        return waiting_longer(batches, int(values["waiting"]), today) if "waiting" in values else batches

    def _numbered(self) -> Q:
        """By the number alone, where nothing else is asked."""
        values = self.values
        alone = "q" in values and not {"place", "industry"} & values.keys()
        return Q(number__istartswith=values["q"]) if alone else Q(pk__in=[])


class OrderFilters(FilterForm):
    q = forms.CharField(label="收款人、卡号后四位或流水号")
    state = forms.ChoiceField(label="状态", choices=[("", ""), *OrderState.choices])
    refusal = forms.ChoiceField(label="退回类别", choices=[("", ""), *((r.value, r.label) for r in Refusal if r)])
    again = forms.BooleanField(label="只看再次提交")

    def apply(self, orders: QuerySet) -> QuerySet:
        values = self.values
        if text := values.get("q"):
            orders = orders.filter(Q(name__icontains=text) | Q(card_last4=text) | Q(serial__istartswith=text))
        if values.get("again"):
            orders = orders.filter(attempt__gt=1)
        return orders.filter(**{name: values[name] for name in ("state", "refusal") if name in values})


class ComparedFilters(FilterForm):
    """Above the comparison, which is no table of the database: lines found just now."""

    q = forms.CharField(label="姓名")
    result = forms.ChoiceField(
        label="比对结果", choices=[("", ""), (GOOD, "可以发放"), *((r.value, r.label) for r in Refusal if r)]
    )

    def apply(self, lines: list[Compared]) -> list[Compared]:
        values = self.values
        if text := values.get("q"):
            lines = [line for line in lines if text in line.name]
        if result := values.get("result"):
            lines = [line for line in lines if line.refusal == ("" if result == GOOD else result)]
        return lines
