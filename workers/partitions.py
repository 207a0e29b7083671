"""Month partitions of the attendance tables, made ahead by beat and on demand by whoever loads older months."""

from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction

from core.months import next_month

TABLES = ("workers_attendanceday", "workers_punch")
_LOCK = 0x61747464  # advisory, within the transaction: two loaders may want the same month at once


@transaction.atomic
def ensure(months: Iterable[date]) -> list[str]:
    """Make the partitions of these months (given by their firsts) where they are missing; returns what was made."""
    wanted = [(table, f"{table}_{month:%Y%m}", month) for month in sorted(set(months)) for table in TABLES]
    with connection.cursor() as cursor:
        if _missing(cursor, wanted):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        made = _missing(cursor, wanted)
        for table, name, month in made:
            _create(cursor, table, name, month)
    return [name for _, name, _ in made]


def _missing(cursor, wanted: list[tuple]) -> list[tuple]:
    # Not to_regclass: it answers from a cache that waiting for the lock does not refresh.
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND relnamespace = current_schema()::regnamespace",
        [[name for _, name, _ in wanted]],
    )
    known = {name for (name,) in cursor.fetchall()}
    return [item for item in wanted if item[1] not in known]


def _create(cursor, table: str, name: str, month: date) -> None:
    """Attached, not created in place: that would lock out every reader of the table until the loader commits."""
    cursor.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)")
    bounds = f"FROM ('{month}') TO ('{next_month(month)}')"
    cursor.execute(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES {bounds}")
