"""What two people, or one impatient one, do at the same moment. Real transactions, real locks."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from core.models import AuditEntry
from projects import imports
from projects.enums import ImportState
from projects.imports import engine
from projects.models import ImportBatch, Project, WageClerk
from tests.organizations.factories import clerk
from tests.projects.factories import project
from tests.projects.sheets import sheet, toy  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("toy")]


def at_once(*steps) -> list:
    barrier = Barrier(len(steps))

    def run(step):
        try:
            barrier.wait(10)
            return step()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return [done.result(60) for done in [pool.submit(run, step) for step in steps]]


@pytest.fixture
def site():
    return project(name="临翔区妇幼保健院迁建项目")


@pytest.fixture
def sender(site):
    return clerk(site.general_contractor)


def received(site, sender) -> ImportBatch:
    return imports.receive(site, "toy", content=sheet(), filename="a.xlsx", by=sender)


def test_two_clicks_at_once_import_once(site, sender):
    batch = imports.examine(received(site, sender))
    done = at_once(*[lambda: imports.apply(batch, by=sender)] * 2)
    assert [found.state for found in done] == [ImportState.APPLIED] * 2
    assert WageClerk.objects.count() == 3
    assert AuditEntry.objects.filter(action="import.apply").count() == 1


def test_the_same_file_twice_at_once_doubles_nothing(site, sender):
    first, second = received(site, sender), received(site, sender)
    at_once(lambda: imports.examine(first), lambda: imports.examine(second))
    done = at_once(lambda: imports.apply(first, by=sender), lambda: imports.apply(second, by=sender))
    assert sorted(found.outcome["created"] for found in done) == [0, 3]
    assert sorted(found.outcome["unchanged"] for found in done) == [0, 3]
    assert WageClerk.objects.count() == 3


def test_two_browsers_at_once_get_an_answer_each(site, sender):
    def send():
        client = Client()
        client.force_login(sender)
        file = {"file": SimpleUploadedFile("a.xlsx", sheet())}
        page = client.post(reverse("imports:upload", args=[site.pk, "toy"]), file)
        return client.post(f"{page.url}apply/", follow=True).status_code

    assert at_once(send, send, send) == [200] * 3
    assert WageClerk.objects.count() == 3
    assert set(ImportBatch.objects.values_list("state", flat=True)) == {ImportState.APPLIED}


def test_who_waits_too_long_is_told_and_may_try_again(site, sender, monkeypatch):
    batch = imports.examine(received(site, sender))
    held, tried = Event(), Event()
    monkeypatch.setattr(engine, "PATIENCE", "200ms")

    def hold():
        with transaction.atomic():
            Project.objects.select_for_update().get(pk=site.pk)
            held.set()
            tried.wait(10)

    def try_meanwhile():
        held.wait(10)
        client = Client()
        client.force_login(sender)
        page = client.post(reverse("imports:apply", args=[batch.pk]), follow=True).content.decode()
        tried.set()
        return page

    _, page = at_once(hold, try_meanwhile)
    assert "另一份资料正在导入" in page
    assert not WageClerk.objects.exists()
    assert imports.apply(batch, by=sender).state == ImportState.APPLIED
