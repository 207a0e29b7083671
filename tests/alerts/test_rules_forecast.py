"""LAB-03: the money will not do on a pay day to come. It fires, and is silent at the very boundary."""

from datetime import date

import pytest

from accounts.enums import MovementKind
from accounts.models import Forecast
from accounts.selectors.forecast_sql import STEPS
from accounts.services import store_forecasts
from alerts.engine import check_changed
from alerts.enums import Level, WarningState
from alerts.models import RuleRun, Warning
from alerts.rules.lab_03_shortfall import WillFallShort
from projects.services import mark_changed
from tests.accounts.factories import entry, payroll, payroll_line, special_account
from tests.accounts.test_forecast import drawn_up
from tests.alerts.factories import setting
from tests.alerts.sweeping import raised
from tests.projects.factories import project

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)
TODAY = date(2026, 11, 7)


@pytest.fixture
def site():
    return project(wage_pay_day=15)


def owing(site, wages, kept="1000"):
    """Wages of October, due on 15 November, and what there is on the account."""
    account = special_account(site)
    entry(account, kept, MovementKind.OTHER_IN, booked_on=date(2026, 10, 1))
    payroll_line(payroll(site, OCTOBER), wages)
    drawn_up(payroll(site, OCTOBER), date(2026, 11, 3))
    return account


@pytest.mark.parametrize("foreseen", [True, False], ids=["by the night's forecast", "computed anew"])
def test_it_says_the_day_and_about_how_much_and_shows_how_it_was_computed(site, foreseen):
    owing(site, "124456.78")
    if foreseen:
        store_forecasts(TODAY)
    (found,) = raised(WillFallShort, TODAY)
    assert found.message == (
        "预计 2026-11-15 发放2026年10月工资时，专户资金短缺约 120,000 元，请在此前将人工费拨付到位。"
    )
    assert (found.subject, found.subject_key, found.level) == ("labour_cost", "2026-10", Level.ORANGE)
    rows = [(row[0], row[2]) for row in found.evidence["rows"]]
    assert rows == [
        ("专户余额", "1000.00"),
        ("减：已列工资表未发", "-124456.78"),
        ("减：已出勤未列工资表", "0.00"),
        ("减：预计至月末的出勤", "0.00"),
        ("预计结余（负数为缺口）", "-123456.78"),
    ]


@pytest.mark.parametrize(("wages", "fires"), [("10999.99", False), ("11000.00", True)])
def test_from_the_smallest_amount_on(site, wages, fires):
    owing(site, wages)
    assert bool(raised(WillFallShort, TODAY)) == fires


LEVELS = [
    (date(2026, 10, 25), None),  # 21 days ahead
    (date(2026, 10, 26), Level.YELLOW),
    (date(2026, 11, 4), Level.YELLOW),
    (date(2026, 11, 5), Level.ORANGE),
    (date(2026, 11, 9), Level.ORANGE),
    (date(2026, 11, 10), Level.RED),
    (date(2026, 11, 15), Level.RED),
    (date(2026, 11, 16), None),  # the day has passed: PAY-01's
]


@pytest.mark.parametrize(("today", "level"), LEVELS)
def test_the_nearer_the_graver(site, today, level):
    owing(site, "50000")
    drawn_up(payroll(site, OCTOBER), date(2026, 10, 20))
    assert [each.level for each in raised(WillFallShort, today)] == ([level] if level else [])


@pytest.mark.parametrize(("wages", "level"), [("1000999.99", Level.YELLOW), ("1001000", Level.ORANGE)])
def test_a_large_gap_is_graver(site, wages, level):
    owing(site, wages)
    drawn_up(payroll(site, OCTOBER), date(2026, 10, 20))
    (found,) = raised(WillFallShort, date(2026, 11, 1))
    assert found.level == level


def test_money_that_comes_releases_it(site):
    account = owing(site, "50000")
    assert raised(WillFallShort, TODAY)
    entry(account, "49000", booked_on=TODAY)
    assert not raised(WillFallShort, TODAY)
    assert Warning.objects.get().state == WarningState.RELEASED


def test_cents_that_move_every_night_are_no_new_finding(site):
    account = owing(site, "124456.78")
    (found,) = raised(WillFallShort, TODAY)
    entry(account, "12.34", booked_on=TODAY)
    (again,) = raised(WillFallShort, TODAY)
    assert (again.pk, again.fingerprint) == (found.pk, found.fingerprint)
    assert again.evidence["rows"][0][2] == "1012.34"


def test_without_an_account_it_is_another_rules_business(site):
    payroll_line(payroll(site, OCTOBER), "50000")
    drawn_up(payroll(site, OCTOBER), date(2026, 11, 3))
    assert not raised(WillFallShort, TODAY)


def test_a_setting_moves_lead_and_amount(site):
    owing(site, "6000")
    assert not raised(WillFallShort, TODAY)
    setting("LAB-03", params={"minimum": 5000, "lead": 8}, level=Level.YELLOW)
    assert raised(WillFallShort, TODAY)
    assert not raised(WillFallShort, date(2026, 11, 6))


def test_a_forecast_of_yesterday_is_not_asked(site):
    """Nor one that some projects do not have yet: then all of them are computed."""
    owing(site, "124456.78")
    store_forecasts(date(2026, 11, 6))
    entry(special_account(site), "900000", MovementKind.OTHER_IN, booked_on=TODAY)
    assert not raised(WillFallShort, TODAY)
    other = project(wage_pay_day=15)
    store_forecasts(TODAY)
    owing(other, "50000")
    assert [each.project_id for each in raised(WillFallShort, TODAY)] == [other.pk]


def test_what_changes_by_day_changes_the_forecast_kept(site):
    """The page and the rule tell the same, also between two nights."""
    owing(site, "124456.78")
    store_forecasts(TODAY)
    entry(special_account(site), "900000", MovementKind.OTHER_IN, booked_on=TODAY)
    mark_changed([site.pk])
    assert check_changed(TODAY) == 1
    assert not Forecast.objects.filter(project=site, shortfall__gt=0).exists()
    assert not Warning.objects.unscoped("a test").filter(rule_code=WillFallShort.code).exists()


def test_a_forecast_that_breaks_stops_no_other_rule(site, monkeypatch):
    """What was foreseen before the change is forgotten, and LAB-03 says on its own run what broke."""
    owing(site, "124456.78")
    store_forecasts(TODAY)
    mark_changed([site.pk])
    monkeypatch.setitem(STEPS, "owed", "SELECT 1/0")
    assert check_changed(TODAY) == 1
    assert not Forecast.objects.filter(project=site).exists()
    runs = dict(RuleRun.objects.values_list("rule_code", "error"))
    assert runs.pop(WillFallShort.code)
    assert len(runs) > 40
    assert not any(runs.values())
