import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.fields import MoneyField
from core.scoping import ScopedModel
from projects.models import Project
from projects.models.merging import Fold
from workers.enums import ContractKind, WageMethod
from workers.models.engagement import Engagement


@pghistory.track()
class LabourContract(ScopedModel):
    """劳动合同 of an engagement; the scan hangs on it as an attachment."""

    scope_through = "project"
    on_merge = {"contract_once_a_start_day": Fold({"ends_on": "coalesce(t.ends_on, s.ends_on)"})}

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="labour_contracts")
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="contracts")
    signed_on = models.DateField("合同签订日期")
    kind = models.CharField("合同类型", max_length=1, choices=ContractKind, default=ContractKind.BY_TASK)
    starts_on = models.DateField("合同起始日期")
    ends_on = models.DateField("合同终止日期", null=True, blank=True)
    wage_method = models.CharField("工资计算方式", max_length=5, choices=WageMethod, default=WageMethod.DAY)
    wage_rate = MoneyField("工资标准", null=True, blank=True)
    pay_day = models.PositiveSmallIntegerField("工资支付日期", null=True, blank=True, help_text="每月几日")
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "劳动合同"
        verbose_name_plural = verbose_name
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "starts_on"],
                name="contract_once_a_start_day",
                violation_error_message="该人员同一起始日期的合同已登记。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="contract_ends_after_start",
                violation_error_message="合同终止日期不能早于起始日期。",
            ),
            models.CheckConstraint(
                condition=Q(wage_rate__isnull=True) | Q(wage_rate__gt=0), name="contract_wage_rate_positive"
            ),
            models.CheckConstraint(
                condition=Q(pay_day__isnull=True) | Q(pay_day__range=(1, 31)),
                name="contract_pay_day_is_a_day_of_month",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.engagement.worker} {self.signed_on}"
