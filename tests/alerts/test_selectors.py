from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from alerts import selectors
from alerts.enums import Level, WarningState
from alerts.models import Warning
from tests.alerts.factories import TODAY, warning
from tests.organizations.factories import industry_officer, officer, region
from tests.projects.factories import project

pytestmark = pytest.mark.django_db


def noon(days_ago: int) -> datetime:
    return timezone.make_aware(
        datetime.combine(TODAY - timedelta(days=days_ago), datetime.min.time().replace(hour=12))
    )


def released(days_ago: int, **fields) -> Warning:
    state = {"state": WarningState.RELEASED, "release_kind": "data", "released_at": noon(days_ago)}
    return warning(**state, **fields)


def test_the_summary_counts_open_warnings_only():
    warning(level=Level.RED, due_on=TODAY - timedelta(days=1))
    warning(level=Level.YELLOW, due_on=TODAY, state=WarningState.ACCEPTED)
    warning(due_on=TODAY + timedelta(days=8))
    released(0)
    found = selectors.summary(Warning.objects.all(), TODAY)
    assert (found.open, found.red, found.orange, found.yellow) == (3, 1, 1, 1)
    assert (found.waiting, found.due_soon, found.overdue) == (2, 1, 1)


def test_the_parts_of_what_is_urgent_add_up_to_it():
    """Overdue, nearly due at the own office, sent up to it: none twice."""
    late, soon, later = TODAY - timedelta(days=1), TODAY + timedelta(days=7), TODAY + timedelta(days=8)
    for due in (late, soon, later):
        warning(due_on=due)
        warning(due_on=due, office_level=4, home_level=6)
        warning(due_on=due, office_level=4, home_level=4)
    for user in (officer("530902"), officer("530900"), officer("530000"), industry_officer("530900"), None):
        found = selectors.summary(Warning.objects.all(), TODAY, user)
        assert found.overdue + found.urgent_soon + found.urgent_above == found.urgent
        assert found.urgent == selectors.urgent(Warning.objects.all(), user, TODAY).count()
    prefecture = selectors.summary(Warning.objects.all(), TODAY, officer("530900"))
    assert (prefecture.overdue, prefecture.urgent_soon, prefecture.urgent_above) == (3, 2, 1)


def test_every_level_is_there_gravest_first():
    warning(level=Level.YELLOW, due_on=TODAY - timedelta(days=1))
    figures = selectors.by_level(Warning.objects.all(), TODAY)
    assert [(f.level, f.count, f.overdue) for f in figures] == [("red", 0, 0), ("orange", 0, 0), ("yellow", 1, 1)]


def test_ages_meet_without_gap_or_overlap():
    for days in (0, 7, 8, 15, 16, 30, 31, 400):
        warning(raised_at=noon(days))
    assert [figure.count for figure in selectors.by_age(Warning.objects.all(), TODAY)] == [2, 2, 2, 2]


def test_age_agrees_with_the_age_a_warning_shows():
    made = warning(raised_at=noon(8))
    assert made.age_days(TODAY) == 8
    assert Warning.objects.filter(selectors.age_q(TODAY, 8, 15)).get() == made


def test_the_trend_has_every_day_and_both_directions():
    warning(raised_at=noon(2))
    released(0, raised_at=noon(1))
    released(3, raised_at=noon(3))
    figures = selectors.trend(Warning.objects.all(), TODAY, 3)
    assert [(f.raised, f.released) for f in figures] == [(1, 0), (1, 0), (0, 1)]
    assert figures[-1].day == TODAY


def test_places_below_a_region_are_ranked_and_complete():
    for code in ("530902", "530921", "530102"):
        region(code)
    for code, count in (("530902", 1), ("530921", 2), ("530102", 5)):
        home = project(at=code)
        for _ in range(count):
            warning(home)
    prefectures = selectors.by_place(Warning.objects.all(), region("530000"), TODAY)
    assert [(f.region.code, f.open) for f in prefectures] == [("530100", 5), ("530900", 3)]
    counties = selectors.by_place(Warning.objects.all(), region("530900"), TODAY)
    assert [(f.region.code, f.open) for f in counties] == [("530921", 2), ("530902", 1)]
    county = selectors.by_place(Warning.objects.all(), region("530902"), TODAY)
    assert [(f.region.code, f.open) for f in county] == [("530902", 1)]


def test_each_figure_is_one_query(django_assert_num_queries):
    warning()
    everything = Warning.objects.all()
    for figure in (selectors.summary, selectors.by_level, selectors.by_age):
        with django_assert_num_queries(1):
            figure(everything, TODAY)
