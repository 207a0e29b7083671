"""From approved sheets to the bank: compared, handed over, tried again, returned."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.enums import BankFile, BatchState, MovementKind, OrderState, Refusal, SheetState
from accounts.models import LedgerEntry, Payout, PayoutBatch, PayoutOrder, PayrollLine
from accounts.selectors import differing_payouts, unmatched_payouts
from accounts.selectors.comparison import available, compare
from accounts.selectors.reconciliation import MISSING, NOT_SO_FAR, OTHER_AMOUNT, OTHER_KIND, TWICE
from accounts.services import make_batch, match_payouts, payable_sheets, record_results, sheets_to_try_again, take_file
from core.models import AuditEntry
from tests.accounts.factories import entry, payroll, payroll_sheet, set_paid
from tests.accounts.payouts import Site, approve, orders, paid, refused
from tests.projects.factories import suspension
from tests.workers.factories import bank_card

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return Site()


def found(site, sheet) -> dict[str, str]:
    return {line.name: line.refusal for line in compare(site.project, [sheet.pk])}


# --- compared (F5) ---------------------------------------------------------------------------------------------------


def test_who_is_registered_was_there_and_has_a_card_is_paid(site):
    person = site.person()
    assert found(site, site.sheet(person)) == {person.worker.name: ""}


def test_each_refusal_says_why(site):
    absent, uncarded = site.person(worked=False), site.person(carded=False)
    one, two = site.person(), site.person(carded=False)
    bank_card(two.worker, one.worker.bank_cards.get().number)
    sheet = payroll_sheet(payroll(site.project))
    for person in (absent, uncarded, one, two):
        site.line(sheet, person)
    stranger = site.line(sheet, site.person(), engagement=None, name="生人", id_number="530902198503159990")
    renamed = site.line(sheet, site.person(), name="改名")
    other = site.person()
    site.line(sheet, other, card_number="6222020000000999997")
    approve(sheet, by=site.clerk)
    assert found(site, sheet) == {
        absent.worker.name: Refusal.ABSENT,
        uncarded.worker.name: Refusal.NO_CARD,
        one.worker.name: Refusal.SHARED_CARD,
        two.worker.name: Refusal.SHARED_CARD,
        stranger.name: Refusal.STRANGER,
        renamed.name: Refusal.NAME,
        other.worker.name: Refusal.OTHERS_CARD,
    }


def test_a_site_that_stood_still_all_month_pays_without_attendance(site):
    person = site.person(worked=False)
    suspension(site.project, date(2026, 8, 20), date(2026, 10, 5))
    assert found(site, site.sheet(person)) == {person.worker.name: ""}


def test_a_wage_that_is_at_the_bank_is_not_paid_again(site):
    person = site.person()
    sheet = site.sheet(person)
    batch = site.batch(sheet)
    assert found(site, sheet) == {person.worker.name: Refusal.AGAIN}
    assert list(payable_sheets(site.project)) == []
    with pytest.raises(ValidationError, match="没有可以发放的人员"):
        site.batch(sheet)
    assert batch.count == 1


def test_the_sum_is_held_against_what_the_account_holds_less_what_is_under_way():
    site = Site("10000")
    site.batch(site.sheet(site.person()))
    assert available(site.account, site.project) == 4000
    with pytest.raises(ValidationError, match=r"可用余额 4,000\.00 元，差 2,000\.00 元"):
        site.batch(site.sheet(site.person(), name="二班"))
    assert PayoutBatch.objects.count() == 1


# --- handed over -----------------------------------------------------------------------------------------------------


def test_the_good_lines_go_and_the_refused_stand_in_the_batch_with_their_reason(site):
    sheet = site.sheet(site.person(), site.person(carded=False))
    batch = site.batch(sheet)
    assert (batch.count, batch.total, batch.state) == (1, Decimal("6000"), BatchState.SENT)
    states = [(o.number, o.state, o.refusal) for o in orders(batch)]
    assert states == [(1, OrderState.WAITING, ""), (2, OrderState.REFUSED, Refusal.NO_CARD)]
    sheet.refresh_from_db()
    assert sheet.state == SheetState.AT_BANK
    assert AuditEntry.objects.filter(action="payout.send").count() == 1


def test_only_an_account_of_the_project_pays(site):
    sheet = site.sheet(site.person())
    other = Site()
    with pytest.raises(ValidationError, match="不用于本项目"):
        make_batch(site.project, other.account, [sheet.pk], layout=BankFile.ICBC, by=site.clerk)


def test_a_sheet_of_another_project_is_not_taken(site):
    other = Site()
    with pytest.raises(ValidationError, match="没有可以发放的人员"):
        site.batch(other.sheet(other.person()))


def test_the_file_is_on_record_and_not_given_once_the_bank_has_answered(site):
    batch = site.batch(site.sheet(site.person(), site.person()))
    name, content = take_file(batch, by=site.banker)
    assert batch.number in name
    assert all(order.card_number in content.decode("gb18030") for order in orders(batch))
    kept = AuditEntry.objects.get(action="payout.file")
    assert kept.detail["rows"] == 2
    record_results(site.project, [paid(orders(batch)[0])], by=site.banker)
    with pytest.raises(ValidationError, match="不再提供下载"):
        take_file(batch, by=site.banker)


# --- tried again -----------------------------------------------------------------------------------------------------


def test_a_refused_wage_is_tried_again_on_the_new_card_and_leads_back(site):
    person = site.person()
    sheet = site.sheet(person, site.person())
    first = site.batch(sheet)
    bad, good = orders(first)
    record_results(site.project, [refused(bad), paid(good)], by=site.banker)
    assert list(sheets_to_try_again(first)) == [sheet]
    worker_of = PayrollLine.objects.get(pk=bad.line_id).engagement.worker
    worker_of.bank_cards.update(is_current=False)
    new = bank_card(worker_of)
    second = site.batch(sheet)
    again = orders(second)[0]
    assert (again.first_id, again.attempt, again.card_last4) == (bad.pk, 2, new.last4)
    record_results(site.project, [refused(again, "账户冻结")], by=site.banker)
    third = orders(site.batch(sheet))[0]
    assert (third.first_id, third.attempt) == (bad.pk, 3)
    record_results(site.project, [paid(third)], by=site.banker)
    sheet.refresh_from_db()
    assert sheet.state == SheetState.PAID
    assert PayoutBatch.objects.filter(state=BatchState.DONE).count() == 3


def test_money_that_came_back_is_owed_again_and_the_chain_goes_on(site):
    sheet = site.sheet(site.person())
    order = orders(site.batch(sheet))[0]
    record_results(site.project, [paid(order, "S1")], by=site.banker)
    payee = {"counterparty_name": order.name, "counterparty_number": order.card_number}
    entry(site.account, "-6000", MovementKind.WAGE, serial="S1", booked_on=date(2026, 11, 2), **payee)
    entry(site.account, "6000", MovementKind.RETURN, serial="S2", booked_on=date(2026, 11, 2), **payee)
    match_payouts(site.project, by=site.banker)
    line = PayrollLine.objects.get(pk=order.line_id)
    sheet.refresh_from_db()
    assert (line.paid, sheet.state) == (0, SheetState.REFUSED)
    again = orders(site.batch(sheet))[0]
    assert (again.first_id, again.attempt, again.state) == (order.pk, 2, OrderState.WAITING)
    assert PayoutOrder.objects.get(pk=order.pk).state == OrderState.PAID


# --- against the ledger ----------------------------------------------------------------------------------------------


def whys(site) -> list[str]:
    return list(differing_payouts(Payout.objects.filter(project=site.project)).values_list("why", flat=True))


def book(site, order, serial, amount=None, kind=MovementKind.WAGE, on=date(2026, 11, 2)):
    payee = {"counterparty_name": order.name, "counterparty_number": order.card_number}
    entry(site.account, -(amount or order.amount), kind, serial=serial, booked_on=on, **payee)
    match_payouts(site.project, by=site.banker)


def test_what_the_bank_reported_is_listed_until_the_ledger_holds_it(site):
    order = orders(site.batch(site.sheet(site.person())))[0]
    record_results(site.project, [paid(order, "S1")], by=site.banker)
    assert whys(site) == [NOT_SO_FAR]
    entry(site.account, "-1.00", MovementKind.FEE, booked_on=date(2026, 11, 3))
    assert whys(site) == [MISSING]
    book(site, order, "S1")
    assert whys(site) == []


@pytest.mark.parametrize(
    ("facts", "why"), [({"amount": Decimal("5999.99")}, OTHER_AMOUNT), ({"kind": MovementKind.OTHER_OUT}, OTHER_KIND)]
)
def test_the_same_serial_with_another_amount_or_purpose_stays_open_on_both_sides(site, facts, why):
    order = orders(site.batch(site.sheet(site.person())))[0]
    record_results(site.project, [paid(order, "S1")], by=site.banker)
    book(site, order, "S1", **facts)
    assert whys(site) == [why]
    if why == OTHER_AMOUNT:
        assert unmatched_payouts(LedgerEntry.objects.filter(project=site.project)).count() == 1
        assert differing_payouts(Payout.objects.all()).get().booked_amount == Decimal("5999.99")


def test_a_wage_paid_twice_is_told_as_such(site):
    order = orders(site.batch(site.sheet(site.person())))[0]
    set_paid(order.line, 6000)
    record_results(site.project, [paid(order, "S1")], by=site.banker)
    book(site, order, "S1")
    assert whys(site) == [TWICE]


# --- two at once -----------------------------------------------------------------------------------------------------


def at_once(*acts) -> list:
    barrier = Barrier(len(acts))

    def run(act):
        barrier.wait()
        try:
            return act()
        except ValidationError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_make_exactly_one_batch():
    site = Site()
    sheet = site.sheet(site.person(), site.person())
    made = at_once(*[lambda: site.batch(sheet)] * 3)
    assert sum(isinstance(one, PayoutBatch) for one in made) == 1
    assert sum(isinstance(one, ValidationError) for one in made) == 2
    assert (PayoutBatch.objects.count(), PayoutOrder.objects.count()) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_two_results_at_once_count_once():
    site = Site()
    batch = site.batch(site.sheet(site.person(), site.person()))
    results = [paid(order) for order in orders(batch)]
    counted = at_once(*[lambda: record_results(site.project, results, by=site.banker)] * 2)
    assert sorted(counted) == [(0, 0), (2, 0)]
    assert Payout.objects.count() == 2
    assert set(PayrollLine.objects.values_list("paid", flat=True)) == {Decimal("6000")}
