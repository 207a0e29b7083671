"""Two writers of one project at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connections

from tests.projects.factories import project
from tests.workers import factories
from workers.enums import AttendanceSource
from workers.models import AttendanceDay, AttendanceMonth
from workers.services import DayRow, write_days

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*writes) -> list:
    start = Barrier(len(writes))

    def run(rows):
        start.wait()
        try:
            return write_days(rows, source=AttendanceSource.SHEET)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(writes)) as pool:
        return list(pool.map(run, writes))


def test_the_roll_up_has_the_days_of_both():
    worker = factories.engagement(project())
    halves = [
        [DayRow(worker.pk, date(2018, 5, day), Decimal(1)) for day in days] for days in (range(1, 16), range(16, 31))
    ]
    written = at_once(*halves)
    assert [item.created for item in written] == [15, 15]
    assert AttendanceMonth.objects.get().days == 30


def test_the_same_days_at_once_are_written_once():
    worker = factories.engagement(project())
    rows = [DayRow(worker.pk, date(2018, 6, day), Decimal(1)) for day in range(1, 31)]
    written = at_once(rows, rows)
    assert sorted((item.created, item.unchanged) for item in written) == [(0, 30), (30, 0)]
    assert AttendanceDay.objects.count() == 30
