"""Whose address stands in the log of acts behind a proxy."""

import pytest

from core.models import AuditEntry

pytestmark = pytest.mark.django_db
PROXY = {"REMOTE_ADDR": "10.0.0.1"}


def address_of_a_failure(client, **meta):
    client.post("/login/", {"username": "nobody", "password": "wrong"}, **PROXY, **meta)
    return AuditEntry.objects.latest("pk").ip_address


@pytest.mark.parametrize(
    ("behind", "told", "kept"),
    [
        (False, "203.0.113.7", "10.0.0.1"),
        (True, "203.0.113.7", "203.0.113.7"),
        (True, "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # the first is what the caller claimed
        (True, "2001:db8::7", "2001:db8::7"),
        (True, "203.0.113.7, nonsense", None),
        (True, "", None),
    ],
)
def test_only_what_the_own_proxy_appended_is_believed(client, settings, behind, told, kept):
    settings.BEHIND_PROXY = behind
    assert address_of_a_failure(client, HTTP_X_FORWARDED_FOR=told) == kept


def test_without_addresses_one_persons_mistakes_are_nobody_elses(client, settings, monkeypatch):
    monkeypatch.setattr("organizations.lockout.WRONG_AN_HOUR", 1)
    settings.BEHIND_PROXY = True
    for number in ("530902198503150011", "530902198503150038", "530902198503150054"):
        answer = client.post("/worker/", {"username": number, "password": "000000"}).content.decode()
        assert "次数太多" not in answer


def test_a_workers_page_leads_to_the_login_of_workers(client):
    assert client.get("/my/wages/")["Location"] == "/worker/?next=/my/wages/"
    assert client.get("/projects/")["Location"] == "/login/?next=/projects/"
