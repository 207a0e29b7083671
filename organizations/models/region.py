from django.db import models
from django.db.models import Q

from organizations.enums import RegionLevel


class RegionQuerySet(models.QuerySet):
    def current(self) -> "RegionQuerySet":
        return self.filter(valid_to__isnull=True)

    def within(self, region: "Region") -> "RegionQuerySet":
        """The region itself and everything below it."""
        return self.filter(code__startswith=region.prefix)

    def below(self, region: "Region") -> "RegionQuerySet":
        """The next level down: the prefectures of a province, the counties of a prefecture."""
        return self.filter(parent=region)


class Region(models.Model):
    """An administrative division of GB/T 2260. Retired codes stay, with the day they ended."""

    shared_because = "the public list of administrative divisions"

    code = models.CharField("行政区划代码", max_length=6, primary_key=True)
    name = models.CharField("名称", max_length=50)
    level = models.PositiveSmallIntegerField("级别", choices=RegionLevel)
    parent = models.ForeignKey(
        "self", verbose_name="上级", null=True, on_delete=models.PROTECT, related_name="children"
    )
    valid_from = models.DateField("启用日期", null=True, blank=True)
    valid_to = models.DateField("停用日期", null=True, blank=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = "行政区划"
        verbose_name_plural = verbose_name
        ordering = ["code"]
        constraints = [models.CheckConstraint(condition=Q(code__regex=r"^\d{6}$"), name="region_code_is_six_digits")]

    def __str__(self) -> str:
        return self.name

    @property
    def prefix(self) -> str:
        return self.code[: self.level]

    @property
    def full_name(self) -> str:
        """省 市 县 in one line. Follows `parent`: select_related("parent__parent") in lists."""
        return f"{self.parent.full_name}{self.name}" if self.parent else self.name
