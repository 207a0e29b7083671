import pytest
from django.urls import reverse

from organizations.enums import Role
from tests.organizations import factories as people
from tests.projects.factories import project

pytestmark = pytest.mark.django_db


def _users():
    yield people.officer("530000")
    yield people.officer("530900")
    yield people.officer("530902")
    yield people.industry_officer("530000")
    yield people.clerk()
    yield people.bank_clerk()
    for role in (Role.SYSTEM, Role.SECURITY, Role.AUDIT):
        yield people.administrator(role)


def test_everyone_has_a_desk_also_where_nothing_is_there_yet(client):
    for user in _users():
        client.force_login(user)
        assert client.get("/").status_code == 200, user


def test_a_regulator_goes_down_to_the_own_places_and_nowhere_else(client):
    project(at="530902")
    project(at="530102", name="昆明的项目")
    client.force_login(people.officer("530900"))
    assert "临翔区" in client.get("/").content.decode()
    assert client.get("/?region=530902").status_code == 200
    for foreign in ("530102", "530100", "530000", "5309", "530999", "x"):
        assert client.get(f"/?region={foreign}").status_code == 404, foreign
    assert "昆明的项目" not in client.get(reverse("reports:figure_projects")).content.decode()
