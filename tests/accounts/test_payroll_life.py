"""A payroll's life against a plain model: sheets made, changed, explained, submitted, answered, sent back and reviewed
in any order, with acts that must be refused in between. The database and the model never part by a cent."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
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

from accounts import services
from accounts.enums import Answer, SheetState, StepMeans
from accounts.models import LineAnswer, PayrollLine, PayrollSheet, PayrollStep
from tests.accounts.sheets import SCAN, SEPTEMBER, site, speaker

S = SheetState
CREW = 3
money = st.integers(0, 2_000_000).map(lambda cents: Decimal(cents) / 100)
people = st.integers(0, CREW - 1)
NEXT = {S.DRAFT: S.CONFIRMING, S.CONFIRMING: S.CONFIRMED, S.CONFIRMED: S.REVIEWED, S.REVIEWED: S.APPROVED}


class Life(RuleBasedStateMachine):
    """The model: a state, for everybody an amount, whether it is explained, and an answer."""

    @initialize()
    def begin(self):
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.here = site(crew=CREW)
        self.sheet = self.here.sheet()
        self.state = S.DRAFT
        self.due = [Decimal("5200.00")] * CREW
        self.deducted = [Decimal(0)] * CREW
        self.explained = [True] * CREW
        self.answer = [""] * CREW
        self.steps = self.answers = 0

    def teardown(self):
        if hasattr(self, "outer"):
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    def line(self, n: int) -> PayrollLine:
        return self.here.line(self.here.crew[n])

    def attempt(self, allowed: bool, act) -> bool:
        """The portal and the model agree whether this may be done."""
        if allowed:
            act()
            return True
        with pytest.raises(ValidationError):
            act()
        return False

    @rule(n=people, due=money, deducted=money, why=st.sampled_from(["", "奖励"]))
    def write(self, n, due, deducted, why):
        line = self.line(n)
        line.due, line.deducted, line.difference_reason = due, deducted, why
        line.deduction_reason = "伙食费" if deducted else ""
        unchanged = (due, deducted, bool(why)) == (self.due[n], self.deducted[n], False) and line.net == due - deducted
        same = unchanged and self.line(n).difference_reason == why
        allowed = deducted <= due and (self.state == S.DRAFT or same)
        if self.attempt(allowed, lambda: services.save_line(line, by=self.here.clerk)) and self.state == S.DRAFT:
            self.due[n], self.deducted[n] = due, deducted
            self.explained[n] = bool(why) or due == Decimal("5200.00")

    @precondition(lambda self: self.state == S.DRAFT)
    @rule()
    def explain(self):
        done = self.attempt(
            not all(self.explained), lambda: services.explain(self.sheet, by=self.here.clerk, reason="补贴")
        )
        if done:
            self.explained = [True] * CREW

    @rule(to=st.sampled_from(list(S)), paper=st.booleans())
    def step(self, to, paper):
        how = {"means": StepMeans.PAPER, "files": SCAN} if paper else {}
        text = "重做" if to == S.DRAFT else ""
        done = self.attempt(
            self._may(to, paper),
            lambda: services.take_step(self.sheet, to, by=self.here.clerk, text=text, **how),
        )
        if done:
            self.state, self.steps = to, self.steps + 1
            if to == S.DRAFT:
                self.answer = [""] * CREW

    def _may(self, to, paper) -> bool:
        if to == S.DRAFT:
            return self.state != S.DRAFT
        if to == S.AT_BANK:  # a batch's step; nothing else moves there, but in turn it is
            return self.state == S.APPROVED
        if to == S.PAID:
            return self.state == S.APPROVED and not any(d - k for d, k in zip(self.due, self.deducted, strict=True))
        if NEXT.get(self.state) != to:
            return False
        if to == S.CONFIRMING:
            return all(self.explained)
        if to == S.CONFIRMED:
            return "objected" not in self.answer and (paper or "" not in self.answer)
        return True

    @precondition(lambda self: self.state not in (S.AT_BANK, S.PAID))
    @rule(n=people, answer=st.sampled_from([Answer.CONFIRMED, Answer.OBJECTED]), off=st.sampled_from([0, 0, 0, 1]))
    def say(self, n, answer, off):
        net = self.due[n] - self.deducted[n] + off
        text = "少了" if answer == Answer.OBJECTED else ""
        user = speaker(self.here.crew[n])
        done = self.attempt(
            self.state == S.CONFIRMING and not off,
            lambda: services.answer_line(self.line(n), answer, by=user, net=net, text=text),
        )
        if done:
            self.answer[n], self.answers = answer.value, self.answers + 1
            if set(self.answer) == {"confirmed"}:
                self.state, self.steps = S.CONFIRMED, self.steps + 1

    @precondition(lambda self: self.state == S.AT_BANK)
    @rule()
    def the_bank_refuses_all(self):
        with pytest.raises(ValidationError):
            services.take_step(self.sheet, S.PARTLY, by=None)

    @rule()
    def make_again(self):
        made = services.make_sheets(self.here.project, SEPTEMBER, by=self.here.clerk)
        assert made.created == 0

    @invariant()
    def the_two_agree(self):
        if not hasattr(self, "sheet"):
            return
        assert PayrollSheet.objects.get(pk=self.sheet.pk).state == self.state
        lines = [self.line(n) for n in range(CREW)]
        assert [line.due for line in lines] == self.due
        assert [line.net for line in lines] == [d - k for d, k in zip(self.due, self.deducted, strict=True)]
        assert [line.answer for line in lines] == self.answer
        assert PayrollStep.objects.filter(sheet=self.sheet).count() == self.steps
        assert LineAnswer.objects.filter(line__sheet=self.sheet).count() == self.answers


@pytest.mark.slow
@pytest.mark.django_db
def test_a_payrolls_life_is_as_the_model_says():
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
