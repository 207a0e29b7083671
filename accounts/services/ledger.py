"""Movements into the append-only ledger: one COPY, one INSERT, however many lines a statement has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from accounts.enums import AccountStatus, MovementDirection, MovementKind
from accounts.models import SpecialAccount
from core import audit, crypto
from core.staging import stage
from projects.models import ImportBatch, Project
from projects.services import lock_open, mark_changed


class UnlikeKnownSerial(ValidationError):
    """A serial the ledger already holds came again with another amount, direction or day."""


@dataclass(slots=True)
class Movement:
    """One line of a bank's statement. `amount` is positive; `direction` says which way."""

    serial: str
    direction: MovementDirection
    kind: MovementKind
    amount: Decimal
    booked_on: date
    booked_time: time | None = None
    stated_balance: Decimal | None = None
    summary: str = ""
    counterparty_name: str = ""
    counterparty_number: str = ""
    counterparty_bank: str = ""
    reverses: int | None = None  # the entry it takes back
    reverses_serial: str = ""  # or the earlier line of the same statement
    project: int | None = None  # whose money, on an account of several projects; else the statement's

    @property
    def signed(self) -> Decimal:
        return self.amount if self.direction == MovementDirection.IN else -self.amount


@dataclass(frozen=True)
class Recorded:
    """Lines of the statement; `opening` is what stood before the first of them, where it was entered as well."""

    created: int
    unchanged: int
    opening: Decimal = Decimal(0)


_COLUMNS = {
    "n": "int4",
    "serial": "text",
    "direction": "text",
    "kind": "text",
    "amount": "numeric",
    "booked_on": "date",
    "booked_time": "time",
    "stated_balance": "numeric",
    "summary": "text",
    "counterparty_name": "text",
    "counterparty_number": "bytea",
    "counterparty_number_index": "bytea",
    "counterparty_bank": "text",
    "reverses": "int8",
    "reverses_serial": "text",
    "project": "int8",
}

# Only under the lock on the account: what another upload has committed meanwhile is seen here and left out.
_UNLIKE = """
SELECT s.serial FROM movement_stage s
JOIN accounts_ledgerentry e ON e.serial = s.serial AND (e.account_id = %(account)s OR e.bank_id = %(bank)s)
WHERE (e.account_id, e.amount, e.direction, e.booked_on) <> (%(account)s, s.amount, s.direction, s.booked_on)
ORDER BY s.n LIMIT 1
"""

_KNOWN = """
SELECT serial, balance, account_id, direction, amount, booked_on FROM accounts_ledgerentry
WHERE serial = ANY(%(serials)s) AND (account_id = %(account)s OR bank_id = %(bank)s)
"""

_INSERT = """
WITH fresh AS MATERIALIZED (
    SELECT s.*, nextval(pg_get_serial_sequence('accounts_ledgerentry', 'id')) AS id, row_number() OVER own AS place,
           sum(CASE s.direction WHEN 'in' THEN s.amount ELSE -s.amount END) OVER own AS moved
    FROM movement_stage s
    WHERE NOT EXISTS (SELECT 1 FROM accounts_ledgerentry e WHERE e.account_id = %(account)s AND e.serial = s.serial)
    WINDOW own AS (ORDER BY s.n)
)
INSERT INTO accounts_ledgerentry (
    id, account_id, project_id, bank_id, batch_id, sequence, balance, serial, direction, kind, amount, booked_on,
    booked_time, stated_balance, summary, counterparty_name, counterparty_number, counterparty_number_index,
    counterparty_bank, reverses_id, created_at
)
SELECT f.id, %(account)s, coalesce(f.project, %(project)s), %(bank)s, %(batch)s, %(sequence)s + f.place,
       %(balance)s + f.moved, f.serial, f.direction, f.kind, f.amount, f.booked_on, f.booked_time, f.stated_balance,
       f.summary, f.counterparty_name, f.counterparty_number, f.counterparty_number_index, f.counterparty_bank,
       coalesce(f.reverses, taken_back.id), now()
FROM fresh f LEFT JOIN fresh taken_back ON f.reverses_serial <> '' AND taken_back.serial = f.reverses_serial
ORDER BY f.place
"""


