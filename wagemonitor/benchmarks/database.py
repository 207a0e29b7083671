"""A database of its own beside the portal's: what is measured never touches anybody's data, files, cache or queue."""

import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import override_settings
from psycopg import sql

from wagemonitor.celery import app

FILLED = "filled by manage.py benchmark"  # comment on a database whose province is complete
MADE_FROM = "template1"  # the tests have one that is migrated already


def name_for(scale: str) -> str:
    return f"{settings.DATABASES['default']['NAME']}_benchmark_{scale}"


@contextmanager
def own_database(name: str, fill: Callable[[], None], *, keep: bool = False, reuse: bool = False) -> Iterator[None]:
    """The default connection leads there for a while. It is filled unless one that is complete may be reused."""
    filled = reuse and _is_filled(name)
    if not filled:
        _drop(name)
        _administer(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(MADE_FROM)))
    try:
        with _connected_to(name):
            call_command("migrate", verbosity=0)
            if not filled:
                fill()
                filled = True
            _analyse()  # a migration may have brought columns and indexes of which the planner knows nothing
            yield
    finally:
        if keep and filled:
            _administer(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(FILLED)))
        else:
            _drop(name)


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    usual = connection.settings_dict["NAME"]
    _lead(name)
    try:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder, _nothing_shared(folder):
            yield
    finally:
        _lead(usual)


def _lead(name: str) -> None:
    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = name
    ContentType.objects.clear_cache()  # their numbers are each database's own


@contextmanager
def _nothing_shared(folder: str) -> Iterator[None]:
    """Attachments in a folder that goes, a cache in this process, messages that reach no worker; a quiet log."""
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    broker, app.conf.broker_url = app.conf.broker_url, "memory://localhost"
    logging.disable(logging.INFO)
    try:
        with override_settings(
            STORAGES=settings.STORAGES | {"default": files},
            CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        ):
            yield
    finally:
        app.conf.broker_url = broker
        logging.disable(logging.NOTSET)


def environment(folder: str) -> dict[str, str]:
    """For a child process: the same database and keys, and like here nothing shared besides."""
    at = connection.settings_dict
    login = f"{quote(at['USER'])}:{quote(at['PASSWORD'])}" if at["PASSWORD"] else quote(at["USER"])
    return os.environ | {
        "DATABASE_URL": f"postgresql://{login}@{at['HOST'] or 'localhost'}:{at['PORT'] or 5432}/{at['NAME']}",
        "REDIS_URL": "memory://localhost",
        "SECRET_KEY": settings.SECRET_KEY,
        "DATA_KEYS": settings.DATA_KEYS,
        "INDEX_KEY": settings.INDEX_KEY,
        "ATTACHMENT_DIR": folder,
    }


# --- databases -------------------------------------------------------------------------------------------------------


def _analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _is_filled(name: str) -> bool:
    found = _administer(
        sql.SQL("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = {}").format(
            sql.Literal(name)
        )
    )
    return bool(found) and found[0][0] == FILLED


def _drop(name: str) -> None:
    try:
        _administer(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
    except psycopg.errors.ObjectInUse as error:
        raise CommandError(f"数据库 {name} 正被另一次测量使用。") from error


def _administer(statement: sql.Composed) -> list[tuple]:
    """Outside any transaction, and not through the pool: a database is not made from within itself."""
    parameters = connection.get_connection_params()
    parameters = {key: value for key, value in parameters.items() if key in ("host", "port", "user", "password")}
    with psycopg.connect(**parameters, dbname=settings.DATABASES["default"]["NAME"], autocommit=True) as link:
        found = link.execute(statement)
        return found.fetchall() if found.description else []
