"""Test databases are copies of one that the migrations made; it is made anew only when a migration has changed."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection

MADE_BY_MIGRATIONS = "test_made_by_"


def copy_for_this_run() -> None:
    """What an earlier run has left behind is replaced."""
    name = connection.creation._get_test_db_name()
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [MADE_BY_MIGRATIONS])  # of all runs on this server
        _make(cursor)
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{made_by_migrations()}"')


def made_by_migrations() -> str:
    digest = hashlib.sha256()
    for file in [settings.BASE_DIR / "requirements.txt", *sorted(settings.BASE_DIR.glob("*/migrations/*.py"))]:
        digest.update(file.name.encode() + file.read_bytes())
    return MADE_BY_MIGRATIONS + digest.hexdigest()[:16]


def _make(cursor) -> None:
    name = made_by_migrations()
    cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{MADE_BY_MIGRATIONS}%"])
    if name in (known := {row[0] for row in cursor.fetchall()}):
        return
    for other in known:
        cursor.execute(f'DROP DATABASE "{other}" WITH (FORCE)')
    unfinished = f"{MADE_BY_MIGRATIONS}now"
    cursor.execute(f'CREATE DATABASE "{unfinished}"')
    with _connected_to(unfinished):
        call_command("migrate", verbosity=0, interactive=False)
    cursor.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    before = connection.settings_dict["NAME"]
    _reconnect(name)
    try:
        yield
    finally:
        _reconnect(before)


def _reconnect(name: str) -> None:
    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name
