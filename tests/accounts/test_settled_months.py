"""月结月清: whether each month's wages were settled by the day they were due."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.selectors import settled
from organizations.models import Organization
from projects.enums import ParticipantType
from projects.models import Project
from tests.accounts.factories import payout, payroll, payroll_line, special_account
from tests.organizations.factories import clerk, construction_unit_clerk, officer, organization
from tests.projects.factories import participation, project
from tests.workers.factories import attendance, engagement, team

pytestmark = pytest.mark.django_db

TODAY, AUGUST, SEPTEMBER = date(2026, 11, 2), date(2026, 8, 1), date(2026, 9, 1)


@pytest.fixture
def site():
    return project(wage_pay_day=15)


def paid_line(site, on: date | None, month=SEPTEMBER, **fields):
    made = payroll_line(payroll(site, month), "6000", **fields)
    if on:
        payout(
            made,
            site.account_links.get().account if site.account_links.exists() else special_account(site),
            paid_on=on,
        )
    return made


def month(site, which=SEPTEMBER, today=TODAY) -> settled.MonthOf:
    return {each.month: each for each in settled.months_of(site, today)}[which]


@pytest.mark.parametrize(
    ("paid_on", "today", "state"),
    [
        (date(2026, 10, 15), TODAY, "settled"),
        (date(2026, 10, 20), TODAY, "settled"),
        (date(2026, 10, 21), TODAY, "late"),
        (None, date(2026, 10, 20), "waiting"),
        (None, date(2026, 10, 21), "owing"),
    ],
)
def test_in_time_up_to_the_grace_after_the_pay_day(site, paid_on, today, state):
    paid_line(site, paid_on)
    assert month(site, today=today).state == state


def test_work_on_no_payroll_leaves_a_month_open(site):
    paid_line(site, date(2026, 10, 15))
    attendance(engagement(site), date(2026, 9, 3))
    found = month(site)
    assert (found.state, found.settled, found.people, found.unlisted) == ("owing", 1, 2, 1)


def test_half_paid_is_not_settled(site):
    payroll_line(payroll(site), "6000", paid=Decimal("5999.99"))
    found = month(site)
    assert (found.unpaid, found.owed, found.state) == (1, Decimal("0.01"), "owing")


def test_the_teams_of_a_month_make_up_the_month(site):
    sub = participation(site, organization(), ParticipantType.LABOUR_SUBCONTRACTOR)
    crew = team(site, "分包班组", employer=sub)
    paid_line(site, date(2026, 10, 21), engagement=engagement(site, team=crew), team=crew)
    paid_line(site, None)
    teams = settled.teams_of_month(site, SEPTEMBER, TODAY)
    assert [(each.team and each.team.name, each.state) for each in teams] == [("分包班组", "late"), (None, "owing")]
    assert sum(each.people for each in teams) == month(site).people


def over_projects(user) -> dict:
    rows = settled.with_month(Project.objects.visible_to(user), SEPTEMBER)
    return {row.name: (row.listed, row.settled, row.late, row.unlisted, row.owed) for row in rows}


def test_a_month_over_projects_says_the_same_as_each_project(site):
    other = project(wage_pay_day=31)
    paid_line(site, date(2026, 10, 21))
    paid_line(site, None)
    attendance(engagement(site), date(2026, 9, 3))
    paid_line(other, date(2026, 11, 1))
    assert over_projects(officer()) == {
        site.name: (2, 1, 1, 1, Decimal(6000)),
        other.name: (1, 1, 0, 0, Decimal(0)),
    }
    for home in (site, other):
        found = month(home)
        assert over_projects(officer())[home.name] == (
            found.people - found.unlisted,
            found.settled,
            found.late,
            found.unlisted,
            found.owed,
        )
    assert settled.rate_of(Project.objects.all(), SEPTEMBER) == (2, 4)


@pytest.mark.parametrize("state", ["settled", "late", "owing"])
def test_projects_are_found_by_the_state_of_their_month(state):
    sites = {name: project(name=name, wage_pay_day=15) for name in ("settled", "late", "owing")}
    paid_line(sites["settled"], date(2026, 10, 15))
    paid_line(sites["late"], date(2026, 10, 25))
    attendance(engagement(sites["owing"]), date(2026, 9, 3))
    found = settled.in_state(settled.had_wages(Project.objects.all(), SEPTEMBER), state, SEPTEMBER)
    assert [home.name for home in found] == [state]


def test_units_by_their_part_and_only_of_projects_in_sight(site):
    sub = participation(site, organization(), ParticipantType.LABOUR_SUBCONTRACTOR)
    crew = team(site, "分包班组", employer=sub)
    paid_line(site, None, engagement=engagement(site, team=crew))
    paid_line(site, date(2026, 10, 15))
    elsewhere = project(at="530921", contractor=site.general_contractor, wage_pay_day=15)
    paid_line(elsewhere, None)

    def of(user, whose):
        rows = settled.with_month(Organization.objects.all(), SEPTEMBER, whose(user))
        return {row: (row.listed, row.settled) for row in rows if row.listed}

    assert of(officer("530902"), settled.of_contractor) == {site.general_contractor: (2, 1)}
    assert of(officer("530900"), settled.of_contractor) == {site.general_contractor: (3, 1)}
    assert of(officer("530902"), settled.of_subcontractor) == {sub.organization: (1, 0)}


def test_from_the_list_down_to_the_person(site, client):
    paid_line(site, date(2026, 10, 25), engagement=engagement(site))
    absent = engagement(site)
    attendance(absent, date(2026, 9, 3))
    client.force_login(officer())
    rows = client.get("/wage-accounts/settled/?month=2026-09&state=owing").text
    address = f"/wage-accounts/projects/{site.pk}/months/2026-09/"
    assert address in rows
    assert "50.0%" in rows
    page = client.get(address).text
    assert "逾期支付" in page
    assert absent.worker.name in page
    only = client.get(f"{address}?kind=unlisted").text
    assert absent.worker.name in only
    assert site.general_contractor.name in client.get("/wage-accounts/settled/units/?month=2026-09").text


def test_contractor_and_construction_unit_read_their_own(site, client):
    owner = participation(site, organization(), ParticipantType.CONSTRUCTION_UNIT).organization
    paid_line(site, None)
    address = f"/wage-accounts/projects/{site.pk}/months/"
    for user, status in [
        (clerk(site.general_contractor), 200),
        (construction_unit_clerk(owner), 200),
        (clerk(), 404),
        (construction_unit_clerk(), 404),
    ]:
        client.force_login(user)
        assert client.get(address).status_code == status


@pytest.mark.parametrize(
    "address", ["/wage-accounts/arrears/", "/wage-accounts/arrears/by/contractor/", "/wage-accounts/settled/"]
)
def test_queries_do_not_grow_with_the_rows(client, address):
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address, {"month": "2026-09"}).status_code == 200
        return len(queries)

    client.force_login(officer())
    paid_line(project(wage_pay_day=15), None)
    client.get(address)
    before = count()
    for _ in range(5):
        paid_line(project(wage_pay_day=15), None, engagement=None)
    assert count() == before
