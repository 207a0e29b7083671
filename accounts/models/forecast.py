"""What the night foresaw of the special accounts, and how right it was: docs/decisions/forecast.md."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core.fields import MoneyField
from core.scoping import ScopedModel
from organizations.enums import Role
from projects.models import Project
from projects.models.merging import Stays


class OfAllAccounts(ScopedModel):
    """It tells of all of a project's accounts, and so is not for a bank, which keeps only some."""

    scope_through = "project"

    class Meta:
        abstract = True

    @classmethod
    def scope_q(cls, user) -> Q:
        return Q(pk__in=[]) if user.role == Role.BANK else super().scope_q(user)


class Forecast(OfAllAccounts):
    """A pay day to come of one project, as the last night saw it; the next night writes it anew. `shortfall` is what
    the project's part of its accounts will lack on that day."""

    on_merge = Stays("the next night makes the forecast of both anew")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="forecasts")
    month = models.DateField("工资月份", help_text="当月 1 日")
    pay_on = models.DateField("发薪日")
    made_on = models.DateField("预测日期")
    balance = MoneyField("专户余额")
    owed = MoneyField("已列工资表未发")
    accrued = MoneyField("已出勤未列工资表")
    to_come = MoneyField("预计出勤")
    inflow = MoneyField("预计拨付")
    shortfall = MoneyField("预计缺口")

    class Meta:
        verbose_name = "资金预测"
        verbose_name_plural = verbose_name
        ordering = ["pay_on", "id"]
        indexes = [models.Index(fields=["pay_on"], condition=Q(shortfall__gt=0), name="forecast_shortfalls")]
        constraints = [
            models.UniqueConstraint(fields=["project", "month"], name="forecast_once_a_month"),
            models.CheckConstraint(
                condition=Q(owed__gte=0, accrued__gte=0, to_come__gte=0, inflow__gte=0, shortfall__gte=0),
                name="forecast_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(shortfall=0)
                | Q(shortfall=F("owed") + F("accrued") + F("to_come") - F("balance") - F("inflow")),
                name="forecast_shortfall_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.pay_on}"

    def get_absolute_url(self) -> str:
        return reverse("accounts:project_money", args=[self.project_id])


class ForecastError(OfAllAccounts):
    """A pay day gone by, forecast so many days ahead from what was known then, and what came of it. `forecast`,
    `baseline` and `actual` are what was left after wages, below zero what was lacking; `wages` those of the month."""

    on_merge = Stays("it was the forecast of that project")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    month = models.DateField("工资月份", help_text="当月 1 日")
    pay_on = models.DateField("发薪日")
    lead = models.PositiveSmallIntegerField("提前天数")
    wages = MoneyField("当月工资")
    forecast = MoneyField("预测结余")
    baseline = MoneyField("按上月工资推算的结余")
    actual = MoneyField("实际结余")

    class Meta:
        verbose_name = "预测误差"
        verbose_name_plural = verbose_name
        ordering = ["-pay_on", "lead"]
        constraints = [
            models.UniqueConstraint(fields=["project", "month", "lead"], name="forecast_error_once_a_lead"),
            models.CheckConstraint(condition=Q(wages__gt=0), name="forecast_error_of_a_month_with_wages"),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.pay_on} {self.lead}"
