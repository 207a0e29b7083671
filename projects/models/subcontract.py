from decimal import Decimal

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.fields import MoneyField
from core.scoping import ScopedModel
from organizations.enums import Role
from projects.enums import SubcontractState
from projects.models.merging import Fold
from projects.models.participation import Participation


@pghistory.track()
class Subcontract(ScopedModel):
    """分包合同备案: a contract of a subcontractor, put on record with its scan by the general contractor."""

    scope_through = "participation"
    on_merge = {"subcontract_number_once_filed": Fold()}

    participation = models.ForeignKey(
        Participation, verbose_name="分包单位", on_delete=models.PROTECT, related_name="subcontracts"
    )
    number = models.CharField("合同编号", max_length=50)
    scope_of_work = models.CharField("承包内容", max_length=200, blank=True)
    amount = MoneyField("合同价款（元）")
    labour_share = models.DecimalField(
        "人工费占比（%）",
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="人工费占合同价款的百分比；劳务分包一般为 100",
    )
    signed_on = models.DateField("签订日期")
    state = models.CharField(
        "备案状态", max_length=10, choices=SubcontractState, default=SubcontractState.FILED, editable=False
    )
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="备案人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    filed_at = models.DateTimeField("备案时间", default=timezone.now, editable=False)
    withdrawn_reason = models.CharField("撤销原因", max_length=400, blank=True, editable=False)
    withdrawn_on = models.DateField("撤销日期", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "分包合同备案"
        verbose_name_plural = verbose_name
        ordering = ["state", "-signed_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "number"],
                condition=Q(state=SubcontractState.FILED),
                name="subcontract_number_once_filed",
                violation_error_message="该单位的这份合同已经备案。",
            ),
            models.CheckConstraint(
                condition=Q(labour_share__gte=0) & Q(labour_share__lte=100), name="subcontract_share_is_a_percentage"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="subcontract_amount_positive"),
            models.CheckConstraint(
                condition=Q(state=SubcontractState.FILED, withdrawn_on__isnull=True)
                | Q(state=SubcontractState.WITHDRAWN, withdrawn_on__isnull=False),
                name="subcontract_withdrawn_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def may_open_files(self, user) -> bool:
        """A bank has no business with the project's contracts; the papers are the two parties' own."""
        return user.role in (Role.OFFICER, Role.INDUSTRY, Role.CLERK)

    @property
    def labour_amount(self) -> Decimal:
        """人工费 in the contract sum, to the cent."""
        return (self.amount * self.labour_share / 100).quantize(Decimal("0.01"))

    @property
    def is_filed(self) -> bool:
        return self.state == SubcontractState.FILED
