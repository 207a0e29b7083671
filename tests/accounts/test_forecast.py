"""Forecast (A8): will the money do on the next pay days? Each part of it, and nothing of days after the one asked."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Sum

from accounts.enums import MovementKind
from accounts.models import PayrollSheet, WageDue
from accounts.selectors import forecast
from accounts.selectors.forecast import Position
from core.working_days import load_published
from tests.accounts.factories import (
    entry,
    labour_cost_term,
    payout,
    payroll,
    payroll_line,
    special_account,
)
from tests.projects.factories import project
from tests.workers.factories import attendance, contract, departure, engagement, worker
from workers.enums import WageMethod

pytestmark = pytest.mark.django_db
SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
TODAY = date(2026, 11, 12)


@pytest.fixture
def site(django_db_setup):
    return project(wage_pay_day=15)


@pytest.fixture
def account(site):
    return special_account(site)


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def hired(site, rate="200", method=WageMethod.DAY, **fields):
    person = engagement(site, worker(), **fields)
    contract(person, wage_rate=None if rate is None else Decimal(rate), wage_method=method)
    return person


def drawn_up(of, on: date):
    """Sheets know when they were made; the day counts, not the moment the test runs."""
    PayrollSheet.objects.filter(payroll=of).update(created_at=datetime(on.year, on.month, on.day, 9, tzinfo=ZONE))


ZONE = ZoneInfo("Asia/Shanghai")


def on(site, month: date, day: date = TODAY) -> Position:
    (found,) = forecast.positions_asked([(site.pk, day, month)])
    return found


def test_the_pay_days_to_come_are_those_of_last_month_and_of_this_one(site, account):
    entry(account, "1000")
    assert [(p.month, p.pay_on) for p in forecast.positions([site.pk], TODAY)] == [
        (OCTOBER, date(2026, 11, 15)),
        (NOVEMBER, date(2026, 12, 15)),
    ]
    assert [p.month for p in forecast.positions([site.pk], date(2026, 11, 16))] == [NOVEMBER]
    assert [p.month for p in forecast.positions([site.pk], date(2026, 11, 15))] == [OCTOBER, NOVEMBER]


def test_what_payrolls_list_is_owed_until_it_is_paid(site, account):
    entry(account, "10000", MovementKind.OTHER_IN)
    september, october = payroll(site, SEPTEMBER), payroll(site, OCTOBER)
    old, line = payroll_line(september, "3000"), payroll_line(october, "6000")
    payroll_line(october, "5000")
    drawn_up(september, date(2026, 10, 8))
    drawn_up(october, date(2026, 11, 8))
    payout(old, account, paid_on=date(2026, 10, 15))
    found = on(site, OCTOBER)
    assert (found.balance, found.owed, found.rest, found.shortfall) == (7000, 11000, -4000, 4000)
    payout(line, account, paid_on=date(2026, 11, 12))
    assert on(site, OCTOBER).rest == -4000  # the money went where it was owed
    assert on(site, OCTOBER, date(2026, 11, 11)).owed == 11000
    assert on(site, OCTOBER, date(2026, 10, 14)).owed == 3000  # October's was not drawn up, September's not paid


def test_a_payment_that_came_back_is_owed_again_from_that_day(site, account):
    entry(account, "10000")
    september = payroll(site, SEPTEMBER)
    line = payroll_line(september, "3000")
    drawn_up(september, date(2026, 10, 8))
    paid = payout(line, account, paid_on=date(2026, 10, 15))
    back = entry(account, "3000", MovementKind.RETURN, booked_on=date(2026, 10, 20))
    line.paid, paid.returned = 0, back
    _both(line, paid)
    assert [on(site, OCTOBER, date(2026, 10, day)).owed for day in (14, 15, 19, 20)] == [3000, 0, 0, 3000]
    assert [on(site, OCTOBER, date(2026, 10, day)).balance for day in (14, 15, 19, 20)] == [10000, 7000, 7000, 10000]


def _both(line, paid):
    from django.db import connection, transaction

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        line.save(update_fields=["paid"])
        paid.save(update_fields=["returned"])


def test_a_month_worked_and_on_no_payroll_counts_as_the_ledger_of_arrears_has_it(site, account):
    by_day, by_month = hired(site), hired(site, "6525", WageMethod.MONTH)
    attendance(by_day, *days(date(2026, 10, 1), date(2026, 10, 24)))
    attendance(by_month, *days(date(2026, 10, 1), date(2026, 10, 10)))
    found = on(site, OCTOBER)
    assert found.accrued == 24 * 200 + 3000
    told = WageDue.objects.unscoped("test").filter(kind="unlisted", project=site).aggregate(all=Sum("amount"))["all"]
    assert found.accrued == told
    listed = payroll(site, OCTOBER)
    payroll_line(listed, "4700", engagement=by_day)
    drawn_up(listed, date(2026, 11, 8))
    found = on(site, OCTOBER)
    assert (found.owed, found.accrued) == (4700, 3000)


def test_the_running_month_goes_on_at_each_ones_pace(site, account):
    steady, gone = hired(site), hired(site)
    attendance(steady, *days(date(2026, 10, 12), TODAY))  # every day for more than four weeks
    attendance(gone, *days(date(2026, 10, 1), date(2026, 10, 20)))
    found = on(site, NOVEMBER)
    # 12 days so far; 12 working days are left of November: at 7 in 5, all days, at most those of the month.
    october = (20 + 20) * 200
    assert found.accrued == october + 12 * 200
    assert 12 * 200 <= found.to_come <= 18 * 200
    assert on(site, OCTOBER).to_come == 0  # that month is over


def test_whoever_left_is_not_expected_back(site, account):
    left = hired(site)
    attendance(left, *days(date(2026, 11, 1), date(2026, 11, 10)))
    assert on(site, NOVEMBER).to_come > 0
    departure(left, date(2026, 11, 10))
    assert on(site, NOVEMBER).to_come == 0


def test_around_the_spring_festival_nobody_is_expected(site, account):
    load_published(range(2025, 2027))
    person = hired(site, entered_on=date(2025, 12, 1))
    attendance(person, *days(date(2026, 1, 1), date(2026, 1, 31)))
    february = on(site, date(2026, 2, 1), date(2026, 1, 31))
    worked = february.to_come / 200
    # The holiday is 15 to 23 February 2026; with seven days before and after it is most of the month.
    assert 0 < worked <= 9


def test_piece_work_is_the_middle_of_the_last_months(site, account):
    person = hired(site, "30", WageMethod.PIECE)
    for month, due in ((7, "4000"), (8, "9000"), (9, "5000")):
        listed = payroll(site, date(2026, month, 1))
        payroll_line(listed, due, engagement=person, paid=due)
        drawn_up(listed, date(2026, month + 1, 8))
    attendance(person, *days(date(2026, 10, 1), date(2026, 10, 20)))
    found = on(site, OCTOBER)
    assert found.accrued + found.to_come == 5000


def test_wages_put_down_at_an_exit_are_owed_too(site, account):
    person = hired(site)
    departure(person, date(2026, 10, 20), owed_amount=Decimal("1234.56"))
    assert on(site, OCTOBER).owed == Decimal("1234.56")
    assert on(site, SEPTEMBER, date(2026, 10, 19)).owed == 0


# --- appropriations --------------------------------------------------------------------------------------------------


def test_without_a_past_the_contract_is_taken_at_its_word(site, account):
    labour_cost_term(site, first_month=OCTOBER)  # 100,000 by the 10th of the next month
    found = on(site, OCTOBER, date(2026, 11, 1))
    assert [(i.day, i.amount, i.by_contract) for i in found.inflows] == [(date(2026, 11, 10), Decimal(100000), True)]
    assert found.rest == 100000


def test_what_came_of_what_was_due_and_when_says_what_will_come(site, account):
    labour_cost_term(site, first_month=date(2026, 5, 1))
    for month in range(6, 11):  # each time 80,000, four days late
        entry(account, "80000", booked_on=date(2026, month, 14))
    found = on(site, NOVEMBER, date(2026, 11, 5))
    assert [(i.due_on, i.day, i.amount) for i in found.inflows] == [
        (date(2026, 11, 10), date(2026, 11, 14), Decimal("80000.00")),
        (date(2026, 12, 10), date(2026, 12, 14), Decimal("80000.00")),
    ]
    assert on(site, OCTOBER, date(2026, 11, 5)).inflow == 80000


def test_what_came_early_is_not_expected_again_and_what_is_long_late_not_at_all(site, account):
    labour_cost_term(site, first_month=OCTOBER)
    entry(account, "30000", booked_on=date(2026, 11, 5))
    assert on(site, OCTOBER, date(2026, 11, 6)).inflow == 70000
    assert on(site, OCTOBER, date(2026, 11, 12)).inflow == 70000  # two days late: any day now
    assert on(site, NOVEMBER, date(2026, 11, 17)).inflow == 100000  # December's alone


def test_without_terms_what_usually_came(site, account):
    for month, amount in ((7, "50000"), (8, "60000"), (9, "70000"), (10, "60000")):
        entry(account, amount, booked_on=date(2026, month, 8))
    found = on(site, OCTOBER, date(2026, 11, 5))
    assert [(i.day, i.amount, i.by_contract) for i in found.inflows] == [(date(2026, 11, 8), Decimal(60000), False)]


def test_a_reversed_appropriation_did_not_come(site, account):
    labour_cost_term(site, first_month=OCTOBER)
    twice = entry(account, "30000", booked_on=date(2026, 11, 5))
    entry(account, "-30000", MovementKind.REVERSAL, booked_on=date(2026, 11, 6), reverses=twice)
    assert on(site, OCTOBER, date(2026, 11, 5)).inflow == 70000
    assert on(site, OCTOBER, date(2026, 11, 6)).inflow == 100000


def test_on_a_shared_account_each_project_has_its_own_part(site, account):
    from tests.accounts.factories import shared

    other = project(wage_pay_day=15)
    shared(account, other)
    entry(account, "9000", project=site)
    entry(account, "500", project=other)
    assert {p.project_id: p.balance for p in forecast.positions([site.pk, other.pk], TODAY)} == {
        site.pk: 9000,
        other.pk: 500,
    }


# --- nothing later than its day --------------------------------------------------------------------------------------


def test_rows_of_later_days_do_not_move_it(site, account):
    labour_cost_term(site, first_month=date(2026, 7, 1))
    person, other = hired(site), hired(site)
    entry(account, "50000", booked_on=date(2026, 9, 12))
    september = payroll(site, SEPTEMBER)
    line = payroll_line(september, "3000", engagement=other)
    drawn_up(september, date(2026, 10, 5))
    attendance(person, *days(date(2026, 10, 1), date(2026, 10, 20)))
    day = date(2026, 10, 14)
    before = forecast.positions_asked([(site.pk, day, month) for month in (SEPTEMBER, OCTOBER)])
    assert before[1].accrued == 14 * 200  # of the month's twenty days those up to the day

    attendance(person, *days(date(2026, 10, 21), date(2026, 10, 31)), *days(NOVEMBER, date(2026, 11, 9)))
    late = hired(site, entered_on=date(2026, 10, 16))
    attendance(late, *days(date(2026, 10, 16), date(2026, 10, 31)))
    entry(account, "77777", booked_on=date(2026, 10, 15))
    payout(line, account, paid_on=date(2026, 10, 15))
    october = payroll(site, OCTOBER)
    payroll_line(october, "8888", engagement=person)
    drawn_up(october, date(2026, 11, 5))
    departure(person, date(2026, 11, 10), owed_amount=Decimal("99"))
    assert forecast.positions_asked([(site.pk, day, month) for month in (SEPTEMBER, OCTOBER)]) == before


def test_plans_that_are_kept_say_the_same(site, account):
    """Of few projects each step is planned once in a session, of many each time; one after another, too."""
    from django.db import connection, transaction

    labour_cost_term(site, first_month=date(2026, 7, 1))
    entry(account, "50000", booked_on=date(2026, 9, 12))
    attendance(hired(site), *days(date(2026, 10, 1), TODAY))
    other = project()
    payroll_line(payroll(other, OCTOBER), "777", engagement=hired(other))
    asked, answers = forecast.NOW.format(scope=forecast.THESE), []
    for few, pk in [(False, site.pk), (True, other.pk), (True, site.pk), (True, other.pk), (True, site.pk)]:
        with transaction.atomic(), connection.cursor() as cursor:
            forecast.compute(cursor, asked, {"projects": [pk], "today": TODAY}, few=few)
            cursor.execute("SELECT * FROM positions ORDER BY month")
            answers.append(cursor.fetchall())
    assert answers[0] == answers[2] == answers[4]
    assert answers[1] == answers[3] != answers[0]
