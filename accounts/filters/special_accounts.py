from django import forms
from django.db.models import F, Q, QuerySet

from accounts.enums import AccountStatus, MovementDirection, MovementKind
from core.forms import FilterForm, MonthField

STATED = {"differs": "与银行所报不符"}


class AccountFilters(FilterForm):
    q = forms.CharField(label="专户名称或账号后四位")
    status = forms.ChoiceField(label="账户状态", choices=[("", ""), *AccountStatus.choices])

    def apply(self, accounts: QuerySet) -> QuerySet:
        if text := self.values.get("q"):
            accounts = accounts.filter(Q(name__icontains=text) | Q(number_last4=text) | Q(bank_name__icontains=text))
        if status := self.values.get("status"):
            accounts = accounts.filter(status=status)
        return accounts


class LedgerFilters(FilterForm):
    q = forms.CharField(label="摘要、对方户名或流水号")
    month = MonthField(label="月份")
    direction = forms.ChoiceField(label="收支", choices=[("", ""), *MovementDirection.choices])
    kind = forms.ChoiceField(label="交易类型", choices=[("", ""), *MovementKind.choices])
    stated = forms.ChoiceField(label="余额", choices=[("", ""), *STATED.items()])
    overdrawn = forms.BooleanField(label="超出本项目资金")
    project = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data, *, overdrawn: dict | None = None):
        super().__init__(data)
        self.entries_overdrawn = overdrawn or {}
        if not self.entries_overdrawn:
            del self.fields["overdrawn"]

    def apply(self, entries: QuerySet) -> QuerySet:
        values = self.values
        if text := values.get("q"):
            words = Q(summary__icontains=text) | Q(counterparty_name__icontains=text) | Q(serial__icontains=text)
            entries = entries.filter(words)
        if month := values.get("month"):
            entries = entries.filter(booked_on__year=month.year, booked_on__month=month.month)
        if values.get("stated"):
            entries = entries.filter(stated_balance__isnull=False).exclude(stated_balance=F("balance"))
        if values.get("overdrawn"):
            entries = entries.filter(pk__in=self.entries_overdrawn)
        exact = {name: values[name] for name in ("direction", "kind", "project") if name in values}
        return entries.filter(**exact)
