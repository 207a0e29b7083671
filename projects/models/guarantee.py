from datetime import date

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.fields import MoneyField
from core.scoping import ScopedModel
from projects.enums import GuaranteeKind
from projects.models.merging import Change
from projects.models.project import Project


@pghistory.track()
class PaymentGuarantee(ScopedModel):
    """工程款支付担保 of the construction unit (条例 art. 24). A renewal is a row that names its predecessor."""

    scope_through = "project"
    on_merge = {"guarantee_number_once_a_project": Change({"number": "left(s.number, 54) || '（重复）'"})}

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="payment_guarantees")
    guarantor_name = models.CharField("担保单位名称", max_length=200)
    guarantor_uscc = models.CharField("担保单位统一社会信用代码", max_length=18)
    amount = MoneyField("担保金额")
    starts_on = models.DateField("担保开始日期")
    ends_on = models.DateField("担保终止日期")
    kind = models.CharField("担保形式", max_length=10, choices=GuaranteeKind, default=GuaranteeKind.BANK)
    number = models.CharField("担保文书编号", max_length=60, blank=True)
    received_on = models.DateField("收到担保文书日期", help_text="收到后 3 个工作日内录入")
    record_due_on = models.DateField("录入期限", editable=False)
    recorded_at = models.DateTimeField("录入时间", default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="录入人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    renews = models.OneToOneField(
        "self", verbose_name="续保", null=True, blank=True, on_delete=models.PROTECT, related_name="renewed_by"
    )

    class Meta:
        verbose_name = "工程款支付担保"
        verbose_name_plural = verbose_name
        ordering = ["-ends_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="guarantee_ends_after_it_starts",
                violation_error_message="担保终止日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="guarantee_amount_positive",
                violation_error_message="担保金额须大于零。",
            ),
            models.UniqueConstraint(
                fields=["project", "number"],
                condition=~Q(number=""),
                name="guarantee_number_once_a_project",
                violation_error_message="本项目已登记同一编号的担保文书。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guarantor_name} {self.starts_on} 至 {self.ends_on}"

    @property
    def is_late(self) -> bool:
        """Recorded later than three working days after it was received (湘人社规〔2024〕13号)."""
        return timezone.localdate(self.recorded_at) > self.record_due_on

    @property
    def is_renewed(self) -> bool:
        return hasattr(self, "renewed_by")

    def is_in_force(self, today: date) -> bool:
        return self.starts_on <= today <= self.ends_on
