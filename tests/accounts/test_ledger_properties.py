"""Whatever statements, corrections and refusals follow each other, the ledger stays what a plain list of movements
says: balances, parts of projects, classes."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts import selectors
from accounts.enums import KINDS_IN, KINDS_OUT, MovementDirection, MovementKind
from accounts.models import LedgerEntry
from accounts.services import Movement, reclassify, record_movements, reverse_entry
from tests.accounts.factories import shared, special_account
from tests.projects.factories import project

START = date(2026, 9, 1)
amounts = st.decimals("0.01", "99999.99", places=2)
lines = st.lists(st.tuples(st.integers(0, 30), amounts, st.booleans(), st.integers(0, 1)), max_size=8)


class Model:
    """serial → (signed, project, kind), in order of arrival."""

    def __init__(self):
        self.rows: dict[str, list] = {}
        self.reversed: set[str] = set()

    @property
    def balance(self) -> Decimal:
        return sum((row[0] for row in self.rows.values()), Decimal(0))

    def part(self, number: int) -> Decimal:
        return sum((row[0] for row in self.rows.values() if row[1] == number), Decimal(0))


class Ledger(RuleBasedStateMachine):
    """`serials` of a statement come from a small set, so that uploads overlap, repeat and come in another order."""

    @initialize()
    def open(self):
        self.point = transaction.atomic()
        self.point.__enter__()
        first = project()
        self.sites = [first, project(contractor=first.general_contractor)]
        self.account = shared(special_account(first), self.sites[1])
        self.model = Model()
        self.known: dict[int, tuple] = {}

    def teardown(self):
        if hasattr(self, "point"):
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

    @rule(statement=lines, backwards=st.booleans())
    def upload(self, statement, backwards):
        """The bank tells a serial always alike; each serial once in a statement."""
        facts = {number: self.known.setdefault(number, fact) for number, *fact in statement}
        chosen = list(facts.items())[:: -1 if backwards else 1]
        movements = [self._movement(number, *fact) for number, fact in chosen]
        made = record_movements(self.account, self.sites[0], movements, by=None)
        fresh = [movement for movement in movements if movement.serial not in self.model.rows]
        assert (made.created, made.unchanged) == (len(fresh), len(movements) - len(fresh))
        for movement in fresh:
            number = self.sites.index(next(site for site in self.sites if site.pk == movement.project))
            self.model.rows[movement.serial] = [movement.signed, number, movement.kind]

    @rule(statement=lines, other=amounts)
    @precondition(lambda self: self.model.rows)
    def upload_with_a_fault(self, statement, other):
        """One known serial with another amount: nothing of the statement is written."""
        serial, (signed, number, kind) = next(iter(self.model.rows.items()))
        if serial.startswith("冲正") or abs(signed) == other:
            return
        direction = MovementDirection.IN if signed > 0 else MovementDirection.OUT
        wrong = Movement(serial, direction, kind, other, START, project=self.sites[number].pk)
        movements = [self._movement(100 + n, *fact) for n, (_, *fact) in enumerate(statement)] + [wrong]
        with pytest.raises(ValidationError), transaction.atomic():
            record_movements(self.account, self.sites[0], movements, by=None)

    @rule(place=st.integers(0, 50))
    @precondition(lambda self: self.model.rows)
    def reverse(self, place):
        serial = list(self.model.rows)[place % len(self.model.rows)]
        entry = LedgerEntry.objects.get(account=self.account, serial=serial)
        if serial in self.model.reversed:
            with pytest.raises(ValidationError):
                reverse_entry(entry, by=None, on=date(2026, 11, 1), reason="再次")
            return
        made = reverse_entry(entry, by=None, on=date(2026, 11, 1), reason="错")
        signed, number, _ = self.model.rows[serial]
        self.model.rows[made.serial] = [-signed, number, MovementKind.REVERSAL]
        self.model.reversed |= {serial, made.serial}

    @rule(place=st.integers(0, 50), kind=st.sampled_from([*KINDS_IN, *KINDS_OUT]))
    @precondition(lambda self: self.model.rows)
    def say_anew(self, place, kind):
        serial = list(self.model.rows)[place % len(self.model.rows)]
        signed, _, was = self.model.rows[serial]
        entry = LedgerEntry.objects.get(account=self.account, serial=serial)
        fits = kind in (KINDS_IN if signed > 0 else KINDS_OUT) and kind not in (was, MovementKind.SURPLUS)
        if fits and serial not in self.model.reversed:
            reclassify(entry, kind=kind, reason="核实", by=None)
            self.model.rows[serial][2] = kind
            return
        with pytest.raises((ValidationError, DatabaseError)), transaction.atomic():
            reclassify(entry, kind=kind, reason="核实", by=None)

    @invariant()
    def agrees_with_the_model(self):
        if not hasattr(self, "model"):
            return
        rows = list(self.account.entries.order_by("sequence"))
        assert [row.serial for row in rows] == list(self.model.rows)
        balance = Decimal(0)
        for number, (row, (signed, own, kind)) in enumerate(zip(rows, self.model.rows.values(), strict=True), 1):
            balance += signed
            assert (row.sequence, row.balance, row.signed_amount) == (number, balance, signed)
            assert (row.project_id, row.kind) == (self.sites[own].pk, kind)
        parts = selectors.parts_of(self.account)
        assert sum(parts.values()) == balance == self.model.balance
        assert all(parts.get(site.pk, 0) == self.model.part(n) for n, site in enumerate(self.sites))

    def _movement(self, number: int, amount: Decimal, comes: bool, own: int) -> Movement:
        direction = MovementDirection.IN if comes else MovementDirection.OUT
        kind = MovementKind.LABOUR_COST if comes else MovementKind.OTHER_OUT
        on = START + timedelta(days=number % 30)
        return Movement(f"S{number}", direction, kind, amount, on, project=self.sites[own].pk)


@pytest.mark.django_db
def test_the_ledger_is_what_a_plain_list_says():
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=12,
            stateful_step_count=10,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
