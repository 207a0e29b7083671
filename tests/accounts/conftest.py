from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction

from tests.terms import _calendar

__all__ = ["_calendar"]


@pytest.fixture(autouse=True)
def _in_november_2026():
    """The documents of these tests are of September and October 2026."""
    with time_machine.travel(datetime(2026, 11, 2, 10, tzinfo=ZoneInfo("Asia/Shanghai"))):
        yield


@pytest.fixture
def transactional_savepoint(db):
    """What an example of hypothesis writes is gone before the next."""

    @contextmanager
    def undone():
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    return undone