@transaction.atomic
def record_movements(
    account: SpecialAccount,
    project: Project,
    movements: Iterable[Movement],
    *,
    by,
    batch: ImportBatch | None = None,
    opening: Decimal = Decimal(0),
) -> Recorded:
    """Append what the ledger does not know yet, in the given order. `opening` counts only for an empty ledger.

    Raises UnlikeKnownSerial; refuses completed projects and cancelled accounts.
    """
    lock_open(project)  # first of all: writers of its money follow each other and never cross
    account = SpecialAccount.objects.unscoped("asked for by the caller").select_for_update().get(pk=account.pk)
    if account.status == AccountStatus.CANCELLED:
        raise ValidationError("该专户已注销，不再接收流水。")
    movements = list(movements)
    lines, opens = len(movements), opening and movements and not account.entries.exists()
    if opens:
        movements.insert(0, _opening(account, opening, movements[0].booked_on))
    created = append_to(account, project, movements, batch)
    if created:
        audit.record("ledger.append", by=by, target=account, project=project.pk, entries=created)
        mark_changed({project.pk, *(movement.project for movement in movements if movement.project)})
    fresh = created - bool(opens)
    return Recorded(fresh, lines - fresh, opening if opens else Decimal(0))


def known_serials(account: SpecialAccount, movements: Iterable[Movement]) -> tuple[dict[str, Decimal], set[str]]:
    """Serials that this or another ledger of the bank already holds, with the balance there; those held otherwise."""
    new = {movement.serial: movement for movement in movements}
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"account": account.pk, "bank": account.bank_id, "serials": list(new)})
        rows = cursor.fetchall()
    unlike = {
        serial
        for serial, _, *facts in rows
        if facts != [account.pk, new[serial].direction, new[serial].amount, new[serial].booked_on]
    }
    return {serial: balance for serial, balance, *_ in rows}, unlike


def _opening(account: SpecialAccount, amount: Decimal, on: date) -> Movement:
    """What stood on the account before the first line we were given."""
    direction = MovementDirection.IN if amount > 0 else MovementDirection.OUT
    serial = f"期初-{account.number_last4}-{account.pk}"
    return Movement(
        serial, direction, MovementKind.OPENING, abs(amount), on, summary="期初余额", stated_balance=amount
    )


def append_to(account: SpecialAccount, project: Project, movements: list[Movement], batch=None) -> int:
    """What the ledger does not know of these, at its end; the caller holds project and account. Answers how many."""
    last = account.entries.order_by("-sequence").values("sequence", "balance").first()
    last = last or {"sequence": 0, "balance": 0}
    stage("movement_stage", _COLUMNS, (_staged(n, movement) for n, movement in enumerate(movements)))
    parameters = {
        "account": account.pk,
        "project": project.pk,
        "bank": account.bank_id,
        "batch": batch.pk if batch else None,
        "sequence": last["sequence"],
        "balance": last["balance"],
    }
    with connection.cursor() as cursor:
        cursor.execute(_UNLIKE, parameters)
        if unlike := cursor.fetchone():
            raise UnlikeKnownSerial(f"流水号 {unlike[0]} 已存在且内容不同。")
        cursor.execute(_INSERT, parameters)
        return cursor.rowcount


def _staged(n: int, movement: Movement) -> tuple:
    number = movement.counterparty_number
    return (
        n,
        movement.serial,
        str(movement.direction),
        str(movement.kind),
        movement.amount,
        movement.booked_on,
        movement.booked_time,
        movement.stated_balance,
        movement.summary[:200],
        movement.counterparty_name[:200],
        crypto.encrypt(number) if number else None,
        crypto.blind_index(number) if number else None,
        movement.counterparty_bank[:200],
        movement.reverses,
        movement.reverses_serial,
        movement.project,
    )
