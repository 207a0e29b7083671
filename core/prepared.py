"""Statements a session runs again and again: PostgreSQL plans them once, for whatever values come.

For queries whose planning takes longer than their work. Their tables have to look alike each time: a temporary table
that is analysed anew, truncated or dropped has all of its plans made again.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection

KEPT = 300  # statements a session keeps planned
ONE_PLAN = "SET LOCAL plan_cache_mode = force_generic_plan"


def execute(query: str, params: Mapping[str, Any] | None = None) -> int:
    """Within a transaction, on the connection of Django's cursors; returns the rows written. Values travel apart from
    the statement, so each has to have a type where it stands."""
    connection.connection.prepared_max, connection.connection.prepare_threshold = KEPT, 0  # Django's cursors keep none
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(query, params, prepare=True)
        return cursor.rowcount
