from datetime import date, timedelta

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from core.fields import MoneyField
from core.scoping import ScopedModel, ScopedQuerySet
from organizations.enums import Role
from projects.models import Project
from projects.models.merging import Fold
from workers.enums import ContractKind, EndReason, WageMethod, WageUnit
from workers.models.engagement import Engagement
from workers.models.own import OwnRows
from workers.models.worker import PAPER_READERS

# Until when a contract runs: the day it was ended, else the day it was agreed to end; none for one by task.
UNTIL = Coalesce("ended_on", "ends_on")


class LabourContractQuerySet(ScopedQuerySet):
    def running(self, day: date) -> "LabourContractQuerySet":
        return self.lasting(day).filter(starts_on__lte=day)

    def lasting(self, day: date) -> "LabourContractQuerySet":
        """Those that have not ended before this day, whether begun or not."""
        return self.alias(until=UNTIL).filter(Q(until__isnull=True) | Q(until__gte=day))

    def overlapping(self, first: date, last: date | None) -> "LabourContractQuerySet":
        found = self.lasting(first)
        return found.filter(starts_on__lte=last) if last else found


@pghistory.track()
class LabourContract(OwnRows, ScopedModel):
    """劳动合同 of an engagement; the scanned pages hang on it as attachments."""

    scope_through = "project"
    on_merge = {
        "contract_once_a_start_day": Fold({"ends_on": "coalesce(t.ends_on, s.ends_on)"}),
        "contract_one_at_a_time": Fold(),
    }

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="labour_contracts")
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="contracts")
    signed_on = models.DateField("合同签订日期")
    kind = models.CharField("合同类型", max_length=1, choices=ContractKind, default=ContractKind.BY_TASK)
    starts_on = models.DateField("合同起始日期")
    ends_on = models.DateField("合同终止日期", null=True, blank=True)
    wage_method = models.CharField("工资计算方式", max_length=5, choices=WageMethod, default=WageMethod.DAY)
    wage_rate = MoneyField("工资标准", null=True, blank=True)
    wage_unit = models.CharField("计量单位", max_length=2, choices=WageUnit, blank=True, default="", db_default="")
    pay_day = models.PositiveSmallIntegerField("工资支付日期", null=True, blank=True, help_text="每月几日")
    ended_on = models.DateField("实际终止日期", null=True, blank=True)
    end_reason = models.CharField("终止原因", max_length=8, choices=EndReason, blank=True, default="", db_default="")
    end_note = models.CharField("终止说明", max_length=200, blank=True, default="", db_default="")
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    objects = LabourContractQuerySet.as_manager()

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
            ExclusionConstraint(
                name="contract_one_at_a_time",
                expressions=[
                    ("engagement", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_on"),
                            Cast(UNTIL, models.DateField()),  # of two unknown ends the type would not be known
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="与该人员另一份合同的期限重叠，请先终止或续签该合同。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="contract_ends_after_start",
                violation_error_message="合同终止日期不能早于起始日期。",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("starts_on")),
                name="contract_ended_after_start",
                violation_error_message="实际终止日期不能早于起始日期。",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, end_reason="") | (Q(ended_on__isnull=False) & ~Q(end_reason="")),
                name="contract_ended_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(wage_rate__isnull=True) | Q(wage_rate__gt=0), name="contract_wage_rate_positive"
            ),
            models.CheckConstraint(
                condition=Q(wage_unit="") | Q(wage_method=WageMethod.PIECE), name="contract_unit_of_piece_work"
            ),
            models.CheckConstraint(
                condition=Q(pay_day__isnull=True) | Q(pay_day__range=(1, 31)),
                name="contract_pay_day_is_a_day_of_month",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.engagement.worker} {self.signed_on}"

    def may_open_files(self, user) -> bool:
        return user.role in (*PAPER_READERS, Role.WORKER)

    @property
    def until(self) -> date | None:
        return self.ended_on or self.ends_on

    @property
    def wage_text(self) -> str:
        """计件 12.50 元/平方米; empty without a rate."""
        if self.wage_rate is None:
            return ""
        per = {WageMethod.DAY: "日", WageMethod.MONTH: "月"}.get(self.wage_method) or self.get_wage_unit_display()
        return f"{self.get_wage_method_display()} {self.wage_rate:,.2f} 元" + (f"/{per}" if per else "")

    def is_over(self, day: date) -> bool:
        return self.until is not None and self.until < day

    def follows_on(self) -> date | None:
        """The first day a next contract can start."""
        return self.until + timedelta(1) if self.until else None
