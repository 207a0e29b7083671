"""Fixtures and guards for every test. A guard turns a review remark into a failure (see tests/test_guards.py)."""

from collections.abc import Iterator

import pgtrigger
import pytest
from django.core.cache import cache
from django.test import TransactionTestCase

from tests import databases, guards
from wagemonitor.celery import app

pytest_plugins = ["tests.browser"]

app.conf.broker_url = "memory://"  # what tests send reaches no worker of a portal that runs beside them
guards.make_templates_strict()
guards.cut_the_network()

_flush = TransactionTestCase._fixture_teardown


def _flush_in_spite_of_triggers(self) -> None:
    """Transactional tests empty every table; the append-only tables refuse that to everyone else."""
    with pgtrigger.ignore():
        _flush(self)


TransactionTestCase._fixture_teardown = _flush_in_spite_of_triggers


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The copy is taken as it is."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker) -> None:
    with django_db_blocker.unblock():
        databases.copy_for_this_run()


@pytest.fixture(autouse=True)
def _settings(settings, tmp_path) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "attachments")},
        }
    }
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.guards.ReadingNeverWrites"]


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    cache.clear()


@pytest.fixture
def few_queries():
    """`with few_queries(12): client.get(…)` – a page's queries, pinned."""
    return guards.few_queries
