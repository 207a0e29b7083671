"""Batches, results, statements and returns in any order, beside a model that knows only lists of payments."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.enums import BatchState, MovementKind, OrderState, SheetState
from accounts.models import LedgerEntry, Payout, PayoutBatch, PayoutOrder, PayrollLine
from accounts.selectors import differing_payouts, unmatched_payouts
from accounts.services import match_payouts, payable_sheets, record_results
from core.scoping import unscoped
from tests.accounts.factories import entry
from tests.accounts.payouts import Site, paid, refused

pytestmark = pytest.mark.django_db
PEOPLE = 3
TODAY = date(2026, 11, 2)


@dataclass
class Payment:
    serial: str
    booked_at: int | None = None  # its place in the ledger
    is_returned: bool = False


@dataclass
class Wage:
    """What one person is owed, told by payments alone."""

    payments: list[Payment] = field(default_factory=list)
    loose: list[Payment] = field(default_factory=list)  # left the account, pay nothing
    returns: list[int] = field(default_factory=list)  # came back, of nothing known
    is_waiting: bool = False

    @property
    def is_paid(self) -> bool:
        return any(not payment.is_returned for payment in self.payments)

    def reported(self, serial: str) -> None:
        self.payments.append(Payment(serial))
        self.is_waiting = False

    def booked(self, serial: str, place: int) -> None:
        known = next((p for p in self.payments if p.serial == serial), None)
        if known:
            known.booked_at = place
        else:
            self.loose.append(Payment(serial, place))
        self.settle()

    def came_back(self, place: int) -> None:
        self.returns.append(place)
        self.settle()

    def settle(self) -> None:
        while self._pay() or self._take_back():
            pass

    def _pay(self) -> bool:
        if self.is_paid or not self.loose:
            return False
        self.payments.append(self.loose.pop(0))
        self.is_waiting = False
        return True

    def _take_back(self) -> bool:
        for place in sorted(self.returns):
            before = [p for p in self.payments if not p.is_returned and p.booked_at and p.booked_at < place]
            if before:
                max(before, key=lambda payment: payment.booked_at).is_returned = True
                self.returns.remove(place)
                return True
        return False


class Payouts(RuleBasedStateMachine):
    site: Site
    lines: list[PayrollLine]

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.wages = {line.pk: Wage() for line in self.lines}
        self.serials = 0

    def teardown(self):
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    who = st.integers(0, PEOPLE - 1)

    def _wage(self, who: int) -> tuple[PayrollLine, Wage]:
        line = self.lines[who]
        return line, self.wages[line.pk]

    def _serial(self) -> str:
        self.serials += 1
        return f"S{self.serials:04d}"

    def _book(self, line: PayrollLine, kind: MovementKind, serial: str) -> int:
        amount = line.net if kind == MovementKind.RETURN else -line.net
        payee = {"counterparty_name": line.name, "counterparty_number": line.card_number}
        made = entry(self.site.account, amount, kind, serial=serial, booked_on=TODAY, **payee)
        match_payouts(self.site.project, by=self.site.banker)
        return made.sequence

    # --- what happens ------------------------------------------------------------------------------------------------

    @rule()
    def hand_over(self):
        sheets = list(payable_sheets(self.site.project))
        if sheets:
            batch = self.site.batch(*sheets)
            for pk in batch.orders.waiting().values_list("line", flat=True):
                self.wages[pk].is_waiting = True

    @rule(who=who, is_paid=st.booleans())
    def bank_answers(self, who, is_paid):
        line, wage = self._wage(who)
        order = PayoutOrder.objects.waiting().filter(line=line).first()
        assert (order is not None) == wage.is_waiting
        if order is None:
            return
        serial = self._serial()
        result = paid(order, serial) if is_paid else refused(order)
        assert sum(record_results(self.site.project, [result], by=self.site.banker)) == 1
        assert record_results(self.site.project, [result], by=self.site.banker) == (0, 0)
        if is_paid:
            wage.reported(serial)
        wage.is_waiting = False
        match_payouts(self.site.project, by=self.site.banker)
        wage.settle()

    @rule(who=who)
    def statement_holds_what_was_reported(self, who):
        line, wage = self._wage(who)
        open_ = [p for p in wage.payments if p.booked_at is None]
        if open_:
            wage.booked(open_[0].serial, self._book(line, MovementKind.WAGE, open_[0].serial))

    @rule(who=who)
    def statement_holds_a_wage_nobody_reported(self, who):
        line, wage = self._wage(who)
        serial = self._serial()
        wage.booked(serial, self._book(line, MovementKind.WAGE, serial))

    @rule(who=who)
    def money_comes_back(self, who):
        line, wage = self._wage(who)
        if wage.payments or wage.loose:
            wage.came_back(self._book(line, MovementKind.RETURN, self._serial()))

    # --- what holds --------------------------------------------------------------------------------------------------

    @invariant()
    def each_line_is_paid_as_the_model_says(self):
        for line in PayrollLine.objects.filter(pk__in=self.wages):
            standing = Payout.objects.filter(line=line, returned=None).aggregate(total=Sum("amount"))["total"]
            assert line.paid == (standing or 0) == line.net * self.wages[line.pk].is_paid
            found = Payout.objects.filter(line=line).values_list("serial", "entry__sequence")
            assert sorted(found) == sorted((p.serial, p.booked_at) for p in self.wages[line.pk].payments)

    @invariant()
    def what_waits_is_what_the_model_waits_for(self):
        waiting = set(PayoutOrder.objects.waiting().values_list("line", flat=True))
        assert waiting == {pk for pk, wage in self.wages.items() if wage.is_waiting}
        done = PayoutBatch.objects.filter(state=BatchState.DONE)
        assert not done.filter(orders__state=OrderState.WAITING).exists()
        assert not PayoutBatch.objects.exclude(pk__in=done).exclude(orders__state=OrderState.WAITING).exists()

    @invariant()
    def a_sheet_is_paid_when_all_its_lines_are(self):
        for sheet in self.site.project.payroll_sheets.all():
            all_paid = all(line.is_paid for line in sheet.lines.all())
            assert (sheet.state == SheetState.PAID) == all_paid

    @invariant()
    def every_cent_that_left_is_accounted_for(self):
        wages = LedgerEntry.objects.filter(project=self.site.project, kind=MovementKind.WAGE)
        tied = Payout.objects.exclude(entry=None)
        assert not tied.exclude(entry__amount=F("amount")).exists()
        loose = unmatched_payouts(wages)
        assert {e.serial for e in loose} == {p.serial for wage in self.wages.values() for p in wage.loose}
        assert _sum(wages) == _sum(tied) + _sum(loose)

    @invariant()
    def what_the_ledger_lacks_is_listed(self):
        listed = set(differing_payouts(Payout.objects.all()).values_list("serial", flat=True))
        lacking = {p.serial for wage in self.wages.values() for p in wage.payments if p.booked_at is None}
        assert listed == lacking


def _sum(rows) -> Decimal:
    return rows.aggregate(total=Sum("amount"))["total"] or Decimal(0)


def test_batches_results_statements_and_returns_agree_with_a_plain_model():
    with unscoped("a test"):
        site = Site("9000000")
        people = [site.person() for _ in range(PEOPLE)]
        site.sheet(*people[:2], net="6000.01")
        site.sheet(people[2], net="5432.10", name="二班")
        lines = list(PayrollLine.objects.filter(project=site.project).order_by("pk"))
        machine = type("SitePayouts", (Payouts,), {"site": site, "lines": lines})
        checks = list(HealthCheck)
        phases = [Phase.generate, Phase.shrink]
        quick = settings(max_examples=10, stateful_step_count=12, deadline=None, database=None, phases=phases)
        quick = settings(quick, suppress_health_check=checks)
        run_state_machine_as_test(machine, settings=quick)
