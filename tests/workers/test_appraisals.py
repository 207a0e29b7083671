"""Good and bad of a person at a project: said with a reason, answered, withdrawn, never gone."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.urls import reverse

from tests.organizations.factories import clerk, officer
from tests.projects.factories import project
from tests.workers import factories
from workers import services
from workers.models import Appraisal

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return project()


@pytest.fixture
def user(site):
    return clerk(site.general_contractor)


@pytest.fixture
def person(site):
    return factories.engagement(site, entered_on=date(2026, 8, 1))


@pytest.fixture
def appraisal(person, user):
    return factories.appraisal(person, kind="bad", reason="未按规定佩戴安全带", by=user)


def test_the_clerk_says_it_and_it_stands_on_the_page(client, user, person):
    client.force_login(user)
    page = reverse("workers:appraisal_add", args=[person.pk])
    assert client.post(page, {"kind": "good", "happened_on": "2026-07-01", "reason": "早退"}).status_code == 422
    assert client.post(page, {"kind": "good", "happened_on": "2026-09-01", "reason": "安全标兵"}).status_code == 302
    assert "安全标兵" in client.get(person.get_absolute_url()).content.decode()


def test_it_is_answered_once(client, user, appraisal):
    client.force_login(user)
    page = reverse("workers:appraisal_statement", args=[appraisal.pk])
    client.post(page, {f"statement-{appraisal.pk}-text": "当时已系挂"})
    client.post(page, {f"statement-{appraisal.pk}-text": "改口"})
    appraisal.refresh_from_db()
    assert appraisal.statement == "当时已系挂"


def test_it_is_withdrawn_with_a_reason_and_stays(client, user, appraisal):
    client.force_login(user)
    page = reverse("workers:appraisal_withdraw", args=[appraisal.pk])
    client.post(page, {f"withdraw-{appraisal.pk}-text": ""})
    appraisal.refresh_from_db()
    assert appraisal.withdrawn_at is None
    client.post(page, {f"withdraw-{appraisal.pk}-text": "经核实记错了人"})
    shown = client.get(appraisal.engagement.get_absolute_url()).content.decode()
    assert "经核实记错了人" in shown
    assert "已撤回" in shown
    with pytest.raises(ValidationError, match="已撤回"):
        services.withdraw(appraisal, reason="再撤一次", by=user)


def test_nobody_deletes_it(appraisal):
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM workers_appraisal")
    assert Appraisal.objects.exists()


def test_a_contractor_takes_back_nothing_the_officer_said(client, user, site, person):
    said = factories.appraisal(person, by=officer(site.jurisdiction_id))
    client.force_login(user)
    answer = client.post(reverse("workers:appraisal_withdraw", args=[said.pk]), {f"withdraw-{said.pk}-text": "不同意"})
    assert answer.status_code == 403


def test_the_next_employer_does_not_read_it_but_the_authority_does(client, appraisal):
    """Else a bad word would follow whoever asked for their wages."""
    elsewhere = factories.engagement(project(at="530921"), appraisal.engagement.worker)
    client.force_login(clerk(elsewhere.project.general_contractor))
    assert "未按规定佩戴安全带" not in client.get(elsewhere.get_absolute_url()).content.decode()
    client.force_login(officer("530921"))
    shown = client.get(elsewhere.get_absolute_url()).content.decode()
    assert "未按规定佩戴安全带" in shown
    assert "其他项目" in shown
    assert appraisal.project.name not in shown
