"""The live view: the figures, the lists behind them, and that the two agree to the last person."""

import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from organizations.enums import Industry
from organizations.models import Region
from tests.organizations.factories import clerk, industry_officer, officer
from tests.projects.factories import project
from tests.workers import factories
from workers.enums import Direction, Trade
from workers.models import Presence
from workers.selectors.live import STATES, Watch
from workers.services import PunchRow, write_punches

pytestmark = pytest.mark.django_db

IN, OUT = Direction.IN, Direction.OUT


def at(hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    moment = datetime(2026, 11, 21, hour, minute, tzinfo=timezone.get_default_timezone())
    return moment - timedelta(days=days)


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(at(15), tick=False)


def punched(engagement, *punches):
    write_punches([PunchRow(engagement.pk, moment, direction, "001") for moment, direction in punches])


@pytest.fixture
def sites():
    """Three projects in two counties; of their people one is inside, one has left, one never came, and so on."""
    near = project(at="530902", name="甲项目")
    far = project(at="530921", industry=Industry.TRANSPORT, name="乙项目")
    own = project(at="530900", name="丙项目")
    inside = factories.engagement(near, factories.worker(name="在内"))
    punched(inside, (at(7), IN), (at(11), OUT), (at(13), IN))
    left = factories.engagement(
        near, factories.worker(name="已走"), team=factories.team(near, "木工班"), trade=Trade.FORMWORK
    )
    punched(left, (at(7, 10), IN), (at(12), OUT))
    factories.engagement(near, factories.worker(name="没来"), team=None)
    yesterday = factories.engagement(near, factories.worker(name="昨天"))
    punched(yesterday, (at(7, days=1), IN), (at(18, days=1), OUT))
    night = factories.engagement(far, factories.worker(name="夜班"), trade="")
    punched(night, (at(23, 30, days=1), IN))
    forgotten = factories.engagement(far, factories.worker(name="忘刷"))
    punched(forgotten, (at(20, days=1), IN))
    silent = factories.engagement(own, factories.worker(name="无向"))
    punched(silent, (at(8), ""), (at(9), ""), (at(10), ""))
    return near, far, own


def names(rows) -> set[str]:
    return set(rows.values_list("worker__name", flat=True))


def watch(user, **narrowed) -> Watch:
    return Watch(user, timezone.now(), **narrowed)


def test_each_state_names_its_people(sites):
    seen = watch(officer("530900"), region=Region.objects.get(pk="530900"))
    assert {state: names(seen.people(state)) for state in STATES} == {
        "today": {"在内", "已走", "夜班", "无向"},
        "inside": {"在内", "夜班", "无向"},
        "left": {"已走"},
        "registered": {"在内", "已走", "没来", "昨天", "夜班", "忘刷", "无向"},
        "absent": {"没来", "昨天", "忘刷"},
        "yesterday": {"昨天"},
    }


def test_a_night_shift_is_on_site_until_it_leaves_or_sixteen_hours_have_passed(sites, time_machine):
    seen = lambda: names(watch(officer("530900")).people("today"))  # noqa: E731
    assert "夜班" in seen()
    assert "忘刷" not in seen()
    time_machine.move_to(at(15, 31), tick=False)
    assert "夜班" not in seen()


@pytest.mark.parametrize("by", ["place", "project", "industry", "trade"])
def test_the_parts_of_every_breakdown_add_up_to_the_whole(sites, by):
    seen = watch(officer("530900"), region=Region.objects.get(pk="530900"))
    for figure in ("today", "inside", "left", "registered", "yesterday"):
        assert sum(getattr(line.figures, figure) for line in seen.lines(by)) == getattr(seen.total, figure)


def test_what_a_place_supervises_itself_is_a_line_of_its_own(sites):
    seen = watch(officer("530900"), region=Region.objects.get(pk="530900"))
    assert [(line.label, line.figures.today) for line in seen.lines("place")] == [
        ("临沧市（本级）", 1),
        ("临翔区", 2),
        ("凤庆县", 1),
    ]


NUMBER = re.compile(r'id="(live-[\w-]+)" href="([^"]+)">([\d,]+)</a>')


@pytest.mark.parametrize(
    ("user", "queries"),
    [
        (lambda sites: officer("530000"), ["", "by=trade", "by=industry", "by=project"]),
        (lambda sites: officer("530900"), ["", "region=530902", "region=530900&own=1", "region=530902&by=trade"]),
        (lambda sites: officer("530902"), ["", "by=trade"]),
        (lambda sites: industry_officer("530900"), ["", "by=project"]),
        (
            lambda sites: clerk(sites[0].general_contractor),
            ["", "project={near}", "project={near}&by=trade"],
        ),
    ],
    ids=["province", "prefecture", "county", "industry", "clerk"],
)
def test_every_number_leads_to_a_list_of_exactly_so_many(client, sites, user, queries):
    client.force_login(user(sites))
    checked = 0
    for query in queries:
        page = client.get(f"{reverse('workers:live')}?{query.format(near=sites[0].pk)}").content.decode()
        for _, address, shown in NUMBER.findall(page):
            table = client.get(address.replace("&amp;", "&")).context["table"]
            assert len(list(table.rows())) == int(shown.replace(",", "")), address
            checked += 1
    assert checked > 5


def test_a_new_punch_is_in_the_next_answer(client, sites):
    client.force_login(officer("530902"))
    address = reverse("workers:live")
    before = client.get(address).context["watch"].total
    late = factories.engagement(sites[0], factories.worker(name="晚到"))
    punched(late, (at(14, 59), IN))
    part = client.get(address, headers={"HX-Request": "true"})
    assert part.context["watch"].total.today == before.today + 1
    assert "<!doctype" not in part.content.decode().lower()


def test_places_and_projects_out_of_scope_are_not_found(client, sites):
    near, far, _ = sites
    client.force_login(officer("530902"))
    for query in ("region=530921", f"project={far.pk}", "region=530000"):
        assert client.get(f"{reverse('workers:live')}?{query}").status_code == 404
    client.force_login(clerk(near.general_contractor))
    assert client.get(f"{reverse('workers:live')}?region=530902").status_code == 404
    assert client.get(f"{reverse('workers:live_people')}?state=nonsense").status_code == 404


def test_an_older_clocking_that_comes_late_does_not_take_somebody_back(sites):
    inside = Presence.objects.get(engagement__worker__name="在内")
    write_punches([PunchRow(inside.engagement_id, at(17, days=1), OUT)])
    again = Presence.objects.get(pk=inside.pk)
    assert (again.day, again.inside, again.last_at) == (inside.day, True, at(13))


def test_an_exit_that_was_missing_between_is_heard(sites):
    left = Presence.objects.get(engagement__worker__name="已走")
    write_punches([PunchRow(left.engagement_id, at(12, 30), IN), PunchRow(left.engagement_id, at(12, 40), OUT)])
    assert Presence.objects.get(pk=left.pk).last_at == at(12, 40)
    assert not Presence.objects.get(pk=left.pk).inside
