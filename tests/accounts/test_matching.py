"""Which movement paid which line: examples, then properties over arbitrary months."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import MovementKind
from accounts.models import LedgerEntry, Payout, PayrollLine
from accounts.selectors import unmatched_payouts, unpaid_lines, with_reason
from accounts.services import match_payouts
from projects.models import ChangedProject
from tests.accounts.factories import entry, payroll, payroll_line, special_account
from tests.projects.factories import project
from tests.workers.factories import card_number

pytestmark = pytest.mark.django_db
SEPTEMBER, AUGUST = date(2026, 9, 1), date(2026, 8, 1)
CARD, OTHER_CARD = card_number(901), card_number(902)


@pytest.fixture
def account():
    made = special_account(project())
    entry(made, "1000000")
    return made


@pytest.fixture
def site(account):
    return account.project_links.get().project


def owed(site, name="张三", net="6000.00", card=CARD, month=SEPTEMBER) -> PayrollLine:
    return payroll_line(payroll(site, month), net, name=name, card_number=card, card_last4=card[-4:])


def paid(account, amount="6000.00", name="张三", card=CARD, summary="代发工资2026年9月", **fields) -> LedgerEntry:
    facts = {"counterparty_name": name, "counterparty_number": card, "summary": summary} | fields
    return entry(account, -Decimal(amount), MovementKind.WAGE, **facts)


def pairs() -> set[tuple[int, int]]:
    return set(Payout.objects.values_list("entry", "line"))


def test_a_payment_and_its_line_are_tied_and_the_line_is_paid(account, site):
    line, movement = owed(site), paid(account)
    assert match_payouts(site, by=None) == 1
    payout = Payout.objects.get()
    assert (payout.entry, payout.line, payout.account, payout.project) == (movement, line, account, site)
    assert (payout.serial, payout.amount, payout.paid_on) == (movement.serial, 6000, movement.booked_on)
    assert payout.month == SEPTEMBER
    line.refresh_from_db()
    assert line.is_paid
    assert ChangedProject.objects.filter(project=site).exists()


@pytest.mark.parametrize(
    ("unlike", "why"),
    [
        ({"amount": "6000.01"}, "姓名、卡号相同，但金额不同"),
        ({"name": "李四"}, "卡号、金额相同，但姓名不同"),
        ({"card": OTHER_CARD}, "姓名、金额相同，但卡号不同"),
        ({"summary": "代发工资2026年8月"}, "姓名、卡号、金额相同，但工资月份对不上"),
        ({"card": None}, "对账单没有收款账号"),
        ({"name": "李四", "amount": "1"}, "卡号相同，但姓名和金额不同"),
        ({"card": OTHER_CARD, "amount": "1"}, "姓名相同，但卡号和金额不同"),
        ({"card": OTHER_CARD, "name": "李四"}, "工资表上没有此人"),
    ],
)
def test_an_unmatched_payout_says_how_near_it_came(account, site, unlike, why):
    owed(site)
    paid(account, **unlike)
    match_payouts(site, by=None)
    assert [payout.why for payout in with_reason(unmatched_payouts(LedgerEntry.objects.all()))] == [why]


def test_a_wage_paid_twice_is_suspected(account, site):
    owed(site)
    paid(account)
    paid(account)
    match_payouts(site, by=None)
    assert with_reason(unmatched_payouts(LedgerEntry.objects.all())).get().why == "这笔工资已发放，疑似重复"


def test_a_second_run_finds_nothing_more(account, site):
    owed(site)
    paid(account)
    match_payouts(site, by=None)
    assert match_payouts(site, by=None) == 0
    assert Payout.objects.count() == 1


@pytest.mark.parametrize(
    "unlike",
    [
        {"amount": "6000.01"},
        {"name": "李四"},
        {"card": OTHER_CARD},
        {"summary": "代发工资2026年8月"},
        {"kind": MovementKind.OTHER_OUT},
        {"card": None},
    ],
)
def test_what_does_not_fit_stays_open_on_both_sides(account, site, unlike):
    owed(site)
    kind = unlike.pop("kind", None)
    movement = paid(account, **unlike) if kind is None else _paid_as(account, kind)
    assert match_payouts(site, by=None) == 0
    assert unpaid_lines(PayrollLine.objects.all()).count() == 1
    unmatched = unmatched_payouts(LedgerEntry.objects.all())
    assert list(unmatched) == ([movement] if kind is None else [])


def _paid_as(account, kind):
    return entry(account, "-6000", kind, counterparty_name="张三", counterparty_number=CARD)


def test_two_people_on_one_card_are_told_apart_by_name(account, site):
    one, other = owed(site, "张三"), owed(site, "李四")
    second, first = paid(account, name="李四"), paid(account, name="张三")
    assert match_payouts(site, by=None) == 2
    assert pairs() == {(first.pk, one.pk), (second.pk, other.pk)}


def test_a_payment_without_a_name_counts_for_whoever_is_alone_on_the_card(account, site):
    owed(site)
    paid(account, name="")
    owed(site, "李四", card=OTHER_CARD)
    owed(site, "王五", card=OTHER_CARD)
    paid(account, name="", card=OTHER_CARD)
    assert match_payouts(site, by=None) == 1
    assert Payout.objects.get().line.name == "张三"


def test_the_month_a_summary_names_decides_between_equal_wages(account, site):
    august, september = owed(site, month=AUGUST), owed(site)
    for_september = paid(account, summary="代发工资2026年9月")
    for_august = paid(account, summary="2026-08工资")
    assert match_payouts(site, by=None) == 2
    assert pairs() == {(for_september.pk, september.pk), (for_august.pk, august.pk)}


def test_a_payment_that_names_no_month_pays_the_oldest_that_is_owed(account, site):
    september, august = owed(site), owed(site, month=AUGUST)
    movement = paid(account, summary="代发工资20261015")
    assert match_payouts(site, by=None) == 1
    assert pairs() == {(movement.pk, august.pk)}
    september.refresh_from_db()
    assert not september.is_paid


def test_a_payment_too_early_for_what_is_owed_does_not_stand_in_the_way(account, site):
    line = owed(site)
    paid(account, summary="代发工资", booked_on=date(2026, 8, 15))
    later = paid(account, summary="代发工资", booked_on=date(2026, 10, 15))
    assert match_payouts(site, by=None) == 1
    assert pairs() == {(later.pk, line.pk)}


def test_wages_are_not_paid_before_their_month(account, site):
    owed(site)
    paid(account, summary="代发工资", booked_on=date(2026, 8, 15))
    assert match_payouts(site, by=None) == 0


def test_a_payment_made_twice_pays_once_and_the_second_is_listed(account, site):
    owed(site)
    paid(account)
    second = paid(account)
    assert match_payouts(site, by=None) == 1
    assert list(unmatched_payouts(LedgerEntry.objects.all())) == [second]


def test_another_projects_lines_are_never_paid(account, site):
    owed(project())
    paid(account)
    assert match_payouts(site, by=None) == 0


def test_a_payment_that_was_taken_back_pays_nothing(account, site):
    owed(site)
    movement = paid(account)
    entry(account, "6000", MovementKind.REVERSAL, reverses=movement)
    assert match_payouts(site, by=None) == 0


def came_back(account, amount="6000.00", name="张三", card=CARD, **fields) -> LedgerEntry:
    facts = {"counterparty_name": name, "counterparty_number": card, "summary": "退汇"} | fields
    return entry(account, amount, MovementKind.RETURN, **facts)


def test_a_payment_that_came_back_is_owed_again_and_the_next_one_pays(account, site):
    line = owed(site)
    paid(account)
    match_payouts(site, by=None)
    back = came_back(account)
    match_payouts(site, by=None)
    line.refresh_from_db()
    assert line.paid == 0
    assert Payout.objects.get().returned == back
    assert match_payouts(site, by=None) == 0
    again = paid(account)
    assert match_payouts(site, by=None) == 1
    line.refresh_from_db()
    assert line.is_paid
    assert Payout.objects.get(returned=None).entry == again


def test_payment_return_and_second_payment_of_one_statement_leave_the_line_paid_once(account, site):
    line = owed(site)
    first, back, second = paid(account), came_back(account, name=""), paid(account)
    match_payouts(site, by=None)
    line.refresh_from_db()
    assert line.is_paid
    assert set(Payout.objects.values_list("entry", "returned")) == {(first.pk, back.pk), (second.pk, None)}
    assert not unmatched_payouts(LedgerEntry.objects.all()).exists()


@pytest.mark.parametrize("unlike", [{"amount": "5999.00"}, {"card": OTHER_CARD}, {"name": "李四"}])
def test_a_return_that_fits_no_payout_takes_nothing_back(account, site, unlike):
    owed(site)
    paid(account)
    came_back(account, **unlike)
    match_payouts(site, by=None)
    assert Payout.objects.get().returned is None
    assert not unpaid_lines(PayrollLine.objects.all()).exists()


names = st.sampled_from(["张三", "李四"])
cards = st.sampled_from([CARD, OTHER_CARD])
amounts = st.sampled_from(["100.00", "200.50"])
wages = st.tuples(names, cards, amounts, st.sampled_from([AUGUST, SEPTEMBER]))
summaries = st.sampled_from(["代发工资2026年8月", "2026年9月工资", "代发工资", "退汇"])
payments = st.tuples(st.one_of(names, st.just("")), cards, amounts, summaries)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(wages, max_size=6), st.lists(payments, max_size=6), st.booleans())
def test_whatever_comes_payouts_and_wages_agree(account, site, lines, movements, in_two_steps):
    PayrollLine.objects.exclude(payouts__isnull=False).delete()
    for name, card, net, month in lines:
        owed(site, name, net, card, month)
    for name, card, amount, summary in movements:
        if summary == "退汇":
            came_back(account, amount, name, card)
        else:
            paid(account, amount, name, card, summary)
        if in_two_steps:
            match_payouts(site, by=None)
    match_payouts(site, by=None)
    assert match_payouts(site, by=None) == 0, "a second run finds nothing"
    for payout in Payout.objects.select_related("entry", "line"):
        assert payout.amount == payout.entry.amount == payout.line.net
        assert payout.serial == payout.entry.serial
        assert bytes(payout.entry.counterparty_number_index) == bytes(payout.line.card_number_index)
        assert payout.entry.counterparty_name in ("", payout.line.name)
    standing = Payout.objects.filter(returned=None)
    matched = LedgerEntry.objects.filter(payout__returned=None, payout__isnull=False)
    sums = [
        queryset.aggregate(total=Sum(name))["total"]
        for queryset, name in (
            (standing, "amount"),
            (matched, "amount"),
            (PayrollLine.objects.all(), "paid"),
        )
    ]
    assert len({total or 0 for total in sums}) == 1
    assert not any(line.paid > line.net for line in PayrollLine.objects.all())
    assert not _could_still_match(), "nothing that names its month is left beside an equal line"


def _could_still_match() -> bool:
    months = {"代发工资2026年8月": AUGUST, "2026年9月工资": SEPTEMBER}
    open_lines = {
        (line.name, bytes(line.card_number_index), line.net, line.month)
        for line in unpaid_lines(PayrollLine.objects.all())
    }
    return any(
        (e.counterparty_name, bytes(e.counterparty_number_index), e.amount, months.get(e.summary)) in open_lines
        for e in unmatched_payouts(LedgerEntry.objects.all())
    )
