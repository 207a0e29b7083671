"""Rows that stand in a table, out of it and into it again as they are: what a bare COPY needs."""

from django.db import connection
from psycopg import sql


def last_id(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
        return cursor.fetchone()[0]


def written_since(table: str, after: int) -> tuple[list[str], bytes]:
    """The columns and rows with a greater id, as binary COPY takes them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND attgenerated = '' ORDER BY attnum",
            [table],
        )
        columns = [name for (name,) in cursor.fetchall()]
        query = sql.SQL("SELECT {} FROM {} WHERE id > {} ORDER BY id").format(
            _names(columns), sql.Identifier(table), sql.Literal(after)
        )
        with cursor.copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT BINARY)").format(query)) as copy:
            return columns, b"".join(map(bytes, copy))


def copy_in(cursor, table: str, columns: list[str], content: bytes) -> None:
    command = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table), _names(columns))
    with cursor.copy(command) as copy:
        copy.write(content)


def _names(columns: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
