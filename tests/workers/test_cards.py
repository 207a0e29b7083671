"""A wage card belongs to one person, and to the bank that issued it."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from core.models import AuditEntry
from projects.models import ChangedProject
from tests.organizations.factories import clerk, officer
from tests.projects.factories import project
from tests.workers import factories
from workers import bins
from workers.services import cards

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return project()


@pytest.fixture
def user(site):
    return clerk(site.general_contractor)


@pytest.fixture
def person(site):
    return factories.engagement(site, factories.worker(name="曾小明"))


def bind_url(person) -> str:
    return reverse("workers:card_bind", args=[person.pk])


def test_a_card_is_bound_and_the_one_before_stays_on_record(user, person):
    old = factories.bank_card(person.worker)
    card = cards.bind(person, number=factories.card_number(), by=user, kind="social")
    old.refresh_from_db()
    assert (card.is_current, card.kind, card.bank_name) == (True, "social", "工商银行")
    assert not old.is_current
    assert old.unbound_at is not None
    assert AuditEntry.objects.filter(action="card.bind").exists()
    assert ChangedProject.objects.filter(project=person.project).exists()


def test_the_same_card_again_changes_nothing(user, person):
    number = factories.card_number()
    first = cards.bind(person, number=number, by=user)
    assert cards.bind(person, number=number, by=user).bound_at == first.bound_at
    assert person.worker.bank_cards.count() == 1


def test_the_holder_in_sight_is_told_masked(client, user, site, person):
    other = factories.engagement(site, factories.worker(name="李建国"))
    number = factories.bank_card(other.worker).number
    client.force_login(user)
    answer = client.post(bind_url(person), {"number": number, "kind": "ordinary"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert f"已绑定 李*国（证件号后四位 {other.worker.id_last4}）" in shown
    assert "李建国" not in shown
    assert not person.worker.bank_cards.exists()


def test_the_holder_out_of_sight_is_not_told(client, user, person):
    other = factories.engagement(project(), factories.worker(name="李建国"))
    number = factories.bank_card(other.worker).number
    client.force_login(user)
    shown = client.post(bind_url(person), {"number": number, "kind": "ordinary"}).content.decode()
    assert "该卡已被他人绑定" in shown
    assert "李" not in shown.split("该卡已被他人绑定")[1][:60]
    assert other.worker.id_last4 not in shown


def test_a_card_that_was_given_up_is_free(client, user, site, person):
    other = factories.engagement(site)
    card = factories.bank_card(other.worker)
    client.force_login(user)
    page = reverse("workers:card_unbind", args=[card.pk])
    client.post(page, {f"unbind-{card.pk}-text": "登记有误"})
    card.refresh_from_db()
    assert not card.is_current
    assert cards.bind(person, number=card.number, by=user).is_current


def test_unbinding_asks_for_a_reason(client, user, person):
    card = factories.bank_card(person.worker)
    client.force_login(user)
    client.post(reverse("workers:card_unbind", args=[card.pk]), {})
    card.refresh_from_db()
    assert card.is_current


def test_the_officer_unbinds_what_a_contractor_will_not(client, site, person):
    card = factories.bank_card(person.worker)
    client.force_login(officer(site.jurisdiction_id))
    client.post(reverse("workers:card_unbind", args=[card.pk]), {f"unbind-{card.pk}-text": "经核实非本人银行卡"})
    card.refresh_from_db()
    assert not card.is_current


def test_the_contractor_of_an_earlier_site_changes_no_card_while_the_person_is_on_another(client, user, person):
    card = factories.bank_card(person.worker)
    type(person).objects.filter(pk=person.pk).update(exited_on=person.entered_on)
    now = factories.engagement(project(), person.worker)
    client.force_login(user)
    page, sent = reverse("workers:card_unbind", args=[card.pk]), {f"unbind-{card.pk}-text": "登记有误"}
    assert client.post(page, sent).status_code == 403
    new = {"number": factories.card_number(), "kind": "ordinary"}
    assert client.post(reverse("workers:card_bind", args=[person.pk]), new).status_code == 403
    assert "绑定工资卡</a>" not in client.get(person.get_absolute_url()).content.decode()
    type(now).objects.filter(pk=now.pk).update(exited_on=now.entered_on)
    assert client.post(page, sent).status_code == 302
    card.refresh_from_db()
    assert not card.is_current


def test_the_bank_named_must_be_the_bank_of_the_card(user, person):
    with pytest.raises(ValidationError) as refused:
        cards.bind(person, number=factories.card_number(), by=user, bank_name="农行临沧分行")
    assert "工商银行的卡" in str(refused.value)
    assert cards.bind(person, number=factories.card_number(), by=user, bank_name="工行临沧分行").pk


@pytest.mark.parametrize(
    ("number", "name", "says"),
    [
        ("6228480000000000000", "中国农业银行", ""),
        ("6228480000000000000", "云南省农村信用社", "农业银行"),
        ("6299990000000000000", "中国农业银行", ""),  # a prefix we do not know is not judged
        ("6228480000000000000", "某某支行", ""),  # nor a name that tells no bank
        ("6228480000000000000", "", ""),
    ],
)
def test_bins_judge_only_what_they_know(number, name, says):
    found = bins.contradicts(number, name)
    assert says in found
    assert bool(found) == bool(says)


def test_a_known_card_must_pass_luhn(user, person):
    wrong = "9558801234567890123"  # no 62, but ICBC's
    with pytest.raises(ValidationError, match="校验位"):
        cards.bind(person, number=wrong, by=user)
