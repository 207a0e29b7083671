"""Follows what stands on each desk: a number that leads to a list is the count of that list."""

import re
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
import time_machine
from django.urls import reverse

from alerts.models import CaseLead, Warning
from core.navigation import links_for
from organizations.enums import Role
from reports.desks import regulator
from tests.accounts import factories as money
from tests.alerts.factories import set_due, warning
from tests.organizations import factories as people
from tests.projects.factories import project
from tests.reports.counting import noon, province
from tests.workers import factories as workers

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(noon(TODAY), tick=False):
        yield


@pytest.fixture
def many():
    """Warnings overdue, nearly due, sent up, new and accepted, in several places."""
    province(Random(21), projects=10)
    Warning.objects.filter(released_at__gt=noon(TODAY)).update(released_at=noon(TODAY) - timedelta(hours=1))
    CaseLead.objects.filter(opened_at__gt=noon(TODAY)).update(opened_at=noon(TODAY) - timedelta(hours=1))
    for number, made in enumerate(Warning.objects.open().order_by("pk")):
        due = TODAY + timedelta(days=(-3, 2, 20)[number % 3])
        office = max(2, made.home_level - (0, 2, 4)[number % 3])
        set_due(made, due, office_level=office)


def opened(client, user, address: str = "/"):
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer


