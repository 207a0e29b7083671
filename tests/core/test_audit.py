import threading

import pgtrigger
import pytest
from django.db import ProgrammingError, connection, transaction

from core import audit
from core.models import AuditEntry
from tests.organizations.factories import officer

pytestmark = pytest.mark.django_db


def test_acts_are_chained_and_an_intact_log_yields_nothing():
    user = officer()
    first = audit.record("login", by=user, ip="10.1.2.3")
    second = audit.record("reveal", by=user, target=user, field="id_number", reason="核对")
    assert bytes(second.previous_hash) == bytes(first.hash)
    assert second.object_id == str(user.pk)
    assert list(audit.broken_entries()) == []


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE core_auditentry SET action = 'nothing'",
        "DELETE FROM core_auditentry",
        "TRUNCATE core_auditentry",
    ],
)
def test_the_database_refuses_to_change_the_log(attack):
    audit.record("login", by=officer())
    connection.check_constraints()  # TRUNCATE waits for no deferred check
    with pytest.raises(ProgrammingError, match=r"Cannot update or delete|may not be truncated"), transaction.atomic():
        connection.cursor().execute(attack)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE core_auditentry SET actor_name = '别人' WHERE id = %s",
        'UPDATE core_auditentry SET detail = \'{"reason": "改过"}\' WHERE id = %s',
        "DELETE FROM core_auditentry WHERE id = %s",
    ],
)
def test_tampering_past_the_triggers_is_found(tampering):
    entries = [audit.record("reveal", by=officer(), reason="核对") for _ in range(3)]
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(tampering, [entries[1].pk])
    assert list(audit.broken_entries())


def test_an_act_that_nobody_named_is_refused():
    with pytest.raises(ValueError, match="Name the act"):
        audit.record("dance", by=officer())


def test_no_act_without_its_entry():
    def failing_act():
        with transaction.atomic():
            audit.record("login", by=officer())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing_act()
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_acts_of_many_at_once_make_one_chain():
    user = officer()
    errors = []

    def act():
        try:
            for _ in range(5):
                audit.record("login", by=user)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=act) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert AuditEntry.objects.count() == 20
    assert list(audit.broken_entries()) == []
