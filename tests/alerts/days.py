"""Days of the tests of rules, and the calendar they count working days on."""

from datetime import date, timedelta

import pytest

from core import working_days
from core.models import CalendarDay, PublishedYear, WorkdayOverride
from tests.alerts.factories import TODAY


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@pytest.fixture(scope="module")
def calendar(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        working_days.load_published(range(2026, 2027))
        yield
        for model in (WorkdayOverride, PublishedYear, CalendarDay):
            model.objects.all().delete()
