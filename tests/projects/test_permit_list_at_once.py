"""Two officers who take the same listed permit at the same moment. Real locks."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from projects import services
from projects.models import Permit
from tests.organizations.factories import officer
from tests.projects.factories import listed_permit, project

pytestmark = pytest.mark.django_db(transaction=True)


def test_whoever_waited_for_the_first_is_told_that_it_is_done():
    listed, one, other, user = listed_permit(), project(), project(), officer()
    holds, go_on = Event(), Event()

    def first():
        try:
            with transaction.atomic():
                services.accept_match(listed, one, by=user)
                holds.set()
                go_on.wait(10)
        finally:
            connection.close()

    def second():
        try:
            with pytest.raises(ValidationError, match="已在平台上"):
                services.accept_match(listed, other, by=user)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        taking = pool.submit(first)
        assert holds.wait(10)
        waiting = pool.submit(second)
        with pytest.raises(TimeoutError):
            waiting.result(0.5)
        go_on.set()
        taking.result(30)
        waiting.result(30)
    assert list(Permit.objects.filter(number=listed.number).values_list("project", flat=True)) == [one.pk]
