"""Notices behind the bell, and the text messages that go with them."""

import logging
import threading

import pytest
from django.db import close_old_connections, connection

from core import channels, notices
from core.models import Notice
from organizations.models import User
from tests.organizations.factories import officer

pytestmark = pytest.mark.django_db
SENT: list[tuple[str, str]] = []


class Recording(channels.Sms):
    def send(self, phone: str, text: str) -> None:
        SENT.append((phone, text))


class Failing(channels.Sms):
    def send(self, phone: str, text: str) -> None:
        SENT.append((phone, text))
        raise OSError("the gateway is gone")


@pytest.fixture(autouse=True)
def _recorded(settings, monkeypatch):
    SENT.clear()
    settings.SMS_BACKEND = f"{__name__}.Recording"
    monkeypatch.setattr("core.notices.current_app.send_task", lambda *args, **kwargs: None)


def everybody():
    return User.objects.all()


def tell(**fields) -> int:
    facts = {"text": "3 条预警将于明日到期。", "url": "/alerts/", "key": "due:1"} | fields
    return notices.tell(everybody(), facts.pop("text"), facts.pop("url"), **facts)


def test_everyone_concerned_is_told_once_in_one_statement(few_queries):
    people = [officer() for _ in range(5)]
    gone = officer(is_active=False)
    with few_queries(1):
        assert tell() == 5
    assert tell() == 0
    assert [notices.unread(user) for user in people] == [1] * 5
    assert notices.unread(gone) == 0


def test_a_message_goes_to_those_with_a_telephone_and_never_twice():
    with_phone, without = officer(phone="13900001234"), officer()
    tell(sms=True)
    assert notices.send_waiting() == 1
    assert notices.send_waiting() == 0
    assert [phone for phone, _ in SENT] == [with_phone.phone]
    assert {notice.user: notice.sms for notice in Notice.objects.all()} == {with_phone: "sent", without: ""}


def test_what_fails_is_not_sent_again(settings):
    settings.SMS_BACKEND = f"{__name__}.Failing"
    officer(phone="13900001234")
    tell(sms=True)
    notices.send_waiting()
    notices.send_waiting()
    assert len(SENT) == 1
    assert Notice.objects.get().sms == Notice.Sms.FAILED


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_message_once():
    for number in range(30):
        officer(phone=f"1390000{number:04d}")
    tell(sms=True)
    barrier = threading.Barrier(2)

    def work() -> None:
        barrier.wait()
        notices.send_waiting()
        close_old_connections()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(SENT) == len(set(SENT)) == 30


def test_the_console_shows_the_number_masked(settings, caplog):
    settings.SMS_BACKEND = "core.channels.ConsoleSms"
    with caplog.at_level(logging.INFO):
        channels.sms().send("13900001234", "请整改。")
    assert "139****1234" in caplog.text
    assert "13900001234" not in caplog.text


def test_the_file_is_for_the_portal_alone(settings, tmp_path, caplog):
    settings.SMS_BACKEND, settings.SMS_FILE = "core.channels.FileSms", str(tmp_path / "sms.txt")
    with caplog.at_level(logging.INFO):
        for text in ("请整改。", "请\n复核。"):
            channels.sms().send("13900001234", text)
    file = tmp_path / "sms.txt"
    assert [line.split("\t")[1:] for line in file.read_text().splitlines()] == [
        ["13900001234", "请整改。"],
        ["13900001234", "请 复核。"],
    ]
    assert file.stat().st_mode & 0o077 == 0
    assert "13900001234" not in caplog.text


def test_the_bell_counts_and_a_notice_that_is_opened_is_read(client):
    me, other = officer(), officer()
    client.force_login(me)
    tell()
    page = client.get("/notices/").content.decode()
    assert "消息，1 条未读" in page
    assert "3 条预警将于明日到期。" in page
    own, foreign = Notice.objects.get(user=me), Notice.objects.get(user=other)
    assert client.post(f"/notices/{foreign.pk}/").status_code == 404
    assert client.post(f"/notices/{own.pk}/").url == "/alerts/"
    assert (notices.unread(me), notices.unread(other)) == (0, 1)
    tell(key="due:2")
    client.post("/notices/read/")
    assert (notices.unread(me), notices.unread(other)) == (0, 2)