def listed(client, address: str) -> int:
    """How many rows a list has; an index of the administration says so in a sentence."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    if "cl" in answer.context:
        return answer.context["cl"].result_count
    return answer.context["table"].count.value


def tiles_of(answer) -> list:
    return [*answer.context["tiles"], *answer.context.get("monthly_tiles", [])]


def users():
    for at in ("530000", "530900", "530902"):
        yield people.officer(at)
        yield people.industry_officer(at)
    yield from (people.administrator(role) for role in (Role.SYSTEM, Role.SECURITY, Role.AUDIT))


def test_every_tile_that_counts_leads_to_as_many(client, many):
    seen = 0
    for user in users():
        for tile in tiles_of(opened(client, user)):
            if not tile.url or tile.label == "今日操作":  # looking at the list is an operation itself
                continue
            count = listed(client, tile.url)
            expected = tile.value if isinstance(tile.value, int) else None
            if expected is None and tile.hint.endswith("个"):
                expected = tile.denominator - tile.numerator
            if expected is not None:
                assert count == expected, (user.role, user.level, tile.label)
                seen += count > 0
    assert seen > 12


def test_today_of_the_audit_desk_leads_to_today(client):
    every = tiles_of(opened(client, people.administrator(Role.AUDIT)))
    tile = next(tile for tile in every if tile.label == "今日操作")
    assert f"since={TODAY}" in tile.url


def test_the_own_list_and_its_link_are_the_same_set(client, many, monkeypatch):
    monkeypatch.setattr(regulator, "SHOWN", 1000)
    counts = []
    for user in users():
        if user.role not in (Role.OFFICER, Role.INDUSTRY):
            continue
        answer = opened(client, user)
        shown = {row.pk for row in answer.context["due"].page}
        told = int(re.search(r"\d+", answer.context["due_link"].replace(",", ""))[0])
        linked = client.get(answer.context["due_url"]).context["table"]
        assert {row.pk for row in linked.page} == shown
        assert told == len(shown) == linked.count.value
        counts.append(told)
    assert max(counts) > min(counts)


@pytest.mark.parametrize("at", ["530000", "530900"])
def test_a_place_is_told_alike_in_the_ranking_and_on_its_own_desk(client, many, at):
    answer = opened(client, people.officer(at))
    followed = 0
    for row in answer.context["places"].page:
        if url := answer.context["places"].row_url(row):
            tiles = {tile.label: tile.value for tile in tiles_of(client.get(url))}
            assert tiles["未办结预警"] == row.now.figures["open"], row.now.name
            assert tiles["已逾期"] == row.now.figures["overdue"], row.now.name
            followed += 1
    assert followed


def test_the_projects_of_a_county_lead_to_their_warnings_and_all_of_them(client, many):
    answer = opened(client, people.officer("530902"))
    table = answer.context["county_projects"]
    assert table.columns[0].name == "name"
    for row in table.page:
        page = client.get(reverse("alerts:project_warnings", args=[row.now.id]))
        assert page.context["summary"].open == row.now.figures["open"]
    told = int(re.search(r"\d+", answer.context["projects_link"])[0])
    assert listed(client, answer.context["projects_url"]) == told >= len(table.page.rows)


@pytest.mark.parametrize("who", [lambda: people.officer("530902"), lambda: people.industry_officer("530902")])
def test_the_badge_is_the_count_of_the_first_tile_that_waits(client, rf, who):
    warning()
    warning(state="accepted")
    warning(home_level=4, office_level=4)
    user = who()
    request = rf.get("/")
    request.user = user
    badge = next(link.count for link in links_for(request) if link.label == "预警")
    page = opened(client, user, reverse("alerts:warning_list"))
    summary = page.context["summary"]
    assert badge == (summary.waiting if user.role == Role.OFFICER else 0)  # an industry department disposes of none
    label, count, query = page.context["waiting"]
    assert label in page.content.decode()
    assert listed(client, reverse("alerts:warning_list") + query) == count
    assert count == (1 if user.role == Role.OFFICER else 0)


def test_what_waits_for_another_office_says_so(client):
    warning()
    warning(home_level=4, office_level=4)
    page = opened(client, people.officer("530902"), reverse("alerts:warning_list")).content.decode()
    assert page.count("由市级处置") == 1
    assert page.count('name="warning"') == 1
    page = opened(client, people.officer("530900"), reverse("alerts:warning_list")).content.decode()
    assert page.count("由县级处置") == 1


# --- a contractor's clerk --------------------------------------------------------------------------------------------


def test_a_clerk_reads_every_month_that_is_owed_and_their_sum(client):
    unit = people.organization()
    home, other = project(contractor=unit), project(contractor=unit)
    for month, net, paid in ((8, "6000.00", "1000.50"), (9, "7000.00", "7000.00"), (10, "5000.00", "0.00")):
        money.payroll_line(money.payroll(home, date(2026, month, 1)), net, paid=Decimal(paid))
    workers.attendance(workers.engagement(other), date(2026, 7, 6))
    money.payroll_line(money.payroll(other, date(2026, 11, 1)), "9000.00")  # not due: the month is not over
    answer = opened(client, people.clerk(unit))
    every = [task for card in answer.context["cards"] for task in card.tasks]
    tasks = [task for task in every if "年" in task.text]
    assert {(task.text, task.unpaid) for task in tasks} == {
        ("2026年8月工资还有 4,999.50 元未代发，发放日 2026-09-15", Decimal("4999.50")),
        ("2026年10月工资还有 5,000.00 元未代发，发放日 2026-11-15", Decimal("5000.00")),
        ("2026年7月工资表未上传（1 人有考勤），发放日 2026-08-15", Decimal(0)),
    }
    tiles = {tile.label: tile for tile in answer.context["tiles"]}
    assert tiles["未代发工资"].value == "9,999.50"
    assert tiles["待办"].value == sum(len(card.tasks) for card in answer.context["cards"])


def test_a_clerks_numbers_lead_to_as_many(client):
    unit = people.organization()
    home = project(contractor=unit)
    warning(home)
    warning(home, state="accepted")
    user = people.clerk(unit)
    for tile in tiles_of(opened(client, user)):
        if tile.url:
            assert listed(client, tile.url) == tile.value
    bank = people.bank()
    money.special_account(home, bank=bank)
    for tile in tiles_of(opened(client, people.bank_clerk(bank))):
        if tile.url:
            assert listed(client, tile.url) == tile.value


# --- before the pay day ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "day", "paid", "expected"),
    [
        ("2026-11", 15, "0.00", "未到发放日"),
        ("2026-10", 24, "0.00", "未到发放日"),
        ("2026-10", 23, "0.00", "0.0%"),
        ("2026-10", 31, "6000.00", "100.0%"),
    ],
)
def test_nothing_paid_before_the_pay_day_is_no_zero(client, month, day, paid, expected):
    home = project(at="530902", wage_pay_day=day)
    first = date.fromisoformat(f"{month}-01")
    person = workers.engagement(home)
    workers.attendance(person, first)
    money.payroll_line(money.payroll(home, first), "6000.00", engagement=person, paid=Decimal(paid))
    answer = opened(client, people.officer("530902"), f"{reverse('reports:figure_projects')}?month={month}")
    table = answer.context["table"]
    cell = next(cell for row in table.rows() for cell in row.cells if cell.column.name == "payout")
    assert expected in cell.text


def test_a_month_that_runs_has_no_payout_rate_of_zero(client):
    home = project(at="530902")
    person = workers.engagement(home)
    for day in (date(2026, 10, 8), date(2026, 11, 9)):
        workers.attendance(person, day)
        money.payroll_line(money.payroll(home, day.replace(day=1)), "6000.00", engagement=person)
    for month, count in (("", 0), ("2026-10", 1)):
        page = opened(client, people.officer("530902"), f"{reverse('reports:statistics')}?month={month}")
        assert ("未到发放日" in page.content.decode()) == (not count)


def test_the_line_of_thirty_days_has_no_circles(client):
    chart = opened(client, people.officer("530902")).context["charts"]["trend"]
    assert [series["showSymbol"] for series in chart.option["series"]] == [False, False]
    assert len(chart.rows) == 30
