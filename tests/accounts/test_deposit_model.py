"""A deposit's life, whatever happens in whatever order, against a model on a sheet of paper."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.enums import DepositForm, DepositMovementKind, DepositState
from accounts.models import DepositMovement, DepositUseLine
from accounts.selectors.deposits import payable_lines
from accounts.services import deposit_refunds, deposit_uses
from projects.enums import Status
from tests.accounts import deposits as made
from tests.accounts.factories import payroll, payroll_line
from tests.organizations import factories as who
from tests.projects.factories import project

STORED = Decimal(150_000)
amounts = st.decimals(Decimal("0.01"), Decimal(160_000), places=2)


class Life(RuleBasedStateMachine):
    """`balance`, `owed` to the worker, the open `use` and `refund` and their steps, `to_refill`: the paper."""

    @initialize()
    def stored(self):
        self.mark = transaction.atomic()
        self.mark.__enter__()
        self.site = project()
        self.deposit = made.stored(self.site)
        self.line = payroll_line(payroll(self.site, date(2026, 9, 1)), "200000", card_number="6217001234567890123")
        self.balance, self.owed = STORED, Decimal(200_000)
        self.use = self.refund = None
        self.step = self.asked = ""  # of the use; of the refund
        self.to_refill = []  # (use, what is left)
        self.released, self.until = False, timezone.localdate() + timedelta(days=400)
        self.officers = [who.officer(), who.officer()]

    def teardown(self):
        if hasattr(self, "mark"):
            transaction.set_rollback(True)
            self.mark.__exit__(None, None, None)

    def attempt(self, allowed: bool, act):
        """What the paper allows happens, what it does not is refused."""
        if not allowed:
            with pytest.raises(ValidationError), transaction.atomic():
                act()
            return None
        result = act()
        self.deposit.refresh_from_db()
        return result

    def keeper(self):
        return who.bank_clerk(made.in_force(self.deposit).keeper)

    @rule(amount=amounts)
    def propose_use(self, amount):
        allowed = amount <= min(self.owed, self.balance) and not self.step and not self.released
        allowed = allowed and self.asked not in ("proposed", "approved")

        def act():
            return made.proposed(self.deposit, self.line, by=self.officers[0], amounts={self.line.pk: amount})

        if use := self.attempt(allowed, act):
            self.use, self.step, self.owed = use, "proposed", self.owed - amount

    @rule(another=st.booleans())
    def approve_use(self, another):
        if self.use:
            by = self.officers[another]
            if self.attempt(self.step == "proposed" and another, lambda: deposit_uses.approve_use(self.use, by=by)):
                self.step = "approved"

    @rule()
    def refuse_use(self):
        if self.use:
            act = self.attempt(
                self.step == "proposed", lambda: deposit_uses.refuse_use(self.use, by=self.officers[1], reason="否")
            )
            if act:
                self.owed, self.step = self.owed + self.use.amount, ""

    @rule()
    def pay(self):
        if self.use:
            today = timezone.localdate()
            by = who.bank_clerk(self.use.instrument.keeper)
            act = self.attempt(
                self.step == "approved", lambda: deposit_uses.confirm_payment(self.use, by=by, moved_on=today)
            )
            if act:
                self.balance, self.step = self.balance - self.use.amount, ""
                self.to_refill.append([self.use, self.use.amount])

    @rule(amount=amounts)
    def refill(self, amount):
        if self.to_refill:
            use, left = self.to_refill[-1]
            today, by = timezone.localdate(), who.bank_clerk(use.instrument.keeper)
            amount = min(amount, left) if amount < 100_000 else amount
            act = self.attempt(
                amount <= left and not self.released,
                lambda: deposit_uses.confirm_refill(use, by=by, amount=amount, moved_on=today),
            )
            if act:
                self.balance += amount
                self.to_refill[-1][1] -= amount
                if amount == left:
                    self.to_refill.pop()

    @rule(form=st.sampled_from([DepositForm.BANK, DepositForm.GUARANTEE]))
    def exchange(self, form):
        if self.released:
            return
        allowed = not self.step and not self.asked
        self.until += timedelta(days=1)
        term = {} if form == DepositForm.BANK else {"ends_on": self.until}
        if self.attempt(allowed, lambda: made.confirm(made.offered(self.deposit, form=form, **term))):
            self.balance, self.to_refill = STORED, []

    @rule()
    def ask_back(self):
        if self.site.status != Status.COMPLETED:
            made.completed(self.site)
        allowed = not self.step and not self.asked and not self.released and self.balance > 0
        if refund := self.attempt(allowed, lambda: made.asked_back(self.deposit)):
            self.refund, self.asked = refund, "applied"

    @rule(another=st.booleans())
    def decide_refund(self, another):
        if self.asked == "applied":
            facts = {"opinion": "同意", "office_uscc": who.uscc(1)}
            allowed = not self.step
            act = self.attempt(
                allowed, lambda: deposit_refunds.propose_refund(self.refund, by=self.officers[0], **facts)
            )
            self.asked = "proposed" if act else self.asked
        elif self.asked == "proposed":
            by = self.officers[another]
            act = self.attempt(another, lambda: deposit_refunds.approve_refund(self.refund, by=by))
            self.asked = "approved" if act else self.asked

    @rule()
    def refund_it(self):
        if self.refund:
            today, by = timezone.localdate(), who.bank_clerk(self.refund.instrument.keeper)
            act = self.attempt(
                self.asked == "approved",
                lambda: deposit_refunds.confirm_refund(self.refund, by=by, moved_on=today),
            )
            if act:
                self.balance, self.asked, self.released = Decimal(0), "", True

    @invariant()
    def the_database_says_what_the_paper_says(self):
        if not hasattr(self, "deposit"):
            return
        held = self.deposit.instruments.aggregate(total=Sum("balance"))["total"]
        movements = DepositMovement.objects.filter(instrument__deposit=self.deposit)
        assert held == self.balance == sum(one.signed_amount for one in movements)
        assert (self.deposit.state == DepositState.RELEASED) == self.released
        left = payable_lines(self.deposit).filter(pk=self.line.pk).first()
        assert (left.left if left else 0) == self.owed
        paid = DepositUseLine.objects.filter(use__deposit=self.deposit, use__payment__isnull=False)
        used = movements.filter(kind=DepositMovementKind.USE).aggregate(total=Sum("amount"))["total"]
        assert paid.aggregate(total=Sum("amount"))["total"] == used


@pytest.mark.django_db
def test_a_deposits_life():
    run_state_machine_as_test(Life, settings=settings(max_examples=20, stateful_step_count=25, deadline=None))
