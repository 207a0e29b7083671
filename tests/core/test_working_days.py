from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import working_days
from core.models import CalendarDay, WorkdayOverride

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def calendar(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        working_days.load_published(range(2024, 2027))
        yield
        WorkdayOverride.objects.all().delete()
        CalendarDay.objects.all().delete()


def test_national_day_pushes_a_deadline_behind_the_holiday():
    """2026: 1–7 October free, 20 September and 10 October worked (State Council notice)."""
    assert not working_days.is_workday(date(2026, 10, 1))
    assert working_days.is_workday(date(2026, 10, 10))  # a Saturday
    assert working_days.add_workdays(date(2026, 9, 30), 1).day == date(2026, 10, 8)


def test_a_term_counts_from_the_day_after_the_event():
    assert working_days.add_workdays(date(2026, 11, 20), 5).day == date(2026, 11, 27)  # Friday to Friday


def test_past_the_last_published_year_a_deadline_is_provisional():
    assert not working_days.add_workdays(date(2026, 12, 1), 10).provisional
    assert working_days.add_workdays(date(2026, 12, 28), 10).provisional


@settings(max_examples=30, deadline=None)
@given(start=st.dates(date(2024, 1, 1), date(2026, 12, 1)), count=st.integers(1, 15))
def test_terms_and_distances_agree_with_counting_on_the_fingers(start, count):
    due = working_days.add_workdays(start, count).day
    works = set(CalendarDay.objects.filter(is_workday=True, day__gt=start, day__lte=due).values_list("day", flat=True))
    assert len(works) == count
    assert due in works
    assert working_days.workdays_between(start, due) == count
    assert working_days.workdays_between(start, due - timedelta(days=1)) == count - 1
