from axes.models import AccessAttempt
from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet

from core.acts import ACTS
from core.forms import FilterForm
from core.models import AuditEntry
from organizations.enums import Role
from organizations.models import User

STATES = {"active": "启用", "inactive": "停用", "locked": "锁定中"}


class UserFilters(FilterForm):
    q = forms.CharField(label="姓名、用户名或单位", required=False)
    role = forms.ChoiceField(label="角色", choices=[("", ""), *Role.choices], required=False)
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
            attempts = AccessAttempt.objects.filter(failures_since_start__gte=settings.AXES_FAILURE_LIMIT)
            return users.filter(username__in=attempts.values("username"))
        return users.filter(is_active=state == "active") if state else users


class AuditFilters(FilterForm):
    q = forms.CharField(label="操作人", required=False)
    action = forms.ChoiceField(label="行为", choices=[("", ""), *ACTS.items()], required=False)
    since = forms.DateField(label="自", required=False)
    until = forms.DateField(label="至", required=False)

    LOOKUPS = {
        "q": "actor_name__icontains",
        "action": "action",
        "since": "at__date__gte",
        "until": "at__date__lte",
    }

    def apply(self, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return entries.filter(**{self.LOOKUPS[name]: value for name, value in self.values.items()})
