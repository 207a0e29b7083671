import pytest

from core.models import AuditEntry
from tests.organizations import factories as who
from tests.projects import factories as projects
from tests.workers import factories as workers

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return workers.engagement(projects.project(at="530902")).worker


def ask(client, person, **changed):
    form = {"model": "workers.Worker", "pk": person.pk, "field": "id_number", "reason": "核对投诉人身份"}
    return client.post("/reveal/", form | changed)


def test_a_reveal_shows_the_number_and_is_on_record_without_it(client, person):
    client.force_login(who.officer("530902"))
    assert person.id_number in ask(client, person).content.decode()
    entry = AuditEntry.objects.get(action="reveal")
    assert entry.detail == {"field": "id_number", "reason": "核对投诉人身份"}
    assert entry.object_id == str(person.pk)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"reason": ""}, 422),
        ({"field": "name"}, 403),
        ({"field": "nothing"}, 404),
        ({"model": "organizations.User", "field": "password"}, 403),
        ({"model": "nonsense"}, 404),
        ({"pk": ""}, 404),
    ],
)
def test_what_may_not_be_revealed(client, person, changed, status):
    client.force_login(who.officer("530902"))
    assert ask(client, person, **changed).status_code == status
    assert not AuditEntry.objects.filter(action="reveal").exists()


def test_out_of_scope_and_of_role(client, person):
    for user, status in [(who.officer("530921"), 404), (who.clerk(), 404), (who.administrator(), 403)]:
        client.force_login(user)
        assert ask(client, person).status_code == status
    assert client.get("/reveal/").status_code in (403, 405)
