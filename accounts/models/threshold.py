from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.fields import MoneyField

# 法释〔2013〕3号, article 3: between what amounts a province's standard lies, for how many months and people.
ONE_PERSON = (Decimal(5_000), Decimal(20_000))
SEVERAL = (Decimal(30_000), Decimal(100_000))
MONTHS, PEOPLE = 3, 10


class ArrearsThreshold(models.Model):
    """拒不支付劳动报酬罪 “数额较大” in this province, from a day on. Never edited: a change is a new row. Without any
    the lowest amounts of the judicial interpretation hold, so that nothing is overlooked."""

    shared_because = "the amounts are published by the province's high court"

    valid_from = models.DateField("生效日期", unique=True)
    one_person = MoneyField("一名劳动者（元）", help_text="拖欠三个月以上劳动报酬，5,000 至 20,000")
    several = MoneyField("十名以上劳动者合计（元）", help_text="30,000 至 100,000")
    basis = models.CharField("依据", max_length=200, help_text="本省高级人民法院公布数额标准的文件")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="操作人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "拒付数额标准"
        verbose_name_plural = verbose_name
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(one_person__range=ONE_PERSON),
                name="arrears_threshold_one_person_in_range",
                violation_error_message="一名劳动者的数额标准应在 5,000 至 20,000 元之间。",
            ),
            models.CheckConstraint(
                condition=Q(several__range=SEVERAL),
                name="arrears_threshold_several_in_range",
                violation_error_message="十名以上劳动者的数额标准应在 30,000 至 100,000 元之间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from:%Y-%m-%d}"
