"""What is owed, since when and by whom; nothing twice and nothing lost."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import AgeBand, DueKind
from accounts.models import ArrearsThreshold, WageDue
from accounts.selectors import arrears
from accounts.selectors.arrears import band_of
from projects.enums import ParticipantType
from tests.accounts.factories import payout, payroll, payroll_line, special_account
from tests.organizations.factories import officer, organization
from tests.projects.factories import participation, project
from tests.workers.factories import attendance, contract, departure, engagement, team, worker

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 2)
AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)


@pytest.fixture
def site():
    return project(wage_pay_day=15)


def ledger(today=TODAY, **filters):
    return WageDue.objects.filter(**filters).arrears(today)


def owed(**filters) -> list[tuple]:
    return [(row.kind, row.month, row.amount) for row in ledger(**filters)]


def test_a_line_is_in_arrears_from_the_day_after_it_was_due(site):
    payroll_line(payroll(site, SEPTEMBER), "6000")
    assert not ledger(date(2026, 10, 15))
    [row] = ledger(date(2026, 10, 16))
    assert (row.kind, row.due_on, row.amount) == (DueKind.UNPAID, date(2026, 10, 15), Decimal("6000.00"))


def test_wages_of_a_pay_day_the_month_does_not_have_are_due_on_its_last():
    payroll_line(payroll(project(wage_pay_day=31), AUGUST), "6000")
    assert ledger().get().due_on == date(2026, 9, 30)


def test_paid_lines_are_no_arrears_and_half_paid_ones_are_by_the_other_half(site):
    book = payroll(site, SEPTEMBER)
    payout(payroll_line(book, "6000"), special_account(site))
    payroll_line(book, "5000", paid=Decimal("2000"))
    assert owed() == [(DueKind.UNPAID, SEPTEMBER, Decimal("3000.00"))]


@pytest.mark.parametrize(
    ("method", "rate", "amount"),
    [("day", "260", "520.00"), ("month", "6525", "600.00"), ("piece", "25", None), ("day", None, None)],
)
def test_work_on_no_payroll_is_estimated_by_the_contract(site, method, rate, amount):
    person = engagement(site)
    contract(person, wage_method=method, wage_rate=rate and Decimal(rate))
    attendance(person, date(2026, 9, 3), date(2026, 9, 4))
    assert owed() == [(DueKind.UNLISTED, SEPTEMBER, amount and Decimal(amount))]


def test_a_month_by_the_month_comes_to_the_monthly_wage_at_most(site):
    person = engagement(site)
    contract(person, wage_method="month", wage_rate=Decimal("6525"))
    attendance(person, *(date(2026, 9, day) for day in range(1, 31)))
    assert ledger().get().amount == Decimal("6525.00")


def test_a_line_of_a_stranger_with_the_same_number_is_the_persons_line(site):
    person = engagement(site)
    attendance(person, date(2026, 9, 3))
    line = payroll_line(payroll(site, SEPTEMBER), "6000", engagement=person)
    line.engagement = None
    line.save()
    assert owed() == [(DueKind.UNPAID, SEPTEMBER, Decimal("6000.00"))]


def test_what_was_put_down_at_the_exit_counts_only_beyond_the_lines(site):
    person = engagement(site)
    payroll_line(payroll(site, AUGUST), "2000", engagement=person)
    departure(person, date(2026, 9, 20), owed_amount=Decimal("5000"))
    found = {row.kind: row.amount for row in ledger()}
    assert found == {DueKind.UNPAID: Decimal("2000.00"), DueKind.DEPARTURE: Decimal("3000.00")}
    payroll_line(payroll(site, SEPTEMBER), "3500", engagement=person)
    assert sum(row.amount for row in ledger()) == Decimal("5500.00")


def test_what_was_put_down_replaces_the_estimate_of_the_same_months(site):
    person = engagement(site)
    contract(person)
    attendance(person, date(2026, 9, 3), date(2026, 9, 4))
    departure(person, date(2026, 9, 20), owed_amount=Decimal("700"))
    assert owed() == [(DueKind.DEPARTURE, SEPTEMBER, Decimal("700.00"))]


def test_an_exit_said_to_be_settled_does_not_hide_work_on_no_payroll(site):
    person = engagement(site)
    contract(person)
    attendance(person, date(2026, 9, 3))
    departure(person, date(2026, 9, 20))
    assert owed() == [(DueKind.UNLISTED, SEPTEMBER, Decimal("260.00"))]


@pytest.mark.parametrize(
    ("due", "band"),
    [
        (date(2026, 11, 1), AgeBand.MONTH),
        (date(2026, 10, 3), AgeBand.MONTH),
        (date(2026, 10, 2), AgeBand.TWO_MONTHS),
        (date(2026, 9, 3), AgeBand.TWO_MONTHS),
        (date(2026, 9, 2), AgeBand.THREE_MONTHS),
        (date(2026, 8, 4), AgeBand.THREE_MONTHS),
        (date(2026, 8, 3), AgeBand.OLDER),
    ],
)
def test_age_is_told_in_bands_at_their_bounds(site, due, band):
    departure(engagement(site), date(2026, 8, 1), owed_amount=Decimal("10"), owed_due_on=due)
    assert band_of(due, TODAY) == band
    sums = dict(arrears.totals(ledger(), TODAY)["bands"])
    assert {label for label, amount in sums.items() if amount} == {band.label}


def test_another_countys_arrears_are_out_of_sight(site):
    payroll_line(payroll(site, SEPTEMBER), "6000")
    assert WageDue.objects.visible_to(officer("530902")).arrears(TODAY).count() == 1
    assert WageDue.objects.visible_to(officer("530921")).arrears(TODAY).count() == 0


# --- the amounts of the crime ----------------------------------------------------------------------------------------


def reached(site) -> tuple[str, ...]:
    [debt] = arrears.grouped(ledger(), "project", TODAY)
    return debt.reaches


def months_owed(site, amount: str, *months: date) -> None:
    person = engagement(site)
    for month in months:
        payroll_line(payroll(site, month), amount, engagement=person)


def test_one_person_owed_three_months_and_the_amount_reaches_it(site):
    months = date(2026, 6, 1), date(2026, 7, 1), AUGUST
    months_owed(site, "1666.66", *months)
    assert reached(site) == ()
    months_owed(site, "1666.67", *months)
    assert reached(site) == (arrears.ONE,)


def test_two_months_do_not_whatever_the_amount(site):
    months_owed(site, "20000", date(2026, 7, 1), AUGUST)
    assert reached(site) == ()


@pytest.mark.parametrize(("people", "each", "reaches"), [(10, "3000", True), (9, "9000", False), (10, "2999", False)])
def test_ten_people_and_the_sum_reach_it(site, people, each, reaches):
    for _ in range(people):
        months_owed(site, each, SEPTEMBER)
    assert (arrears.MANY in reached(site)) is reaches


def test_the_provinces_amounts_hold_from_their_day(site):
    months_owed(site, "2000", date(2026, 6, 1), date(2026, 7, 1), AUGUST)
    assert reached(site) == (arrears.ONE,)
    amounts = {"one_person": Decimal(10000), "several": Decimal(50000), "basis": "高院通知"}
    ArrearsThreshold.objects.create(valid_from=date(2026, 11, 3), **amounts)
    assert reached(site) == (arrears.ONE,)
    ArrearsThreshold.objects.create(valid_from=date(2026, 11, 2), **amounts)
    assert reached(site) == ()


# --- sums ------------------------------------------------------------------------------------------------------------

amounts = st.decimals(min_value="0.01", max_value="9999.99", places=2)
stays = st.lists(
    st.tuples(
        st.sampled_from(["line", "half", "work", "left", "left with line", "stranger"]),
        amounts,
        st.integers(0, 2),
        st.integers(6, 9),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=stays)
def test_every_grouping_comes_to_the_same_sum(drawn, transactional_savepoint):
    with transactional_savepoint():
        sites = [project(wage_pay_day=15) for _ in range(3)]
        for home in sites[:2]:
            unit = participation(home, organization(), ParticipantType.LABOUR_SUBCONTRACTOR)
            team(home, employer=unit)
        person = worker()
        for kind, amount, where, month in drawn:
            owe(sites[where], person, kind, amount, date(2026, month, 1))
            person = worker()
        rows = list(ledger())
        total = sum(row.amount or 0 for row in rows)
        assert arrears.totals(ledger(), TODAY)["owed"] == total
        assert sum(amount for _, amount in arrears.totals(ledger(), TODAY)["bands"]) == total
        for by in arrears.GROUPS:
            debts = arrears.grouped(ledger(), by, TODAY)
            assert sum(debt.owed for debt in debts) == total, by
            assert sum(debt.months for debt in debts) == len(rows), by


def owe(home, person, kind: str, amount: Decimal, month: date) -> None:
    stay = engagement(home, person, entered_on=month)
    if kind in ("line", "half", "left with line", "stranger"):
        known = None if kind == "stranger" else stay
        paid = (amount / 2).quantize(Decimal("0.01")) if kind == "half" else Decimal(0)
        facts = {"engagement": known, "id_number": person.id_number, "paid": paid}
        payroll_line(payroll(home, month), amount, **facts)
    if kind == "work":
        contract(stay)
        attendance(stay, month)
    if kind.startswith("left"):
        departure(stay, month.replace(day=20), owed_amount=amount + 1)
