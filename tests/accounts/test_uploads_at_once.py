"""Two uploads at the same moment: each statement and each sheet counts once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import LedgerEntry, Payout, PayrollLine, SpecialAccount
from tests.accounts.documents import Line, Person, payroll, statement, upload
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
