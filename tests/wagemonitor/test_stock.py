"""The stock-taking after the kills finds what is lost, doubled or out of step."""

import pgtrigger
import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from accounts.enums import SheetState
from accounts.models import LedgerEntry, PayrollSheet
from accounts.services import take_step
from alerts import engine
from core.models import Attachment
from projects.models import ChangedProject
from tests.accounts.documents import payroll, statement, upload
from tests.wagemonitor import stock
from tests.wagemonitor.kills import last_month
from tests.wagemonitor.stock import NET, Place

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> dict:
    """A statement and a payroll imported, a step taken, the rules run."""
    place, today = Place(**stock.build(1)[0]), timezone.localdate()
    sheet = PayrollSheet.objects.get(pk=place.sheet)
    clerk, project, people = sheet.created_by, sheet.project, stock.people(place)[:3]
    lines = stock.bank_lines(place, last_month(today), today)[:6]
    bank = statement(lines, of=None, number=place.account, holder=place.holder)
    for kind, content in (
        ("bank-statement", bank),
        ("payroll", payroll(people, title=f"{last_month(today):%Y年%m月}")),
    ):
        assert upload(project, kind, content, by=clerk).state == "applied"
    take_step(sheet, SheetState.CONFIRMING, by=clerk)
    engine.sweep(today)
    ChangedProject.objects.all().delete()
    paid = {person.id_number: NET for person in people}
    serials = {project.pk: [line.serial for line in lines]}
    return {"serials": serials, "steps": {sheet.pk: [["draft", "confirming"]]}, "paid": paid}


def again(table: str, changes: str, where: str = "true") -> str:
    """The last row once more."""
    return f"""
        CREATE TEMPORARY TABLE twin AS SELECT * FROM {table} WHERE {where} ORDER BY id DESC LIMIT 1;
        UPDATE twin SET id = id + 1000, {changes};
        INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM twin;"""


PLANTED = {
    "a serial is in the ledger twice": """
        ALTER TABLE accounts_ledgerentry DROP CONSTRAINT ledger_serial_unique_per_account;
        ALTER TABLE accounts_ledgerentry DROP CONSTRAINT ledger_serial_unique_per_bank;"""
    + again("accounts_ledgerentry", "sequence = sequence + 1, balance = balance - amount"),
    "the ledger's chain is broken": "UPDATE accounts_ledgerentry SET balance = balance + 0.01 WHERE sequence = 3",
    "a person is on a payroll twice": "DROP INDEX payroll_line_once_a_person;"
    + again("accounts_payrollline", "remark = ''", "paid = 0"),
    "a line's paid is not the sum": "UPDATE accounts_payrollline SET paid = paid - 0.01 WHERE paid > 0",
    "a line is paid out twice": again("accounts_payout", "entry_id = NULL, serial = serial || 'x'"),
    "a movement is paid out twice": "ALTER TABLE accounts_payout DROP CONSTRAINT payout_serial_unique;"
    + again("accounts_payout", "entry_id = NULL"),
    "a step does not follow": again("accounts_payrollstep", "at = now()"),
    "took [[": again("accounts_payrollstep", "from_state = 'confirming', to_state = 'confirmed'"),
    "a sheet stands elsewhere": "UPDATE accounts_payrollsheet SET state = 'reviewed' WHERE state = 'confirming'",
    "an import is not on record": "UPDATE core_auditentry SET action = 'import.discard' WHERE action = 'import.apply'",
    "a rule crashed": "UPDATE alerts_rulerun SET error = 'ValueError' WHERE id = (SELECT max(id) FROM alerts_rulerun)",
    "breaks the log": "UPDATE core_auditentry SET detail = '{}' WHERE id = (SELECT max(id) FROM core_auditentry)",
    "marks wait": "INSERT INTO projects_changedproject (project_id, marked_at) SELECT id, now() FROM projects_project",
    "was late": """
        UPDATE alerts_warning SET subject_key = 'another'
        WHERE id = (SELECT max(id) FROM alerts_warning WHERE state = 'new')""",
}


def test_nothing_is_found_where_all_is_well(told):
    assert stock.faults(told) == []


@pytest.mark.parametrize("what", PLANTED)
def test_what_should_never_be_is_found(told, what):
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; {PLANTED[what]}")
    assert any(what in fault for fault in stock.faults(told))


def test_what_was_lost_is_found(told):
    (serials,) = told["serials"].values()
    with pgtrigger.ignore():
        LedgerEntry.objects.filter(serial=serials[0]).delete()  # the funding, which pays nobody
    assert "the ledger misses or makes up lines" in "".join(stock.faults(told))


def test_a_step_and_a_wage_that_were_lost_are_found(told):
    told["steps"] = {sheet: [*steps, ["confirming", "confirmed"]] for sheet, steps in told["steps"].items()}
    told["paid"]["530902199001010000"] = NET
    assert len(stock.faults(told)) == 2


def test_a_scan_that_is_gone_is_found(told):
    default_storage.delete(Attachment.objects.first().path)
    assert "cannot be read" in "".join(stock.faults(told))
