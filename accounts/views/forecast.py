"""Forecast: whether the money on special accounts will do on the pay days to come; by place, project and account."""

from io import BytesIO

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.filters import ForecastFilters
from accounts.models import Forecast, ForecastError
from accounts.permissions import FORECAST_READERS
from accounts.selectors import accuracy, forecast
from accounts.tables import (
    ACCURACY_WORDS,
    FORECAST_HEADERS,
    AccuracyTable,
    InflowTable,
    PlaceShortfallTable,
    ProjectForecast,
    ProjectForecastTable,
    Reckoning,
    ReckoningTable,
    ShortfallTable,
    forecast_rows,
)
from core import attachments, audit, formats
from core.access import access
from core.charts import Chart, bar_chart, line_chart
from core.spreadsheets.writer import write_table
from organizations.enums import AUTHORITIES
from organizations.models import Region
from projects.models import Project


@require_GET
@access(*AUTHORITIES)
def forecast_list(request):
    user, today = request.user, timezone.localdate()
    filters = ForecastFilters(request.GET, user=user)
    region = _region(filters, user)
    rows = filters.apply(user, today)
    errors = ForecastError.objects.visible_to(user).filter(project__jurisdiction__code__startswith=region.prefix)
    found = accuracy.accuracy(errors)
    context = {
        "filters": filters,
        "region": region,
        "places": PlaceShortfallTable(forecast.by_place(rows, region, today), request),
        "table": ShortfallTable(rows, request),
        "chart": _weeks_chart(forecast.by_week(rows, today)),
        "accuracy": AccuracyTable(found, request),
        "words": [each.text for each in found],
        "meanings": ACCURACY_WORDS,
        "export_url": f"{reverse('accounts:forecast_export')}?{request.GET.urlencode()}",
        "made_on": Forecast.objects.visible_to(user).order_by("-made_on").values_list("made_on", flat=True).first(),
    }
    return render(request, "accounts/forecast_list.html", context)


@require_POST
@access.changes_nothing
@access(*AUTHORITIES)
def forecast_export(request):
    """The filtered list as .xlsx, on record."""
    today = timezone.localdate()
    filters = ForecastFilters(request.GET, user=request.user)
    buffer = BytesIO()
    title = f"预计资金不足的项目（{today:%Y-%m-%d}）"
    rows = write_table(buffer, title, FORECAST_HEADERS, forecast_rows(filters.apply(request.user, today)))
    asked = {name: str(value) for name, value in filters.values.items()}
    audit.record("forecast.export", by=request.user, rows=rows, filters=asked)
    return attachments.download(buffer.getvalue(), f"资金预测-{today:%Y%m%d}.xlsx")


def _region(filters: ForecastFilters, user) -> Region:
    place = filters.values.get("place")
    return Region.objects.get(pk=place) if place else user.region


def _weeks_chart(weeks: list[tuple]) -> Chart:
    rows = [(label, amount) for label, _, amount in weeks]
    return bar_chart("weeks", "各周预计缺口（元）", ["发薪日", "预计缺口（元）"], rows, unit="元", height="short")


# --- beside a project's or an account's money ------------------------------------------------------------------------


def of_project(request, project: Project) -> dict:
    """For a project's page; empty for whoever does not read forecasts."""
    if request.user.role not in FORECAST_READERS:
        return {}
    found = forecast.positions([project.pk], timezone.localdate())
    days = [_pay_day(request, position) for position in found if position.needed]
    errors = ForecastError.objects.visible_to(request.user).filter(project=project)
    return {
        "pay_days": days,
        "shortfall": next((day["position"] for day in days if day["position"].shortfall), None),
        "forecast_chart": _course(found) if days else None,
        "accuracy": AccuracyTable(accuracy.accuracy(errors), request),
        "words": [each.text for each in accuracy.accuracy(errors)],
        "meanings": ACCURACY_WORDS,
    }


def of_account(request, projects: list[Project]) -> dict:
    """For an account's page: of each project in sight that it serves."""
    if request.user.role not in FORECAST_READERS or not projects:
        return {}
    named = {project.pk: project for project in projects}
    found = [each for each in forecast.positions(named, timezone.localdate()) if each.needed]
    rows = [ProjectForecast(named[position.project_id], position) for position in found]
    return {
        "forecasts": ProjectForecastTable(rows, request),
        "short": [row for row in rows if row.position.shortfall],
    }


def _pay_day(request, position: forecast.Position) -> dict:
    return {
        "position": position,
        "title": f"{formats.day(position.pay_on)}发放{formats.month(position.month)}工资（{position.days} 天后）",
        "reckoning": ReckoningTable(_reckoning(position), request),
        "inflows": InflowTable(list(position.inflows), request),
    }


def _reckoning(position: forecast.Position) -> list[Reckoning]:
    as_of = formats.day(position.as_of)
    return [
        Reckoning("专户余额", position.balance, f"截至 {as_of}，本项目在各专户中的部分"),
        Reckoning("预计拨付的人工费", position.inflow, "发薪日以前，见下表"),
        Reckoning("减：已列工资表未发", -position.owed, "至本月为止各月工资表尚欠，和离场时确认的欠薪"),
        Reckoning("减：已出勤未列工资表", -position.accrued, f"截至 {as_of} 的出勤，按劳动合同估算"),
        Reckoning("减：预计至月末的出勤", -position.to_come, "按各人近四周的出勤推算，春节前后不计"),
        Reckoning("预计结余", position.rest, "负数为缺口"),
    ]


def _course(found: list[forecast.Position]) -> Chart:
    """The money from today to the last pay day: up by what is expected, down by the wages of each pay day."""
    last, rest = found[-1], found[-1].balance
    rows = [(f"{last.as_of:%m-%d}", rest)]
    steps = [(each.day, 0, each.amount) for each in last.inflows]
    steps += [(position.pay_on, 1, position.rest) for position in found]
    for day, is_pay_day, amount in sorted(steps):
        rest = amount if is_pay_day else rest + amount
        rows.append((f"{day:%m-%d}", rest))
    return line_chart("forecast-course", "预计余额（元）", ["日期", "预计余额（元）"], rows, unit="元", height="short")
