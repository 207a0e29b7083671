from datetime import date

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Length

DEFAULT_DAYS = 10


class RegistrationDeadline(models.Model):
    """Within how many days of entry a person must be registered (W1). Provinces differ; the longest prefix of a
    project's jurisdiction decides. 0: not later than the day of entry."""

    shared_because = "a parameter of the law of each place"

    prefix = models.CharField(
        "行政区划代码前缀",
        max_length=6,
        unique=True,
        validators=[RegexValidator(r"^\d{2}(\d{2}){0,2}$", "应为 2、4 或 6 位数字。")],
        help_text="2 位为省，4 位为市州，6 位为县区",
    )
    days = models.PositiveSmallIntegerField("进场后几日内", help_text="0 表示不迟于进场当日")
    basis = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = "实名登记期限"
        verbose_name_plural = verbose_name
        ordering = ["prefix"]

    def __str__(self) -> str:
        return f"{self.prefix}：{self.days} 日"

    @classmethod
    def for_place(cls, code: str) -> int:
        prefixes = [code[:2], code[:4], code[:6]]
        found = cls.objects.filter(prefix__in=prefixes).order_by(Length("prefix").desc()).first()
        return found.days if found else DEFAULT_DAYS


def is_late(entered_on: date, registered_on: date, days: int) -> bool:
    return (registered_on - entered_on).days > days
