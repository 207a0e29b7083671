"""Sites for people to work at while their portal is killed, and the stock-taking afterwards: what must be there, once.

`build` and `faults` need the portal's database: `tests.wagemonitor.kills` calls them in a process of its own.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import LedgerEntry, PayrollLine, PayrollStep
from alerts import engine
from alerts.models import Warning
from core import attachments, audit
from core.models import Attachment
from projects.models import ChangedProject
from tests.accounts.documents import Line, Person
from tests.accounts.sheets import site
from tests.workers.factories import card_number, id_number

PEOPLE = 200  # a site; more than are paid in the time
NET = 6000


@dataclass
class Place:
    """A site as its clerk's browser knows it."""

    number: int
    project: int
    sheet: int
    account: str
    holder: str
    clerk: str  # keys of sessions
    owner: str


def build(sites: int) -> list[dict]:
    with time_machine.travel(datetime(2026, 11, 2, 10, tzinfo=ZoneInfo("Asia/Shanghai"))):
        made = [site(crew=3) for _ in range(sites)]
        sheets = [here.sheet().pk for here in made]
    return [
        asdict(
            Place(
                number,
                here.project.pk,
                sheet,
                here.account.number,
                here.account.name,
                _session(here.clerk),
                _session(here.owner_clerk),
            )
        )
        for number, (here, sheet) in enumerate(zip(made, sheets, strict=True), 1)
    ]


def _session(user) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def people(place: Place) -> list[Person]:
    """Who is on the uploaded payroll: nobody the register knows, so that nothing moves but money."""
    number = place.number * PEOPLE
    return [
        Person(f"工人{chr(0x4E00 + n)}", id_number(n, born="19900101"), card_number(1_000_000 + n), due=NET)
        for n in range(number, number + PEOPLE)
    ]


def bank_lines(place: Place, month: date, on: date) -> list[Line]:
    """What the bank has booked: everybody's wage; each fifth comes back and is paid again, each seventh only back."""
    lines = [_line(place, 0, 5_000_000, "拨付人工费", on)]
    for n, person in enumerate(people(place)):
        signs = [-1, 1, -1] if n % 5 == 0 else [-1, 1] if n % 7 == 0 else [-1]
        for sign in signs:
            summary = f"代发工资{month:%Y年%m月}" if sign < 0 else "退汇"
            lines.append(_line(place, len(lines), sign * NET, summary, on, person))
    return lines


def _line(place: Place, n: int, amount: int, summary: str, on: date, person: Person | None = None) -> Line:
    name, number = (person.name, person.card) if person else ("", "")
    return Line(f"K{place.number}-{n:05d}", str(amount), summary, name, number, on)


# --- afterwards ------------------------------------------------------------------------------------------------------

