"""人工费: what the contract makes due, and the measured value it may depend on (条例 art. 24, 29; 专户办法 art. 5)."""

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone

from accounts.enums import TermBasis, TermCycle
from core.fields import MoneyField
from core.scoping import ScopedModel
from projects.models import Project
from projects.models.merging import Fold


@pghistory.track()
class LabourCostTerm(ScopedModel):
    """The contract's clause about labour cost, for the months it holds. Exactly one holds in a month."""

    scope_through = "project"
    on_merge = {"labour_cost_terms_do_not_overlap": Fold()}

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="labour_cost_terms")
    first_month = models.DateField("自何月起", help_text="当月 1 日")
    last_month = models.DateField("至何月止", null=True, blank=True, help_text="空：至完工")
    basis = models.CharField("约定方式", max_length=10, choices=TermBasis)
    amount = MoneyField("每月人工费（元）", null=True, blank=True)
    share = models.DecimalField("人工费比例（%）", max_digits=5, decimal_places=2, null=True, blank=True)
    cycle = models.CharField("拨付周期", max_length=10, choices=TermCycle, default=TermCycle.MONTH)
    pay_day = models.PositiveSmallIntegerField("拨付日", help_text="几号；当月没有这一天的为月末")
    next_month = models.BooleanField("次月拨付", default=True, help_text="当月的人工费在次月拨付日前拨付")
    clause = models.CharField("合同条款", max_length=100, blank=True, help_text="如“专用条款 12.4.1”")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "人工费约定"
        verbose_name_plural = verbose_name
        ordering = ["-first_month"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_month__day=1) & (Q(last_month__isnull=True) | Q(last_month__day=1)),
                name="labour_cost_term_months_are_firsts",
            ),
            models.CheckConstraint(
                condition=Q(last_month__isnull=True) | Q(last_month__gte=F("first_month")),
                name="labour_cost_term_ends_after_it_begins",
                violation_error_message="截止月份不能早于起始月份。",
            ),
            models.CheckConstraint(
                condition=Q(pay_day__gte=1) & Q(pay_day__lte=31),
                name="labour_cost_pay_day_is_a_day_of_month",
                violation_error_message="拨付日应在 1 至 31 之间。",
            ),
            models.CheckConstraint(
                condition=Q(basis=TermBasis.AMOUNT, amount__isnull=False, amount__gt=0, share__isnull=True)
                | (
                    Q(basis__in=[TermBasis.PROGRESS, TermBasis.CONTRACT], amount__isnull=True)
                    & Q(share__isnull=False, share__gt=0, share__lte=100)
                ),
                name="labour_cost_term_says_how_much",
                violation_error_message="约定数额的填每月人工费，约定比例的填比例（大于 0，不超过 100）。",
            ),
            models.CheckConstraint(
                condition=~Q(basis=TermBasis.CONTRACT) | Q(last_month__isnull=False),
                name="labour_cost_of_the_price_has_an_end",
                violation_error_message="按合同价款比例、按月平均的，须填截止月份。",
            ),
            ExclusionConstraint(
                name="labour_cost_terms_do_not_overlap",
                expressions=[
                    ("project", RangeOperators.EQUAL),
                    (
                        Func(
                            F("first_month"),
                            F("last_month"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="这段时间与本项目已登记的另一项人工费约定重叠。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_month:%Y-%m} 起 {self.get_basis_display()}"

    @property
    def how_much(self) -> str:
        return f"每月 {self.amount:,.2f} 元" if self.amount is not None else f"{self.share.normalize():f}%"


@pghistory.track()
class MeasuredValue(ScopedModel):
    """当月计量产值 as construction unit and contractor signed it; the signed sheet is an attachment."""

    scope_through = "project"
    on_merge = {"measured_value_once_a_month": Fold({"amount": "t.amount + s.amount"})}

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="measured_values")
    month = models.DateField("计量月份", help_text="当月 1 日")
    amount = MoneyField("当月计量产值（元）")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "计量产值"
        verbose_name_plural = verbose_name
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(fields=["project", "month"], name="measured_value_once_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="measured_value_month_is_a_first"),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="measured_value_not_negative",
                violation_error_message="计量产值不能为负数。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} 计量产值"
