from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import sheet_triggers
from core.fields import MoneyField
from core.scoping import ScopedModel
from projects.models import Project
from projects.models.merging import append_only_but_for_merges
from workers.models import Engagement


class WageAdvance(ScopedModel):
    """预支工资: paid to a worker ahead of the month's sheet, and taken back from sheets as a deduction. What was
    written wrongly is answered by an advance of the negative amount (`corrects`)."""

    scope_through = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="wage_advances")
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="wage_advances")
    amount = MoneyField("预支金额")
    paid_on = models.DateField("预支日期")
    note = models.CharField("说明", max_length=200)
    corrects = models.OneToOneField(
        "self", verbose_name="更正", null=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="登记人", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = "预支工资"
        verbose_name_plural = verbose_name
        ordering = ["-paid_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, amount__gt=0) | Q(corrects__isnull=False, amount__lt=0),
                name="wage_advance_amount_has_its_sign",
            ),
            models.CheckConstraint(condition=~Q(note=""), name="wage_advance_says_what_for"),
        ]
        triggers = [*append_only_but_for_merges(), *sheet_triggers.of_advances()]

    def __str__(self) -> str:
        return f"{self.engagement.worker} {self.paid_on} {self.amount}"
