import pytest

from core.models import AuditEntry
from tests.accounts import factories as money
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
        ({"pk": "1 or 1"}, 404),
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


def test_a_bank_reads_the_account_in_full_but_nobodys_papers(client):
    """It sees the project's people in scope, and reaches them along the lines of a payroll too."""
    keeper = who.bank()
    engagement = workers.engagement(projects.project(at="530902"))
    account = money.special_account(engagement.project, bank=keeper)
    line = money.payroll_line(money.payroll(engagement.project), engagement=engagement)
    client.force_login(who.bank_clerk(keeper))
    assert account.number in ask(client, account, model="accounts.SpecialAccount", field="number").content.decode()
    assert ask(client, engagement.worker).status_code == 403
    along = "engagement__worker__id_number"
    assert ask(client, line, model="accounts.PayrollLine", field=along).status_code == 403
    assert AuditEntry.objects.filter(action="reveal").count() == 1
