"""The kept ledger of arrears says at every moment what the view says."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.enums import DueKind, SheetState
from accounts.models import Arrears, PayrollLine, WageDue
from accounts.models.kept_arrears import marked
from accounts.selectors import arrears
from accounts.services import keep_arrears, take_step
from projects.enums import ParticipantType
from projects.models import Participation, Project
from tests.accounts.factories import payroll, payroll_line, set_paid
from tests.organizations.factories import officer, organization
from tests.projects.factories import project
from tests.workers.factories import attendance, contract, departure, engagement
from workers.models import Departure, LabourContract, Worker

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 2)
SEPTEMBER = date(2026, 9, 1)
FACTS = ("key", "kind", "project", "month", "person", "name", "unit", "contractor", "amount", "due_on", "is_drafted")


class Here:
    """A site with an unpaid line, work on no payroll and somebody who left with wages owing; another site owes too."""

    def __init__(self):
        self.site, self.other = project(wage_pay_day=15), project(wage_pay_day=15)
        self.listed, self.unlisted, self.gone = (engagement(self.site) for _ in range(3))
        book = payroll(self.site, SEPTEMBER)
        self.line = payroll_line(book, "6000", engagement=self.listed, difference_reason="包干")
        for one in (self.listed, self.unlisted):
            contract(one)
            attendance(one, date(2026, 9, 3), date(2026, 9, 4))
        departure(self.gone, date(2026, 9, 20), owed_amount=Decimal(700))
        payroll_line(payroll(self.other, SEPTEMBER), "100")
        keep()


def keep():
    while keep_arrears():
        pass


def ledger(today=TODAY):
    projects = list(Project.objects.values_list("pk", flat=True))
    return Arrears.objects.of_projects(projects, today)


def said(rows) -> list[tuple]:
    return sorted(rows.values_list(*FACTS))


def pays(here):
    set_paid(here.line, "2500")


def pays_all(here):
    set_paid(here.line, "6000")


def lists(here):
    payroll_line(here.line.payroll, "500", engagement=here.unlisted)


def strikes(here):
    PayrollLine.objects.filter(pk=here.line.pk).delete()


def works(here):
    attendance(engagement(here.other), date(2026, 9, 8))


def agrees(here):
    LabourContract.objects.filter(engagement=here.unlisted).update(wage_rate=Decimal(300))


def leaves(here):
    departure(here.unlisted, date(2026, 9, 30), owed_amount=Decimal(900))


def returns(here):
    Departure.objects.all().delete()


def moves_the_day(here):
    Project.objects.filter(pk=here.site.pk).update(wage_pay_day=20)


def corrects_a_name(here):
    Worker.objects.filter(pk=here.unlisted.worker_id).update(name="李四")


def changes_the_contractor(here):
    Participation.objects.filter(project=here.site, participant_type=ParticipantType.GENERAL_CONTRACTOR).update(
        organization=organization()
    )


def hands_in(here):
    take_step(here.line.sheet, SheetState.CONFIRMING, by=officer())


ACTS = (
    *(pays, pays_all, lists, strikes, works, agrees, leaves, returns, moves_the_day, corrects_a_name),
    *(changes_the_contractor, hands_in),
)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_whatever_moves_it_is_seen_at_once_and_kept_anew(act):
    here = Here()
    before = said(WageDue.objects.arrears(TODAY))
    assert said(ledger()) == before
    assert {row.is_kept for row in ledger()} == {True}
    act(here)
    after = said(WageDue.objects.arrears(TODAY))
    assert after != before
    assert said(ledger()) == after
    keep()
    assert said(ledger()) == after
    assert {row.is_kept for row in ledger()} == {True}


def test_a_pay_day_that_passes_writes_nothing():
    here = Here()
    for today in (date(2026, 10, 15), date(2026, 10, 16), TODAY):
        assert said(ledger(today)) == said(WageDue.objects.arrears(today))
    assert DueKind.UNPAID not in {row.kind for row in ledger(date(2026, 10, 15))}
    assert not marked([here.site.pk, here.other.pk])


def test_only_the_project_that_changed_is_read_from_the_view():
    here = Here()
    pays(here)
    assert marked([here.site.pk, here.other.pk]) == {here.site.pk}
    assert {row.project_id for row in ledger() if row.is_kept} == {here.other.pk}
    assert keep_arrears(batch=1) == 1


def test_sums_and_groups_are_those_of_the_view():
    Here()
    live, kept = (arrears.totals(rows, TODAY) for rows in (WageDue.objects.arrears(TODAY), ledger()))
    assert kept == live
    for by in arrears.GROUPS:
        groups = [arrears.grouped(rows, by, TODAY) for rows in (WageDue.objects.arrears(TODAY), ledger())]
        assert groups[0] == groups[1]


def test_the_page_of_a_county_shows_what_is_kept_of_it(client):
    here = Here()
    client.force_login(officer(here.site.jurisdiction_id))
    page = client.get("/wage-accounts/arrears/").text
    assert "7,320.00" in page  # 6,000 + 520 + 700 + 100
