"""Month partitions of the attendance tables, made ahead by beat and on demand by whoever loads older months."""

from collections.abc import Iterable
from datetime import date

from django.db import connection

TABLES = ("workers_attendanceday", "workers_punch")


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def ensure(months: Iterable[date]) -> list[str]:
    """Make the partitions of these months (given by their firsts) where they are missing; returns what was made."""
    made = []
    with connection.cursor() as cursor:
        for month in sorted(set(months)):
            for table in TABLES:
                name = f"{table}_{month:%Y%m}"
                cursor.execute("SELECT to_regclass(%s)", [name])
                if cursor.fetchone()[0] is None:
                    _create(cursor, table, name, month)
                    made.append(name)
    return made


def _create(cursor, table: str, name: str, month: date) -> None:
    # Two loaders may want the same month at once: the second finds it made.
    bounds = f"FROM ('{month}') TO ('{next_month(month)}')"
    cursor.execute(f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {table} FOR VALUES {bounds}")
