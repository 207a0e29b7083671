"""Two clerks at the same moment: a line is advanced once, and no more comes back than was given."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from accounts import services
from accounts.models import Advance, PayrollLine
from projects.enums import ParticipantType
from projects.services import merge_projects
from tests.accounts.factories import advance, payroll, payroll_line
from tests.accounts.test_uploads_at_once import at_once
from tests.organizations.factories import officer, organization
from tests.projects.factories import participation, project
from tests.workers.factories import engagement, worker


def made_or_refused(act):
    try:
        return act()
    except ValidationError as refused:
        return refused


@pytest.mark.django_db(transaction=True)
def test_two_advances_and_two_recoveries_at_once_count_once():
    site = project()
    participation(site, organization(), ParticipantType.LABOUR_SUBCONTRACTOR)
    line = payroll_line(payroll(site), "6000")
    got = at_once(*[lambda: made_or_refused(lambda: advance(site, line))] * 2)
    assert sorted(type(one) for one in got if isinstance(one, Advance)) == [Advance]
    assert PayrollLine.objects.get().paid == 6000
    made = Advance.objects.get()

    def recover():
        return services.recover_advance(made, on=date(2026, 10, 25), amount=Decimal(4000), by=None)

    got = at_once(*[lambda: made_or_refused(recover)] * 2)
    assert sum(isinstance(one, ValidationError) for one in got) == 1
    assert Advance.objects.get().outstanding == 2000


@pytest.mark.django_db
def test_a_merge_takes_advances_along_and_their_lines_to_the_sum():
    source, target = (project(supervised_from=date(2026, 11, 1)) for _ in range(2))
    participation(source, organization(), ParticipantType.LABOUR_SUBCONTRACTOR)
    person = worker()
    lines = [payroll_line(payroll(home), "6000", engagement=engagement(home, person)) for home in (source, target)]
    made = advance(source, lines[0])
    merge_projects(source, target, by=officer(), reason="同一工程")
    made.refresh_from_db()
    item = made.items.get()
    assert (made.project, item.project, item.line) == (target, target, lines[1])
    assert (item.line.net, item.line.paid) == (12000, 6000)
    services.undo_advance(made, reason="录错", by=None)
    assert PayrollLine.objects.get(pk=lines[1].pk).paid == 0
