"""The demo province is what it says: faults where they were planted, peace elsewhere, ledgers that add up."""

from collections import defaultdict
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F, Sum

from accounts.models import LedgerEntry, Payout, PayrollLine, SpecialAccount
from alerts.models import RuleRun, Warning
from core import identity
from projects.models import Project
from reports.models import Baseline
from wagemonitor.seed import plan
from workers.models import AttendanceMonth, Worker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("province")]
TODAY = date(2026, 11, 20)
RULE_OF = {
    "no_account": "ACC-01",
    "silent": "REAL-03",
    "ghost_pay": "PAY-02",
    "large_pay": "PAY-04",
    "diverted": "ACC-02",
    "wrong_balance": "LOG-01",
    "shared_card": "PAY-05",
    "unpaid": "PAY-01",
    "no_contract": "REAL-02",
    "no_roster": "REAL-01",
    "no_clerk": "OFF-01",
    "stranger_paid": "PAY-07",
    "no_guarantee": "GUAR-01",
    "guarantee_ended": "GUAR-01",
    "guarantee_ends": "GUAR-01",
    "not_posted": "PAY-06",
}


# What the steps of the seed make late or short on purpose, of any project: not by `plan.FAULTS`.
PLANTED_ELSEWHERE = {
    "DATA-03": "flows: one bank in four reports some accounts late",
    "ACC-04": "ledger: every ninth account is reported late",
    "LAB-01": "ledger: every seventh project gets less than was agreed",
    "LAB-02": "ledger and arrears: wages that the account does not cover",
    "DEP-01": "deposits: not stored",
    "DEP-02": "deposits: letters and policies that run out",
    "GUAR-02": "course: guarantees recorded late",
    "DISP-01": "history: some of all these are overdue",
}


@pytest.fixture(scope="module")
def province(django_db_setup, django_db_blocker):
    """A small province, made once for this module; what each fault was planted in."""
    planted = defaultdict(set)
    plant = plan._plant

    def remember(random, sites):
        plant(random, sites)
        for site in sites:
            for fault in site.faults:
                planted[fault].add(site.name)

    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(plan, "_plant", remember)
        call_command("seed", projects=40, workers=700, today=TODAY, verbosity=0)
        yield planted
        transaction.set_rollback(True)


def found_in(code: str) -> set[str]:
    return set(Warning.objects.filter(rule_code=code).values_list("project__name", flat=True))


@pytest.mark.parametrize("fault", RULE_OF)
def test_every_planted_fault_is_found(province, fault):
    assert province[fault]
    assert province[fault] <= found_in(RULE_OF[fault]) | province["no_account"] | province["no_roster"]


def test_no_rule_crashed():
    assert not RuleRun.objects.exclude(error="").exists()


def test_where_nothing_was_planted_nothing_is_found(province):
    healthy = set(Project.objects.values_list("name", flat=True)) - set().union(*province.values())
    warned = Warning.objects.open().filter(project__name__in=healthy).exclude(rule_code__in=PLANTED_ELSEWHERE)
    assert list(warned.values_list("rule_code", "message")) == []
    assert len(healthy) >= 10


def test_the_desk_shows_every_state():
    states = set(Warning.objects.values_list("state", "release_kind"))
    answered = {("released", "data"), ("released", "evidence")}
    under_way = ("new", "accepted", "verifying", "correcting", "transferred")
    assert states - {("corrected", "")} == answered | {(state, "") for state in under_way}
    assert Warning.objects.overdue(TODAY).exists()
    assert not Warning.objects.filter(released_at__lt=F("raised_at")).exists()


def test_the_money_adds_up():
    for account in SpecialAccount.objects.all():
        signed = sum(entry.signed_amount for entry in account.entries.all())
        assert account.entries.order_by("sequence").last().balance == signed >= 0
    paid = PayrollLine.objects.aggregate(paid=Sum("paid"))["paid"]
    assert paid == Payout.objects.aggregate(amount=Sum("amount"))["amount"] > 0
    booked = Payout.objects.filter(entry__isnull=False)
    assert not booked.exclude(serial=F("entry__serial")).exists()
    assert booked.count() == LedgerEntry.objects.filter(kind="wage", payout__isnull=False).count() > 0
    assert not Payout.objects.filter(entry=None, order=None, advance_item=None, deposit_line=None).exists()


def test_people_have_right_numbers_and_months():
    for worker in Worker.objects.all()[:50]:
        assert identity.check_id(worker.id_number) == worker.id_number
        assert identity.birth_date(worker.id_number) == worker.birth_date
    assert AttendanceMonth.objects.values("month").distinct().count() == 4


def test_a_second_seed_is_refused():
    with pytest.raises(CommandError, match="已有项目"):
        call_command("seed", projects=5)


def test_the_baseline_of_the_annex_is_loaded():
    assert Baseline.objects.count() == 16
    assert Baseline.objects.aggregate(total=Sum("projects"))["total"] == 4704
