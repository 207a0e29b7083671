"""Terms are counted in working days: a plugin of the tests that need the calendar, imported by their conftest."""

import pytest

from core import working_days
from core.models import CalendarDay


@pytest.fixture(autouse=True)
def _calendar(request):
    marker = request.node.get_closest_marker("django_db")
    if marker is None and "transactional_db" not in request.fixturenames:
        return
    whole = marker is None or marker.kwargs.get("transaction")
    request.getfixturevalue("transactional_db" if whole else "db")
    if not CalendarDay.objects.exists():
        working_days.rebuild()
