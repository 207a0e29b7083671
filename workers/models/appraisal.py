import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.scoping import ScopedModel
from organizations.enums import AUTHORITIES
from projects.models import Project
from workers.enums import AppraisalKind
from workers.models.engagement import Engagement
from workers.models.worker import PAPER_READERS, Worker


@pghistory.track()
class Appraisal(ScopedModel):
    """良好或不良行为 of a person at a project, with reason and evidence, and what the person says to it.

    Never deleted: withdrawn with a reason. Authorities see all of a person they see; a contractor sees what was said
    at its own projects only, so that no bad word follows those who asked for their wages to the next employer.
    """

    scope_through = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="appraisals")
    kind = models.CharField("评价", max_length=4, choices=AppraisalKind, default=AppraisalKind.GOOD)
    happened_on = models.DateField("发生日期", default=timezone.localdate)
    reason = models.CharField("事由", max_length=500)
    statement = models.CharField("本人陈述", max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="登记人", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    withdrawal_reason = models.CharField("撤回原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "从业评价"
        verbose_name_plural = verbose_name
        ordering = ["-happened_on", "-id"]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawal_reason=""),
                name="appraisal_withdrawn_for_a_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.happened_on}"

    @classmethod
    def scope_q(cls, user) -> Q:
        if user.role not in PAPER_READERS:
            return Q(pk__in=())
        projects = Q(project__in=Project._base_manager.filter(Project.scope_q(user)).values("pk"))
        if user.role not in AUTHORITIES:
            return projects
        return Q(engagement__worker__in=Worker._base_manager.filter(Worker.scope_q(user)).values("pk"))

    def may_open_files(self, user) -> bool:
        return user.role in PAPER_READERS
