"""The inclusion rate by permits: one count behind the comparison, the desk and the statistics."""

import pytest
from django.urls import reverse

from organizations.enums import Industry
from tests.organizations.factories import officer, region
from tests.projects.factories import listed_permit, permit, project

pytestmark = pytest.mark.django_db


@pytest.fixture
def prefecture(client):
    user = officer("530900")
    client.force_login(user)
    region("530921")
    permit(project(), number=listed_permit().number)
    listed_permit(), listed_permit(at="530921", industry=Industry.WATER)
    return user


def rates(client, url: str, table: str, value) -> dict:
    return {row.code: value(row) for row in client.get(url).context[table].records}


def test_comparison_desk_and_statistics_tell_the_same(client, prefecture):
    compared = rates(client, reverse("projects:permit_comparison"), "places", lambda row: row.counts.rate)
    counted = rates(client, reverse("reports:statistics"), "places", lambda row: row.permitted)
    assert compared == {"530902": (1, 2), "530921": (0, 1)}
    assert {code: counted[code] for code in compared} == compared
    assert counted["530900"] == (1, 3)
    (tile,) = [tile for tile in client.get("/").context["tiles"] if tile.label == "许可纳入率"]
    assert (tile.numerator, tile.denominator) == (1, 3)
    assert client.get(tile.url).context["counts"].rate == (1, 3)


def test_an_industry_asked_for_counts_its_own_permits(client, prefecture):
    counted = rates(client, f"{reverse('reports:statistics')}?industry=water", "places", lambda row: row.permitted)
    assert (counted["530900"], counted["530902"]) == ((0, 1), None)


def test_a_month_that_is_over_tells_nothing_of_the_list(client, prefecture, time_machine):
    page = client.get(f"{reverse('reports:statistics')}?month=2020-01")
    assert "permitted" in [column.name for column in page.context["places"].columns]
    time_machine.move_to("2026-11-20 09:00+08:00")
    page = client.get(f"{reverse('reports:statistics')}?month=2026-10")
    assert "permitted" not in [column.name for column in page.context["places"].columns]


def test_without_a_list_there_is_no_rate(client):
    client.force_login(officer("530900"))
    assert all(row.permitted is None for row in client.get(reverse("reports:statistics")).context["places"].records)
    assert "许可纳入率" not in [tile.label for tile in client.get("/").context["tiles"]]
