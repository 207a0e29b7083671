from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.scoping import ScopedModel
from organizations.enums import Role
from projects.models import Project
from projects.models.merging import append_only_but_for_merges
from workers.models.worker import Worker


class LoginIssue(ScopedModel):
    """A one-time password for a worker's login that was handed to somebody else: when, to whom, at which site.

    Whoever holds the slip can sign in as the worker until the worker does. So it is never forgotten, the worker is
    told, and what is signed shortly afterwards says so (docs/decisions/worker-logins.md).
    """

    scope_through = "project"

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="login_issues")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="发放人", on_delete=models.PROTECT, related_name="+")
    is_first = models.BooleanField("首次发放")
    at = models.DateTimeField("发放时间", default=timezone.now)

    class Meta:
        verbose_name = "工人登录密码发放"
        verbose_name_plural = verbose_name
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["worker"], condition=Q(is_first=True), name="worker_login_is_first_once")
        ]
        triggers = append_only_but_for_merges()

    def __str__(self) -> str:
        return f"{self.worker} {self.at:%Y-%m-%d %H:%M}"

    @classmethod
    def scope_q(cls, user) -> Q:
        """A worker sees every issue of the own login, wherever."""
        return Q(worker__user=user) if user.role == Role.WORKER else super().scope_q(user)