# What the portal's own guards rule out, asked of the rows themselves: a guard that is gone is found by its results.
NEVER = {
    "a serial is in the ledger twice": """
        SELECT account_id, serial FROM accounts_ledgerentry GROUP BY 1, 2 HAVING count(*) > 1""",
    "the ledger's chain is broken": """
        SELECT account_id, sequence FROM (
            SELECT account_id, sequence, balance, CASE direction WHEN 'in' THEN amount ELSE -amount END AS signed,
                   lag(sequence, 1, 0) OVER own AS sequence_before,
                   lag(balance, 1, 0::numeric) OVER own AS balance_before
            FROM accounts_ledgerentry WINDOW own AS (PARTITION BY account_id ORDER BY sequence)
        ) c WHERE sequence <> sequence_before + 1 OR balance <> balance_before + signed""",
    "a person is on a payroll twice": """
        SELECT payroll_id, name FROM accounts_payrollline WHERE NOT is_back_pay
        GROUP BY payroll_id, name, id_number_index HAVING count(*) > 1""",
    "a line's paid is not the sum of its payouts": """
        SELECT l.id FROM accounts_payrollline l
        LEFT JOIN accounts_payout p ON p.line_id = l.id AND p.returned_id IS NULL
        GROUP BY l.id HAVING l.paid <> coalesce(sum(p.amount), 0)""",
    "a line is paid out twice": """
        SELECT line_id FROM accounts_payout WHERE returned_id IS NULL GROUP BY 1 HAVING count(*) > 1""",
    "a movement is paid out twice": """
        SELECT account_id, serial FROM accounts_payout GROUP BY 1, 2 HAVING count(*) > 1""",
    "a step does not follow the one before": """
        SELECT sheet_id, id FROM (
            SELECT id, sheet_id, from_state, lag(to_state, 1, 'draft') OVER own AS before
            FROM accounts_payrollstep WINDOW own AS (PARTITION BY sheet_id ORDER BY id)
        ) s WHERE from_state <> before""",
    "a sheet stands elsewhere than its last step led": """
        SELECT h.id FROM accounts_payrollsheet h
        LEFT JOIN LATERAL (SELECT to_state FROM accounts_payrollstep s WHERE s.sheet_id = h.id
                           ORDER BY id DESC LIMIT 1) last ON true
        WHERE h.state <> coalesce(last.to_state, 'draft')""",
    "an import is not on record once": """
        SELECT b.id FROM projects_importbatch b
        LEFT JOIN core_auditentry a ON a.action = 'import.apply' AND a.object_type = 'projects.ImportBatch'
            AND a.object_id = b.id::text
        GROUP BY b.id HAVING count(a.id) <> (b.state = 'applied')::int""",
    "a rule crashed": "SELECT rule_code, error FROM alerts_rulerun WHERE error <> ''",
}


def faults(told: dict) -> list[str]:
    """`told` was acknowledged: serials: {project: […]}; steps: {sheet: [[from, to], …]}; paid: {ID number: sum}."""
    return [*_impossible(), *_unlike(told), *_audit(), *_scans(), *_warnings()]


def _impossible() -> Iterator[str]:
    with connection.cursor() as cursor:
        for what, sql in NEVER.items():
            cursor.execute(sql)
            if rows := cursor.fetchall():
                yield f"{what}: {rows[:5]}"


def _unlike(told: dict) -> Iterator[str]:
    for project, serials in told["serials"].items():
        entries = LedgerEntry.objects.filter(project=project, serial__startswith="K")
        stored = set(entries.values_list("serial", flat=True))
        if stored != set(serials):
            yield f"the ledger misses or makes up lines: {sorted(stored ^ set(serials))[:5]}"
    for sheet, steps in told["steps"].items():
        taken = PayrollStep.objects.filter(sheet=sheet).order_by("id")
        if (stored := [list(step) for step in taken.values_list("from_state", "to_state")]) != steps:
            yield f"sheet {sheet} was told {steps}, took {stored}"
    paid = {line.id_number: line.paid for line in PayrollLine.objects.all()}
    for person, amount in told["paid"].items():
        if paid.get(person) != Decimal(amount):
            yield f"…{person[-4:]} should have {amount}, has {paid.get(person)}"


def _audit() -> Iterator[str]:
    yield from (f"act {entry.pk} breaks the log" for entry in audit.broken_entries())


def _scans() -> Iterator[str]:
    for file in Attachment.objects.all():
        try:
            attachments.read(file)
        except Exception as error:
            yield f"{file.name} cannot be read: {error!r}"


def _warnings() -> Iterator[str]:
    """The rules ran after the last write: run again, they find nothing to open and nothing to release."""
    if not Warning.objects.exists():
        yield "no rule has raised anything"
    if left := ChangedProject.objects.count():
        yield f"{left} marks wait for the rules"
    for run in engine.sweep(timezone.localdate()):
        if run.opened or run.released or run.error:
            yield f"rule {run.rule_code} was late: {run.opened} to open, {run.released} to release {run.error}"
