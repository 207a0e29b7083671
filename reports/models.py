from django.db import models
from django.db.models import Q

from organizations.models import Region


class Baseline(models.Model):
    """指标基数: how many projects a place should have on the platform (Yunnan annex 2023: 16 prefectures, 4,704)."""

    shared_because = "published in the annex of the notice"

    region = models.ForeignKey(Region, verbose_name="地区", on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField("基准日期")
    projects = models.PositiveIntegerField("在建项目基数（个）")
    source = models.CharField("来源", max_length=200)

    class Meta:
        verbose_name = "指标基数"
        verbose_name_plural = verbose_name
        ordering = ["region"]
        constraints = [models.UniqueConstraint(fields=["region", "as_of"], name="baseline_once_a_day")]

    def __str__(self) -> str:
        return f"{self.region} {self.projects}"


class MonthFigure(models.Model):
    """The figures of one jurisdiction, industry and month, as they stood when the month was closed; numerators and
    denominators apart, so that sums over places stay right. What came in later does not change them."""

    shared_because = (
        "counts and project names without personal data; reports.months narrows them to the user's place and industry"
    )

    month = models.DateField("月份")
    region = models.ForeignKey(Region, verbose_name="地区", on_delete=models.PROTECT, related_name="+")
    industry = models.CharField("行业", max_length=10)
    figures = models.JSONField("数值", default=dict)
    projects = models.JSONField("项目明细", default=list, help_text="各项目的编码、名称、进度和数值，当时的样子")
    cut_off_at = models.DateTimeField("截止时间")

    class Meta:
        verbose_name = "月度数值"
        verbose_name_plural = verbose_name
        ordering = ["-month", "region", "industry"]
        constraints = [
            models.UniqueConstraint(fields=["month", "region", "industry"], name="month_figure_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="month_figure_is_a_first"),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.month:%Y-%m}"
