"""How right the forecasts were: what is stored each night, what is measured of days gone by, and how it is told."""

from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import Forecast, ForecastError
from accounts.selectors import forecast
from accounts.selectors.accuracy import accuracy
from accounts.services import measure_errors, store_forecasts
from projects.enums import Status
from tests.accounts.factories import (
    entry,
    forecast_error,
    labour_cost_term,
    payout,
    payroll,
    payroll_line,
    special_account,
)
from tests.accounts.factories import forecast as foreseen
from tests.accounts.test_forecast import days, drawn_up, hired
from tests.organizations.factories import bank_clerk, officer
from tests.projects.factories import project
from tests.workers.factories import attendance

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 27)
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


@pytest.fixture
def site(db):
    """Hired in August at 200 a day; 4,000 come each month by the 10th, wages are paid on the 15th."""
    home = project(wage_pay_day=15)
    account = special_account(home)
    labour_cost_term(home, first_month=date(2026, 8, 1), amount=Decimal(4000))
    person = hired(home)
    for month, worked in ((8, 20), (9, 20), (10, 30)):
        attendance(person, *days(date(2026, month, 1), date(2026, month, worked)))
        entry(account, "4000", booked_on=date(2026, month + 1, 10))
        listed = payroll(home, date(2026, month, 1))
        line = payroll_line(listed, str(worked * 200), engagement=person)
        drawn_up(listed, date(2026, month + 1, 12))
        if month < 10:
            payout(line, account, paid_on=date(2026, month + 1, 15))
    return home


def test_each_pay_day_gone_by_is_measured_once(site):
    assert measure_errors(TODAY) == 12  # three pay days, four leads
    assert measure_errors(TODAY) == 0
    of_october = {each.lead: each for each in ForecastError.objects.filter(month=OCTOBER)}
    assert {each.actual for each in of_october.values()} == {-2000}
    assert {each.wages for each in of_october.values()} == {6000}
    assert (of_october[5].forecast, of_october[10].forecast) == (-2000, -2000)  # the month was over
    assert of_october[20].forecast < 0  # on 26 October the pace said so already
    assert {of_october[lead].baseline for lead in (5, 10)} == {0, -4000}  # 4,000 of September's wages, come or not


def test_what_is_entered_later_does_not_change_what_was_measured(site):
    measure_errors(TODAY)
    before = list(ForecastError.objects.order_by("pk").values())
    entry(site.account_links.get().account, "9000", booked_on=date(2026, 11, 14))
    measure_errors(TODAY)
    assert list(ForecastError.objects.order_by("pk").values()) == before


def test_a_pay_day_waits_ten_days(site):
    measure_errors(date(2026, 11, 25))
    assert not ForecastError.objects.filter(month=OCTOBER).exists()
    measure_errors(date(2026, 11, 26))
    assert ForecastError.objects.filter(month=OCTOBER).count() == 4


def test_the_night_writes_what_a_page_computes(site):
    foreseen(site, date(2026, 1, 1))  # of an earlier night
    done = project(status=Status.COMPLETED, completed_on=date(2026, 11, 1))
    special_account(done)
    assert store_forecasts(TODAY) == Forecast.objects.count() == 1
    (kept,), (asked,) = Forecast.objects.all(), forecast.positions([site.pk], TODAY)
    for name in ("month", "pay_on", "balance", "owed", "accrued", "to_come", "inflow", "shortfall"):
        assert getattr(kept, name) == getattr(asked, name), name
    assert kept.owed == 6000


def test_the_sums_of_a_forecast_are_held_by_the_database(site):
    with pytest.raises(DatabaseError, match="forecast_shortfall_adds_up"), transaction.atomic():
        foreseen(site, shortfall="100.00", owed=Decimal("99.99"))
    with pytest.raises(DatabaseError, match="forecast_amounts_not_negative"), transaction.atomic():
        foreseen(site, shortfall="0", inflow=Decimal("-1"))


# --- how it is told --------------------------------------------------------------------------------------------------


def test_hits_misses_and_false_alarms_beside_the_simplest_forecast(site):
    told = [(-500, -400, 100), (-500, 300, -100), (800, -200, 200), (900, 1000, 900)]
    for month, (said, came, simple) in enumerate(told, 5):
        forecast_error(site, date(2026, month, 1), forecast=said, actual=came, baseline=simple, wages=1000)
    (found,) = accuracy(ForecastError.objects.all())
    assert (found.pay_days, found.forecasts) == (4, 4)
    assert (found.ours.hits, found.ours.misses, found.ours.false_alarms) == (1, 1, 1)
    assert (found.baseline.hits, found.baseline.misses, found.baseline.false_alarms) == (0, 2, 1)
    assert (found.ours.deviation, found.ours.amount, found.ours.bias) == (Decimal("0.1"), 100, Decimal("-0.1"))
    assert found.text == (
        "提前 10 天的预测：最近 4 个月的发薪日，各项目共核对 4 次，资金不够报准 1 次，"
        "够付报准 1 次，误报 1 次，漏报 1 次，"
        "与实际一般相差当月工资的 10%；只用上月工资推算的，误报 1 次，漏报 2 次，相差 40%。"
    )


def test_too_little_history_is_said(site):
    forecast_error(site)
    (found,) = accuracy(ForecastError.objects.all())
    assert found.text == "提前 10 天的预测至今只有 1 次可以核对，还说明不了准确程度。"


def test_only_the_last_six_pay_days_count(site):
    for month in range(1, 9):
        forecast_error(site, date(2026, month, 1))
    (found,) = accuracy(ForecastError.objects.all())
    assert found.pay_days == 6


def test_the_command_prints_both(site, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)
    out = StringIO()
    call_command("forecast_error", stdout=out)
    call_command("forecast_error", "--again", stdout=out)
    assert out.getvalue().count("12 forecasts checked now") == 2
    assert out.getvalue().count("baseline") == 8


def test_it_beats_last_months_wages_where_the_site_grows(site):
    measure_errors(TODAY)
    for found in accuracy(ForecastError.objects.all()):
        assert found.ours.deviation <= found.baseline.deviation, found.lead


def test_a_bank_reads_no_forecast_of_its_customers(site):
    foreseen(site)
    forecast_error(site)
    bank = bank_clerk(site.account_links.get().account.bank)
    for model in (Forecast, ForecastError):
        assert model.objects.visible_to(officer()).count() == 1
        assert model.objects.visible_to(bank).count() == 0


def test_each_project_counts_once_by_its_first_pay_day(site):
    foreseen(site, OCTOBER, "12000")
    foreseen(site, NOVEMBER, "30000", pay_on=date(2026, 12, 15))
    late = project(at="530921")
    foreseen(late, OCTOBER, "7000.50", pay_on=TODAY + timedelta(9))
    rows = forecast.shortfalls(Forecast.objects.all())
    assert sorted(rows.values_list("project", "shortfall")) == [(site.pk, 12000), (late.pk, Decimal("7000.50"))]
    places = forecast.by_place(rows, officer(at="530900").region, date(2026, 11, 20))
    assert [(p.code, p.projects, p.amount) for p in places] == [
        ("530902", 1, 12000),
        ("530921", 1, Decimal("7000.50")),
    ]
    assert places[0].weeks == {1: 1, 2: 0, 3: 0, 4: 0, 5: 0}
    assert sum(amount for _, _, amount in forecast.by_week(rows, TODAY)) >= Decimal("7000.50")
