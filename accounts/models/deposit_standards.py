from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.fields import MoneyField
from core.triggers import append_only
from organizations.enums import Industry
from organizations.models import Region


def percent(label: str, **options) -> models.DecimalField:
    return models.DecimalField(label, max_digits=6, decimal_places=3, **options)


class DepositStandard(models.Model):
    """What a province asks of whom, from a day on: an assessment names the version it was made with.

    The limits in the constraints are those the national rule (人社部发〔2021〕65号, art. 11 and 12) sets to provinces.
    Never edited: a change is a new row. Of two in force the one of the industry goes before the general one, then the
    newer one.
    """

    shared_because = "the standards are published"

    version = models.PositiveIntegerField("版本", unique=True)
    region = models.ForeignKey(Region, verbose_name="适用省份", on_delete=models.PROTECT, related_name="+")
    industry = models.CharField("适用行业", max_length=10, choices=Industry, blank=True)
    valid_from = models.DateField("生效日期")
    document = models.CharField("依据文件", max_length=200)
    key_cap = MoneyField("重点工程存储上限", null=True, blank=True, help_text="重点交通、铁路等工程另定上限的填写")
    later_percent = percent("第二个项目起的比例（%）", null=True, blank=True, help_text="同一地区有多个在建工程的")
    exempt_below = MoneyField("免予存储：合同额低于", null=True, blank=True)
    exempt_months = models.PositiveSmallIntegerField("免予存储：工期不足（月）", null=True, blank=True)
    reduce_years = models.PositiveSmallIntegerField("连续几年未拖欠的降低", default=2)
    reduce_percent = percent("降低幅度（%）", default=Decimal(50))
    exempt_years = models.PositiveSmallIntegerField("连续几年未拖欠的免予存储", null=True, blank=True, default=3)
    increase_percent = percent("两年内有拖欠的提高幅度（%）", default=Decimal(50))
    blacklist_percent = percent("列入失信联合惩戒名单的提高幅度（%）", default=Decimal(100))
    over_cap = models.BooleanField("提高后不受上限限制", default=False)
    reason = models.CharField("变更说明", max_length=500)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="操作人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "工资保证金存储标准"
        verbose_name_plural = verbose_name
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(
                condition=Q(later_percent__isnull=True) | Q(later_percent__gte=Decimal("0.5"), later_percent__lte=3),
                name="deposit_standard_later_percent_in_law",
                violation_error_message="多个工程的存储比例不得低于 0.5%%，不高于 3%%。",
            ),
            models.CheckConstraint(
                condition=Q(reduce_years__gte=2, reduce_percent__gte=50, reduce_percent__lte=100),
                name="deposit_standard_reduction_in_law",
                violation_error_message="连续 2 年未拖欠的方可降低，降幅不得低于 50%%。",
            ),
            models.CheckConstraint(
                condition=Q(exempt_years__isnull=True) | Q(exempt_years__gte=3, exempt_years__gt=F("reduce_years")),
                name="deposit_standard_exemption_in_law",
                violation_error_message="连续 3 年未拖欠的方可免予存储，且应长于降低所需年数。",
            ),
            models.CheckConstraint(
                condition=Q(increase_percent__gte=50, blacklist_percent__gte=100),
                name="deposit_standard_increase_in_law",
                violation_error_message="两年内拖欠的增幅不得低于 50%%，列入失信联合惩戒名单的不得低于 100%%。",
            ),
            models.CheckConstraint(
                condition=(Q(key_cap__isnull=True) | Q(key_cap__gt=0))
                & (Q(exempt_below__isnull=True) | Q(exempt_below__gt=0)),
                name="deposit_standard_amounts_positive",
                violation_error_message="金额须大于零。",
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"第{self.version}版"

    @property
    def reach(self) -> str:
        return f"{self.region.name}、{self.get_industry_display()}" if self.industry else self.region.name


class DepositBand(models.Model):
    """比例 and 上限 for contracts from an amount on."""

    shared_because = "the standards are published"

    standard = models.ForeignKey(DepositStandard, on_delete=models.PROTECT, related_name="bands")
    above = MoneyField("合同额（元）从", default=0, validators=[MinValueValidator(0)])
    percent = percent("比例（%）")
    cap = MoneyField("存储上限", null=True, blank=True)
    floor = MoneyField("存储下限", null=True, blank=True)

    class Meta:
        verbose_name = "工资保证金存储比例"
        verbose_name_plural = verbose_name
        ordering = ["above"]
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "above"],
                name="deposit_band_begins_once",
                violation_error_message="两档的起点相同。",
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=3),
                name="deposit_band_percent_in_law",
                violation_error_message="存储比例应在 1%% 至 3%% 之间。",
            ),
            models.CheckConstraint(condition=Q(above__gte=0), name="deposit_band_from_zero_up"),
            models.CheckConstraint(
                condition=(Q(cap__isnull=True) | Q(cap__gt=0))
                & (Q(floor__isnull=True) | Q(floor__gt=0))
                & (Q(cap__isnull=True) | Q(floor__isnull=True) | Q(cap__gte=F("floor"))),
                name="deposit_band_cap_not_below_floor",
                violation_error_message="上限、下限须大于零，上限不低于下限。",
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.above:,.2f} 元起 {self.percent.normalize():f}%"
