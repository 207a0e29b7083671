"""Two contractors hand out the password of one person at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from organizations.enums import Role
from organizations.models import User
from tests.organizations import factories as who
from tests.projects import factories as sites
from tests.workers import factories as people
from workers.models import LoginIssue, Worker
from workers.services.logins import issue_logins

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_login_is_made_and_the_later_password_holds():
    person, jobs = people.worker(), []
    for _ in range(2):
        clerk = who.clerk()
        project = sites.project(contractor=clerk.organization)
        jobs.append((project, people.engagement(project, person).pk, clerk))
    start = Barrier(len(jobs))

    def run(job):
        project, stay, clerk = job
        start.wait()
        try:
            return issue_logins(project, [stay], by=clerk)[0]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        slips = list(pool.map(run, jobs))
    user = Worker.objects.get(pk=person.pk).user
    assert User.objects.filter(role=Role.WORKER).get() == user
    assert sorted(slip.is_first for slip in slips) == [False, True]
    assert LoginIssue.objects.filter(is_first=True).count() == 1
    later = next(slip for slip in slips if not slip.is_first)
    assert user.check_password(later.password)
