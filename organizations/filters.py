from django import forms
from django.db.models import Q, QuerySet

from core.acts import ACTS
from core.forms import FilterForm
from core.models import AuditEntry
from organizations.enums import ROLE_KINDS, Role
from organizations.models import User

STATES = {"active": "启用", "inactive": "停用", "locked": "锁定中"}


class UserFilters(FilterForm):
    q = forms.CharField(label="姓名、用户名或单位", required=False)
    role = forms.ChoiceField(
        label="角色",
        choices=[("", ""), *((role.value, role.label) for role in Role if ROLE_KINDS[role])],
        required=False,
    )
    state = forms.ChoiceField(label="状态", choices=[("", ""), *STATES.items()], required=False)

    def apply(self, users: QuerySet[User]) -> QuerySet[User]:
        values = self.values
        if text := values.get("q"):
            users = users.filter(
                Q(username__icontains=text) | Q(name__icontains=text) | Q(organization__name__icontains=text)
            )
        if role := values.get("role"):
            users = users.filter(role=role)
        return self._in_state(users, values.get("state"))

    @staticmethod
    def _in_state(users: QuerySet[User], state: str | None) -> QuerySet[User]:
        if state == "locked":
            return users.filter(is_locked=True)
        return users.filter(is_active=state == "active") if state else users


class AuditFilters(FilterForm):
    q = forms.CharField(label="操作人姓名或用户名", required=False)
    action = forms.ChoiceField(label="行为", choices=[("", ""), *ACTS.items()], required=False)
    since = forms.DateField(label="自", required=False)
    until = forms.DateField(label="至", required=False)

    LOOKUPS = {"action": "action", "since": "at__date__gte", "until": "at__date__lte"}

    def apply(self, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        values = self.values
        if who := values.pop("q", ""):
            named = Q(actor_name__icontains=who) | Q(actor__username=who) | Q(detail__username=who)
            entries = entries.filter(named)
        return entries.filter(**{self.LOOKUPS[name]: value for name, value in values.items()})
