from datetime import date

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.scoping import ScopedModel, ScopedQuerySet
from projects.models import Project
from workers.enums import InsuranceKind
from workers.models.engagement import Engagement
from workers.models.worker import PAPER_READERS


class InsuranceQuerySet(ScopedQuerySet):
    def in_force(self, day: date) -> "InsuranceQuerySet":
        return self.filter(starts_on__lte=day, ends_on__gte=day)


@pghistory.track()
class Insurance(ScopedModel):
    """工伤保险 or 意外伤害保险 on record, with its policy as a file. Sites insure as a whole (人社部发〔2014〕103号:
    按项目参加工伤保险); a row with an engagement covers that person alone."""

    scope_through = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="insurances")
    engagement = models.ForeignKey(
        Engagement,
        verbose_name="参保人员",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="insurances",
    )
    kind = models.CharField("保险种类", max_length=10, choices=InsuranceKind, default=InsuranceKind.INJURY)
    insurer = models.CharField("承保或经办机构", max_length=100)
    number = models.CharField("保单号或参保登记号", max_length=50, blank=True)
    starts_on = models.DateField("生效日期")
    ends_on = models.DateField("终止日期")
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    objects = InsuranceQuerySet.as_manager()

    class Meta:
        verbose_name = "保险"
        verbose_name_plural = verbose_name
        ordering = ["-ends_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="insurance_ends_after_start",
                violation_error_message="终止日期不能早于生效日期。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_on} 至 {self.ends_on}"

    def may_open_files(self, user) -> bool:
        return user.role in PAPER_READERS

    @property
    def state(self) -> tuple[str, str]:
        """(label, tone) today."""
        today = timezone.localdate()
        if today < self.starts_on:
            return "未生效", "grey"
        return ("已到期", "red") if today > self.ends_on else ("有效", "green")
