"""What only a draft says: everybody who counts wages gives the same answer."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from accounts import services
from accounts.enums import DueKind, SheetState
from accounts.models import WageDue
from accounts.selectors import arrears, settled, wages_owed
from accounts.selectors.deposits import payment_record
from accounts.selectors.wages import owed_to
from alerts.rules.pay_01_overdue import WagesOverdue
from projects.models import Project
from projects.selectors.course import standing_of
from tests.accounts import factories as money
from tests.accounts.sheets import SEPTEMBER, site, speaker
from tests.alerts.sweeping import raised
from tests.workers.factories import departure

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 2)
AUGUST = date(2026, 8, 1)


@pytest.fixture
def here():
    """One person at work in September, nothing in August."""
    return site(crew=1)


def back_pay(here, month, amount="300"):
    sheet = services.start_back_pay(here.project, month, by=here.clerk, reason="漏计加班")
    return money.payroll_line(
        sheet.payroll, amount, engagement=here.crew[0], sheet=sheet, is_back_pay=True, difference_reason="加班 3 天"
    )


def told(here, month) -> dict[str, Decimal]:
    """Owed of a month by payrolls, as each part of the portal has it."""
    rows = WageDue.objects.filter(project=here.project).arrears(TODAY).filter(kind=DueKind.UNPAID, month=month)
    [row] = settled.with_month(Project.objects.filter(pk=here.project.pk), month)
    warned = [one for one in raised(WagesOverdue, TODAY) if one.subject_key == f"{month:%Y-%m}"]
    rows_of_rule = [line for one in warned for line in one.evidence["rows"] if line[4]]
    return {
        "ledger": arrears.totals(rows, TODAY)["owed"],
        "month": row.owed or Decimal(0),
        "months": sum(each.owed for each in settled.months_of(here.project, TODAY) if each.month == month),
        "rule": sum((Decimal(line[4]) for line in rows_of_rule), Decimal(0)),
        "record": payment_record(here.project.general_contractor, TODAY).owed,
        "worker": owed_to(speaker(here.crew[0]), TODAY)[1],
        "standing": standing_of(here.project, TODAY).unpaid_amount,
        "project": wages_owed(here.project),
    }


def test_wages_of_a_past_month_are_owed_though_their_sheet_is_a_draft(here):
    here.sheet()
    line = here.line(here.crew[0])
    assert set(told(here, SEPTEMBER).values()) == {line.net}
    assert arrears.totals(WageDue.objects.arrears(TODAY), TODAY)["drafted"] == line.net
    [found] = raised(WagesOverdue, TODAY)
    assert found.evidence["rows"][0][-1] == "工资表编制中，金额未经确认"


def test_back_pay_is_owed_once_it_is_submitted_and_not_by_the_draft(here):
    line = back_pay(here, AUGUST)
    assert set(told(here, AUGUST).values()) == {Decimal(0)}
    assert not settled.had_wages(Project.objects.filter(pk=here.project.pk), AUGUST).exists()
    services.take_step(line.sheet, SheetState.CONFIRMING, by=here.clerk)
    assert set(told(here, AUGUST).values()) == {Decimal("300.00")}
    assert arrears.totals(WageDue.objects.arrears(TODAY), TODAY)["drafted"] == 0
    services.take_step(line.sheet, SheetState.DRAFT, by=here.clerk, text="人员有误")
    assert set(told(here, AUGUST).values()) == {Decimal(0)}


def test_back_pay_that_the_ledger_paid_in_part_is_owed_by_the_rest(here):
    money.set_paid(back_pay(here, AUGUST), "100")
    assert set(told(here, AUGUST).values()) == {Decimal("200.00")}


def test_a_draft_of_back_pay_hides_nobody_who_worked_and_is_on_no_payroll(here):
    back_pay(here, SEPTEMBER)
    [row] = WageDue.objects.filter(project=here.project).arrears(TODAY)
    assert (row.kind, row.amount) == (DueKind.UNLISTED, Decimal("5200.00"))
    assert settled.rate_of(Project.objects.filter(pk=here.project.pk), SEPTEMBER) == (0, 1)
    [found] = raised(WagesOverdue, TODAY)
    assert "1 人有考勤而未列入工资表" in found.message
    assert standing_of(here.project, TODAY).unlisted == 1


def test_a_draft_of_back_pay_takes_nothing_off_what_was_put_down_at_the_exit(here):
    departure(here.crew[0], date(2026, 9, 30), owed_amount=Decimal("5200"))
    back_pay(here, SEPTEMBER)
    [row] = WageDue.objects.filter(project=here.project).arrears(TODAY)
    assert (row.kind, row.amount) == (DueKind.DEPARTURE, Decimal("5200.00"))


@pytest.mark.parametrize("pay_day", [1, 15, 28, 29, 30, 31])
def test_the_pay_day_of_the_pages_is_that_of_the_database(pay_day):
    months = [date(year, month, 1) for year in (2023, 2024) for month in range(1, 13)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(wage_due_on(m, %s)) FROM unnest(%s::date[]) m", [pay_day, months])
        [found] = cursor.fetchone()
    assert found == [settled.due_on(month, pay_day) for month in months]
