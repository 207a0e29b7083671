"""Database triggers shared by models."""

from collections.abc import Iterator
from contextlib import contextmanager

import pghistory
import pgtrigger
from django.db import connection
from pgtrigger import Before, Delete, Protect, Statement, Trigger, Truncate, Update


def append_only() -> list[Trigger]:
    """No UPDATE, DELETE or TRUNCATE, not even by raw SQL."""
    return [Protect(name="append_only", operation=Update | Delete), no_truncate()]


def no_truncate() -> Trigger:
    """Row triggers do not see a TRUNCATE."""
    refuse = "RAISE EXCEPTION 'append-only: % may not be truncated', TG_TABLE_NAME;"
    return Trigger(name="no_truncate", operation=Truncate, level=Statement, when=Before, func=refuse)


@contextmanager
def bulk_history(**facts) -> Iterator[None]:
    """Enter within a transaction that writes thousands of rows with history; `facts` say in the history what it was.

    The triggers of pgtrigger and pghistory read two settings and catch the error when they are not set. Each caught
    error aborts a subtransaction, which walks all foreign key checks pending so far: 100,000 rows took many minutes
    instead of seconds. With both settings present nothing is caught.
    """
    with pghistory.context(**facts):
        _ignore_none()
        yield


@contextmanager
def without_triggers() -> Iterator[None]:
    """`pgtrigger.ignore()` for within `bulk_history`: by itself it leaves the setting empty, which is no list, and
    every trigger afterwards would catch that error."""
    with pgtrigger.ignore():
        yield
    _ignore_none()


def _ignore_none() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")
