"""How right the forecasts were, from a few days ahead and from many, beside the simplest one there is: last month's
wages against the balance."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, DecimalField, F, Q, QuerySet
from django.db.models.functions import Abs

from accounts.models import ForecastError
from core.aggregates import Middle

PAY_DAYS, ENOUGH = 6, 3
_RATE = DecimalField(max_digits=20, decimal_places=6)


@dataclass(frozen=True)
class Told:
    """One way of forecasting. Rates are parts of the month's wages; `bias` above zero: too hopeful."""

    hits: int
    misses: int
    false_alarms: int
    deviation: Decimal
    bias: Decimal
    amount: Decimal

    @property
    def percent(self) -> str:
        return f"{self.deviation * 100:.0f}%"


@dataclass(frozen=True)
class Accuracy:
    """Of forecasts made `lead` days ahead, for the last pay days of these projects."""

    lead: int
    pay_days: int
    forecasts: int
    ours: Told
    baseline: Told

    @property
    def calm(self) -> int:
        """Forecast to suffice, and it did."""
        return self.forecasts - self.ours.hits - self.ours.misses - self.ours.false_alarms

    @property
    def text(self) -> str:
        """In plain words, as it stands beside a forecast."""
        if self.pay_days < ENOUGH:
            return f"提前 {self.lead} 天的预测至今只有 {self.pay_days} 次可以核对，还说明不了准确程度。"
        return (
            f"提前 {self.lead} 天的预测：最近 {self.pay_days} 个月的发薪日，各项目共核对 {self.forecasts:,} 次，"
            f"资金不够报准 {self.ours.hits:,} 次，"
            f"够付报准 {self.calm:,} 次，误报 {self.ours.false_alarms:,} 次，漏报 {self.ours.misses:,} 次，"
            f"与实际一般相差当月工资的 {self.ours.percent}；只用上月工资推算的，"
            f"误报 {self.baseline.false_alarms:,} 次，漏报 {self.baseline.misses:,} 次，相差 {self.baseline.percent}。"
        )


def accuracy(errors: QuerySet[ForecastError]) -> list[Accuracy]:
    """By lead, over the last six pay days that were measured; the errors are in scope already."""
    rows = recent(errors).order_by().values("lead")
    rows = rows.annotate(
        forecasts=Count("pk"), pay_days=Count("month", distinct=True), **_told("forecast"), **_told("baseline")
    )
    return [
        Accuracy(row["lead"], row["pay_days"], row["forecasts"], _of(row, "forecast"), _of(row, "baseline"))
        for row in rows.order_by("lead")
    ]


def recent(errors: QuerySet[ForecastError]) -> QuerySet[ForecastError]:
    months: list[date] = list(errors.order_by("-month").values_list("month", flat=True).distinct()[:PAY_DAYS])
    return errors.filter(month__in=months)


def _told(name: str) -> dict:
    gap, said = F(name) - F("actual"), Q(**{f"{name}__lt": 0})
    fell = Q(actual__lt=0)
    return {
        f"{name}_hits": Count("pk", filter=said & fell),
        f"{name}_misses": Count("pk", filter=~said & fell),
        f"{name}_false_alarms": Count("pk", filter=said & ~fell),
        f"{name}_deviation": Middle(Abs(gap) / F("wages"), output_field=_RATE),
        f"{name}_bias": Middle(gap / F("wages"), output_field=_RATE),
        f"{name}_amount": Middle(Abs(gap), output_field=DecimalField(max_digits=16, decimal_places=2)),
    }


def _of(row: dict, name: str) -> Told:
    return Told(**{key.removeprefix(f"{name}_"): value for key, value in row.items() if key.startswith(f"{name}_")})
