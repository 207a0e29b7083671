import pytest
from django.core.cache import cache

from core import health

pytestmark = pytest.mark.django_db


def test_alive_needs_neither_login_nor_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert answer["Cache-Control"] == "no-store"


def test_ready_when_database_broker_and_migrations_are(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "broker": "ok", "migrations": "ok"}


def test_not_ready_while_the_broker_is_down(client, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionError("redis://:hidden@127.0.0.1")

    monkeypatch.setattr(cache._connections[cache._alias], "set", refuse)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["broker"] == "down"
    assert "hidden" not in answer.content.decode()


def test_not_ready_while_a_migration_is_missing(client, monkeypatch):
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: ["one"])
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["migrations"] == "waiting"


def test_not_ready_while_the_database_is_away_and_says_so_within_seconds(client, monkeypatch):
    params = health.connection.get_connection_params() | {"port": 1}
    monkeypatch.setattr(health.connection, "get_connection_params", lambda: params)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "down", "broker": "ok", "migrations": "waiting"}


def test_only_reading_is_allowed(client):
    assert client.post("/healthz").status_code == 405
