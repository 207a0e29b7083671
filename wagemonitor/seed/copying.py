"""COPY into tables whose keys we number ourselves."""

from collections.abc import Iterable, Sequence

from django.db import connection


def first_free(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")
        return cursor.fetchone()[0]


def copy(table: str, columns: Sequence[str], rows: Iterable[Sequence]) -> int:
    """Write rows by COPY and set the table's sequence behind them; returns how many."""
    count = 0
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as stream:
            for count, row in enumerate(rows, start=1):  # noqa: B007
                stream.write_row(row)
        if "id" in columns:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM " + table + "))", [table]
            )
    return count


def execute(sql: str, params: dict | list | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount
