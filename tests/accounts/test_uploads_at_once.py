"""Two uploads at the same moment: each statement and each sheet counts once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.enums import MovementKind
from accounts.models import LedgerEntry, Payout, PayrollLine, SpecialAccount
from accounts.services import reclassify, reverse_entry
from tests.accounts.documents import NUMBER, Line, Person, payroll, statement, upload
from tests.accounts.factories import entry, shared, special_account
from tests.organizations.factories import clerk
from tests.projects.factories import project

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts) -> list:
    barrier = Barrier(len(acts))

    def run(act):
        barrier.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


def test_the_same_files_twice_at_once_are_taken_once():
    site = project(name="临翔区示范小学扩建项目")
    user = clerk(site.general_contractor)
    people = [Person(f"工人{chr(0x4E00 + n)}") for n in range(20)]
    lines = [Line("S0", "500000", "拨付人工费", on=date(2026, 10, 8))]
    lines += [Line(f"S{n}", "-6000", name=p.name, number=p.card) for n, p in enumerate(people, 1)]
    bank, sheet = statement(lines, of=site), payroll(people)

    acts = [lambda: upload(site, "bank-statement", bank, by=user)] * 2
    acts += [lambda: upload(site, "payroll", sheet, by=user)] * 2
    batches = at_once(*acts)

    assert [batch.state for batch in batches] == ["applied"] * 4, [batch.message for batch in batches]
    assert sum(batch.outcome["created"] for batch in batches) == 21 + 20
    assert SpecialAccount.objects.count() == 1
    assert LedgerEntry.objects.count() == 21
    assert PayrollLine.objects.filter(paid=6000).count() == 20
    assert Payout.objects.count() == 20


def test_statements_of_one_shared_account_at_two_projects_at_once_keep_one_chain():
    school = project(name="临翔区示范小学扩建项目")
    nursery = project(name="临翔区幼儿园新建项目", contractor=school.general_contractor)
    account = shared(special_account(school, number=NUMBER), nursery)
    user = clerk(school.general_contractor)
    both = [
        Line(f"S{n}", "100", f"拨付人工费 {site.name}", "某局", on=date(2026, 10, 8))
        for n, site in enumerate([school, nursery] * 10)
    ]
    files = [statement(both, of=site) for site in (school, nursery)]
    acts = [lambda: upload(school, "bank-statement", files[0], by=user)]
    acts += [lambda: upload(nursery, "bank-statement", files[1], by=user)]
    batches = at_once(*acts * 2)
    assert [batch.state for batch in batches] == ["applied"] * 4, [batch.message for batch in batches]
    assert sum(batch.outcome["created"] for batch in batches) == 20
    entries = account.entries.order_by("sequence")
    assert [entry.balance for entry in entries] == [100 * n for n in range(1, 21)]
    assert entries.filter(project=school).count() == entries.filter(project=nursery).count() == 10


def test_two_who_reverse_and_reclassify_one_movement_at_once_follow_each_other():
    site = project()
    account = special_account(site)
    stray = entry(account, "-300", MovementKind.OTHER_OUT)

    def told(act):
        try:
            act()
        except ValidationError as refusal:
            return refusal.messages
        return "done"

    def back():
        return reverse_entry(stray, by=None, on=date(2026, 10, 20), reason="重复")

    def say():
        return reclassify(stray, kind=MovementKind.FEE, reason="手续费", by=None)

    answers = at_once(*(lambda act=act: told(act) for act in (back, back, say)))
    assert "done" in answers[:2]
    assert answers[:2] != ["done", "done"]
    assert account.entries.count() == 2
    assert account.entries.order_by("-sequence").first().balance == 0
