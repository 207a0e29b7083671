"""The reference tables, as the system administrator keeps them."""

from datetime import date

import pytest
from django.urls import reverse

from core import working_days
from core.models import CalendarDay, PublishedYear, WorkdayOverride
from tests.organizations import factories as who

pytestmark = pytest.mark.django_db
HOLIDAY = date(2027, 10, 1)  # a Friday


@pytest.fixture
def system(client):
    client.force_login(who.administrator())
    WorkdayOverride.objects.create(day=HOLIDAY, is_workday=False, name="国庆节")
    PublishedYear.objects.create(year=2027)
    working_days.rebuild()
    return client


def _delete_selected(client, model: str, key) -> None:
    form = {"action": "delete_selected", "_selected_action": [str(key)], "post": "yes"}
    assert client.post(reverse(f"admin:core_{model}_changelist"), form).status_code == 302


def test_the_calendar_follows_a_day_deleted_from_the_list(system):
    assert not working_days.is_workday(HOLIDAY)
    _delete_selected(system, "workdayoverride", HOLIDAY)
    assert working_days.is_workday(HOLIDAY)


def test_the_calendar_follows_a_day_that_is_added(system):
    form = {"day": "2027-10-04", "name": "国庆节"}
    assert system.post(reverse("admin:core_workdayoverride_add"), form).status_code == 302
    assert not working_days.is_workday(date(2027, 10, 4))


def test_a_year_taken_back_makes_its_deadlines_provisional(system):
    assert not CalendarDay.objects.get(day=HOLIDAY).provisional
    _delete_selected(system, "publishedyear", 2027)
    assert CalendarDay.objects.get(day=HOLIDAY).provisional


def test_prometheus_figures_are_for_the_system_administrator(system):
    assert b"django_http_requests" in system.get("/metrics").content
    system.force_login(who.officer())
    assert system.get("/metrics").status_code == 403
