from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from accounts.enums import DepositForm, DepositState
from accounts.selectors import deposits as selectors
from organizations.enums import Role
from projects.filters import OversightFilters
from projects.models import Project

STANDING = [
    *DepositState.choices,
    ("late", "逾期未存储"),
    ("expiring", "一个月内到期"),
    ("short", "动用后未补足"),
    ("overdue", "支付、补足、退还逾期"),
]


class DepositFilters(OversightFilters):
    form = forms.ChoiceField(label="收支方式", choices=[("", ""), *DepositForm.choices])
    state = forms.ChoiceField(label="状态", choices=[("", ""), *STANDING])

    def __init__(self, data, *, user):
        super().__init__(data, user=user)
        if user.role in (Role.BANK, Role.INSURER):
            del self.fields["industry"]

    def apply(self, deposits: QuerySet) -> QuerySet:
        values, today = self.values, timezone.localdate()
        if {"q", "place", "industry"} & set(values):
            projects = Project.objects.unscoped("narrows deposits that are in scope")
            deposits = deposits.filter(project__in=self.narrow(projects).values("pk"))
        if form := values.get("form"):
            deposits = deposits.filter(form=form)
        match values.get("state"):
            case None:
                return deposits
            case "late":
                return deposits.stored_late(today)
            case "expiring":
                return deposits.expiring(today)
            case "short":
                return deposits.short()
            case "overdue":
                return selectors.overdue(deposits, today)
            case state:
                return deposits.filter(state=state)


class UndeclaredFilters(OversightFilters):
    late = forms.BooleanField(label="已超过存储期限")

    def apply(self, projects: QuerySet) -> QuerySet:
        projects = self.narrow(projects)
        return projects.filter(deposit_due_on__lt=timezone.localdate()) if "late" in self.values else projects
