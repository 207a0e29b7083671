"""Rows into a temporary table by binary COPY: the first half of every set-based write."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import connection
from psycopg import sql


def stage(
    table: str, columns: Mapping[str, str], rows: Iterable[Sequence], *, derived: Mapping[str, str] | None = None
) -> int:
    """A temporary table of these columns (name → SQL type), filled; it goes with the transaction. `derived` columns
    stand behind them for later statements to fill.

    Answers the number of rows. Call it within a transaction; staging the same table again replaces it.
    """
    name = sql.Identifier(table)
    fields = _definitions({**columns, **(derived or {})})
    filled = sql.SQL(", ").join(map(sql.Identifier, columns))
    with connection.cursor() as cursor:
        _execute(cursor, sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(name))
        _execute(cursor, sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(name, fields))
        written = 0
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(name, filled)) as copy:
            copy.set_types(list(columns.values()))
            for row in rows:
                copy.write_row(row)
                written += 1
        analyse(cursor, table)
    return written


def analyse(cursor, table: str) -> None:
    """By a tenth of the usual sample, which costs as much as a statement: the planner needs hardly more than sizes."""
    few, all_ = "SET LOCAL default_statistics_target = 10", "SET LOCAL default_statistics_target TO DEFAULT"
    _execute(cursor, sql.SQL(f"{few}; ANALYZE {{}}; {all_}").format(sql.Identifier(table)))


def _definitions(columns: Mapping[str, str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(c), sql.SQL(t)) for c, t in columns.items())


def _execute(cursor, statement: sql.Composed) -> None:
    """As text: within a request (and within `bulk_history`) pghistory reads every statement, and only text."""
    cursor.execute(statement.as_string(None))
