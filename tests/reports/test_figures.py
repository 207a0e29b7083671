from collections import Counter, defaultdict
from datetime import date
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organizations.enums import Industry
from organizations.models import Region
from projects.enums import Status
from projects.models import Project
from reports import selectors
from reports.figures import COUNTS, RATES, Figures, Period, closes_on, due_month
from reports.models import Baseline
from reports.places import Places
from reports.selectors import Group
from tests.accounts import factories as money
from tests.organizations.factories import region
from tests.projects.factories import project
from tests.reports.counting import LAST, MONTH, by_hand, noon, province
from tests.workers import factories as workers
from workers.models import AttendanceMonth

pytestmark = pytest.mark.django_db
DECEMBER = noon(date(2026, 12, 24))


def ids() -> list[int]:
    return list(Project.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.parametrize("seed", range(4))
def test_every_figure_is_what_a_count_by_hand_finds(seed, django_assert_num_queries):
    province(Random(seed))
    expected = {made.pk: by_hand(made) for made in Project.objects.all()}
    with django_assert_num_queries(1):
        found = selectors.project_figures(list(expected), Period.of(MONTH, DECEMBER))
    assert len(found) == len(expected)
    for row in found:
        assert dict(row.figures) == {key: expected[row.id][key] for key in COUNTS}, row.name


@pytest.mark.parametrize("seed", range(3))
def test_the_groups_are_the_sums_of_their_projects_and_no_part_exceeds_its_whole(seed):
    province(Random(100 + seed))
    period = Period.of(MONTH, DECEMBER)
    parts = defaultdict(list)
    for row in selectors.project_figures(ids(), period):
        parts[row.jurisdiction, row.industry].append(row.figures)
    groups = selectors.groups(ids(), period)
    assert {(g.jurisdiction, g.industry): dict(g.figures) for g in groups} == {
        key: dict(Figures.total(own)) for key, own in parts.items()
    }
    for group in groups:
        for part, whole in group.figures.rates.values():
            assert 0 <= part <= whole


def test_counts_asked_for_alone_are_the_same_and_the_others_are_not_told_as_zero():
    province(Random(11))
    period, few = Period.of(MONTH, DECEMBER), ("in_scope", "account_open", "open")
    everything, some = selectors.groups(ids(), period), selectors.groups(ids(), period, only=few)
    assert [dict(g.figures) for g in some] == [{key: g.figures[key] for key in few} for g in everything]
    total = Figures.total(group.figures for group in some)
    assert list(total.rates) == ["account"]
    with pytest.raises(KeyError):
        total["net"]


def test_what_no_count_asked_for_needs_is_not_read():
    with CaptureQueriesContext(connection) as queries:
        selectors.groups([], Period.of(MONTH, DECEMBER), only=("in_scope", "account_open", "open"))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "accounts_specialaccount" in plan
    # `attended` is planned all the same, but runs only for those who read it
    assert not [
        name for name in ("accounts_payrollline", "accounts_ledgerentry", "workers_engagement") if name in plan
    ]


def test_counties_add_up_to_prefectures_and_prefectures_to_the_province():
    province(Random(7), projects=12)
    project(at="530900")
    places = Places(region("530000"), selectors.groups(ids(), Period.of(MONTH, DECEMBER)))
    everything = Figures.total(group.figures for group in places.groups)
    assert places.whole.figures.counts == everything.counts
    assert Figures.total(place.figures for place in places.below()).counts == everything.counts
    for prefecture in (place for place in places.below() if place.region):
        inside = places.below(prefecture.region)
        assert Figures.total(place.figures for place in inside).counts == prefecture.figures.counts
    own = [place for place in places.tree() if place.region is None]
    assert [place.name for place in own] == ["临沧市本级"]
    assert Figures.total(figures for _, figures in places.industries()).counts == everything.counts


def test_codes_are_compared_by_their_level_not_by_their_zeros():
    Region.objects.create(code="371000", name="威海市", level=4, parent=None)
    places = Places(Region.objects.get(pk="371000"), [Group("371100", "housing", Figures({"projects": 1}))])
    assert places.whole.figures["projects"] == 0


def test_inclusion_counts_building_projects_against_the_baseline_and_counties_have_none():
    Baseline.objects.create(region=region("530900"), as_of=date(2022, 3, 1), projects=999)
    Baseline.objects.create(region=region("530900"), as_of=date(2023, 3, 1), projects=153)
    Baseline.objects.create(region=region("530100"), as_of=date(2023, 3, 1), projects=792)
    project(at="530902")
    project(at="530902", industry=Industry.WATER)
    places = Places(region("530000"), selectors.groups(ids(), Period.of(MONTH, DECEMBER)))
    by_code = {place.code: place.inclusion for place in places.tree()}
    assert by_code["530000"] == (1, 945)
    assert by_code["530900"] == (1, 153)
    assert by_code.get("530902") is None


def test_a_month_without_data_has_zeros_and_no_rates():
    made = project(supervised_from=date(2026, 9, 1), status=Status.PREPARING)
    figures = selectors.project_figures([made.pk], Period.of(MONTH, DECEMBER))[0].figures
    assert {key for key, value in figures.items() if value} == {"projects"}
    assert all(whole == 0 for _, whole in figures.rates.values())
    assert selectors.groups([], Period.of(MONTH, DECEMBER)) == []


def test_the_running_month_tells_the_project_as_it_is_and_a_past_one_as_it_was():
    made = project(status=Status.SUSPENDED)
    made.status_changes.create(status=Status.IN_PROGRESS, on=date(2026, 8, 1))
    made.status_changes.create(status=Status.SUSPENDED, on=date(2026, 11, 3))
    november = Period.of(date(2026, 11, 1), noon(date(2026, 11, 20)))
    assert november.is_running
    assert selectors.project_figures([made.pk], november)[0].figures["in_progress"] == 0
    assert selectors.project_figures([made.pk], Period.of(MONTH, DECEMBER))[0].figures["in_progress"] == 1


def test_someone_registered_after_the_payroll_came_is_covered():
    made = project()
    person = workers.engagement(made)
    line = money.payroll_line(money.payroll(made, MONTH), engagement=person)
    line.engagement = None
    line.save()
    AttendanceMonth.objects.create(engagement=person, project=made, month=MONTH, days=20)
    figures = selectors.project_figures([made.pk], Period.of(MONTH, DECEMBER))[0].figures
    assert figures.rate("register") == (1, 1)
    assert figures.rate("attendance") == (1, 1)


@pytest.mark.parametrize("figure", ["in_progress", "roster", *RATES])
def test_the_projects_behind_a_figure_are_those_that_make_it(figure):
    province(Random(5))
    period = Period.of(MONTH, DECEMBER)
    rows = selectors.project_figures(ids(), period)
    if figure in RATES:
        having = [row for row in rows if row.figures.rate(figure)[1] > 0]
        lacking = [row.id for row in having if row.figures.rate(figure)[0] < row.figures.rate(figure)[1]]
        assert selectors.behind(ids(), period, figure, lacking=True).project_ids == sorted(lacking)
        rate = Figures.total(row.figures for row in rows).rate(figure)
        assert selectors.behind(ids(), period, figure).rate == rate
    else:
        having = [row for row in rows if row.figures[figure] > 0]
    assert selectors.behind(ids(), period, figure).project_ids == sorted(row.id for row in having)


def test_a_period_ends_with_its_month_or_now():
    past, now = Period.of(MONTH, DECEMBER), Period.of(date(2026, 12, 9), DECEMBER)
    assert (past.first, past.last, past.passed) == (MONTH, LAST, date(2026, 11, 1))
    assert timezone.localtime(past.until).isoformat() == "2026-11-01T00:00:00+08:00"
    assert (now.first, now.last, now.passed) == (date(2026, 12, 1), date(2026, 12, 24), date(2026, 12, 24))
    assert timezone.localtime(now.until).isoformat() == "2026-12-25T00:00:00+08:00"
    assert (past.is_running, now.is_running) == (False, True)
    assert Period.of(MONTH, noon(LAST)).is_running
    with pytest.raises(ValueError, match="2027-01"):
        Period.of(date(2027, 1, 1), DECEMBER)


@pytest.mark.parametrize(
    ("today", "month"),
    [((2026, 11, 19), (2026, 9, 1)), ((2026, 11, 20), (2026, 10, 1)), ((2026, 1, 20), (2025, 12, 1))],
)
def test_wages_of_a_month_are_due_on_the_twentieth_of_the_next(today, month):
    assert due_month(date(*today)) == date(*month)
    assert closes_on(date(*month)) <= date(*today)


def test_every_figure_says_what_it_is():
    for item in (*COUNTS.values(), *RATES.values()):
        assert item.label
        assert len(item.definition) > 5
    for rate in RATES.values():
        assert rate.numerator in COUNTS
        assert rate.denominator in COUNTS
    assert Counter(count.label for count in COUNTS.values()).most_common(1)[0][1] == 1
