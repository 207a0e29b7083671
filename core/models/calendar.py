from django.db import models


class WorkdayOverride(models.Model):
    """A day on which the State Council's notice departs from the plain week: a holiday, or a worked weekend."""

    shared_because = "the public calendar"

    day = models.DateField("日期", primary_key=True)
    is_workday = models.BooleanField("是否工作日")
    name = models.CharField("说明", max_length=50, blank=True)

    class Meta:
        verbose_name = "节假日调整"
        verbose_name_plural = verbose_name
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {'上班' if self.is_workday else '放假'}"


class PublishedYear(models.Model):
    """A year whose holiday notice is out."""

    shared_because = "the public calendar"

    year = models.PositiveSmallIntegerField("年度", primary_key=True)

    class Meta:
        verbose_name = "已公布年度"
        verbose_name_plural = verbose_name
        ordering = ["year"]

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """Derived by `core.working_days.rebuild`; never edited."""

    shared_because = "the public calendar"

    day = models.DateField(primary_key=True)
    is_workday = models.BooleanField()
    workday_number = models.IntegerField(db_index=True)
    provisional = models.BooleanField()

    class Meta:
        verbose_name = "工作日历"
        verbose_name_plural = verbose_name
        ordering = ["day"]

    def __str__(self) -> str:
        return str(self.day)
