"""What is owed to somebody who leaves is proposed, printed, and settled by the wages that are paid."""

import itertools
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import services
from accounts.exit_sheet import ExitSheet, capitals
from accounts.models import WageDue
from projects.enums import ParticipantType
from tests.accounts.factories import advance, entry, payroll, payroll_line, set_paid, special_account
from tests.organizations.factories import clerk, officer, organization
from tests.projects.factories import participation, project
from tests.workers.factories import attendance, contract, departure, engagement
from workers.enums import Movement, Settlement, ShortReason
from workers.models import Departure
from workers.services import exit_engagement, exit_people, settle_departure
from workers.services.dues import dues_of
from workers.services.stay_rows import MovementEntry, write_movements
from workers.services.stays import Exit, Settled

pytestmark = pytest.mark.django_db

AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)
LEFT = date(2026, 10, 9)
CARD = "6222020000000000001"


@pytest.fixture
def site():
    return project()


@pytest.fixture
def person(site):
    """Owed September's 6,000 of which 1,000 are paid, and two days of October at 260."""
    stay = engagement(site)
    contract(stay)
    attendance(stay, date(2026, 10, 8), LEFT)
    line(stay, SEPTEMBER, "6000", paid=Decimal(1000))
    return stay


def line(stay, month, net, **fields):
    return payroll_line(
        payroll(stay.project, month), net, engagement=stay, card_number=CARD, card_last4=CARD[-4:], **fields
    )


def owed(amount, note="") -> Settled:
    why = {"note": note, "short_reason": ShortReason.ADVANCE if note else ""}
    return Settled(Settlement.OWED, Decimal(amount), date(2026, 11, 15), **why)


def leave(stay, amount="5520", note="") -> Departure:
    return exit_engagement(stay, on=LEFT, settled=owed(amount, note), by=None)


def standing(of) -> tuple:
    of.refresh_from_db()
    return of.paid_on, of.paid_by_wages


def bank_pays(account, amount, on, name):
    payee = {"counterparty_number": CARD, "counterparty_name": name}
    return entry(account, f"-{amount}", "wage", booked_on=on, **payee)


def bank_returns(account, amount, on, name):
    payee = {"counterparty_number": CARD, "counterparty_name": name}
    return entry(account, amount, "return", booked_on=on, **payee)


# --- the proposal ----------------------------------------------------------------------------------------------------


def test_proposed_are_unpaid_lines_and_the_work_on_none(site, person):
    due = dues_of(site, {person.pk: LEFT})[person.pk]
    assert (due.listed, due.accrued, due.total, due.paid) == (5000, 520, 5520, 1000)


def test_who_says_as_proposed_needs_no_reason_and_it_is_kept(site, person):
    found = leave(person)
    assert (found.proposed_amount, found.paid_before, found.differs) == (5520, 1000, False)


@pytest.mark.parametrize("settled", [owed("5000"), Settled(Settlement.SETTLED)])
def test_who_says_otherwise_says_why(site, person, settled):
    with pytest.raises(ValidationError) as refused:
        exit_engagement(person, on=LEFT, settled=settled, by=None)
    assert list(refused.value.message_dict) == ["short_reason", "note"]
    assert all("5,520.00" in text for [text] in refused.value.message_dict.values())
    with pytest.raises(ValidationError) as refused:  # any text is no reason
        exit_engagement(person, on=LEFT, settled=replace(settled, note="已预支 520 元"), by=None)
    assert list(refused.value.message_dict) == ["short_reason"]
    with pytest.raises(ValidationError, match="写明原因"):
        exit_people(site, [Exit(person, settled)], on=LEFT, by=None)
    assert not Departure.objects.exists()
    said = replace(settled, note="已预支 520 元", short_reason=ShortReason.ADVANCE)
    found = exit_engagement(person, on=LEFT, settled=said, by=None)
    assert (found.differs, found.is_short, found.short_reason) == (True, True, "advance")


def test_of_more_than_the_figures_any_text_is_the_reason(site, person):
    with pytest.raises(ValidationError) as refused:
        exit_engagement(person, on=LEFT, settled=owed("6000"), by=None)
    assert list(refused.value.message_dict) == ["note"]
    more = replace(owed("6000"), note="另有加班")
    assert not exit_engagement(person, on=LEFT, settled=more, by=None).is_short


def in_arrears(stay) -> dict[str, Decimal]:
    return {row.kind: row.amount for row in WageDue.objects.filter(engagement=stay).arrears(date(2027, 1, 31))}


@pytest.mark.parametrize("amount", ["1", "519.99"])
def test_an_exit_below_what_is_owed_takes_nothing_off_the_arrears(site, person, amount):
    before = in_arrears(person)
    assert sum(before.values()) == Decimal("5520.00")
    leave(person, amount, "有争议")
    assert in_arrears(person) == before


def test_what_the_worker_signed_stands_and_needs_no_reason(site, person):
    scan = [("结算单.pdf", b"%PDF-1.7\n")]
    with pytest.raises(ValidationError):  # another paper speaks for nobody
        exit_engagement(person, on=LEFT, settled=owed("5200"), by=None, vouchers=scan)
    found = exit_engagement(person, on=LEFT, settled=replace(owed("5200"), is_signed=True), by=None, vouchers=scan)
    assert (found.is_signed, found.is_short) == (True, False)
    assert in_arrears(person) == {"unpaid": Decimal("5000.00"), "departure": Decimal("200.00")}


def test_nobody_is_signed_for_without_the_sheet(site, person):
    with pytest.raises(ValidationError):
        exit_engagement(person, on=LEFT, settled=replace(owed("1"), is_signed=True), by=None)


def test_a_later_exit_answers_for_the_months_of_one_that_was_short(site, person):
    departure(person, date(2026, 9, 30), owed_amount=Decimal(1), proposed_amount=Decimal(5000))
    assert dues_of(site, {person.pk: LEFT})[person.pk].total == 5520


def test_piece_work_cannot_be_told_and_asks_for_no_reason(site):
    stay = engagement(site)
    contract(stay, wage_method="piece", wage_rate=Decimal(30))
    attendance(stay, LEFT)
    assert exit_engagement(stay, on=LEFT, settled=owed("800"), by=None).proposed_amount is None


def test_a_sheet_of_exits_keeps_what_was_proposed(site, person):
    write_movements(site, [MovementEntry(person.pk, Movement.EXIT, LEFT, owed("5000"))], today=date(2026, 11, 2))
    found = Departure.objects.get()
    assert (found.proposed_amount, found.paid_before, found.differs) == (5520, 1000, True)


def test_an_earlier_exit_with_wages_owing_answers_for_its_months(site, person):
    departure(person, date(2026, 9, 30), owed_amount=Decimal(5000))
    assert dues_of(site, {person.pk: LEFT})[person.pk].total == 520


# --- settled by itself -----------------------------------------------------------------------------------------------


def test_paid_in_full_settles_it_on_the_day_of_the_last_payout(site, person):
    found, account = leave(person), special_account(site)
    line(person, OCTOBER, "520")
    bank_pays(account, "5000", date(2026, 10, 20), person.worker.name)
    services.match_payouts(site, by=None)
    assert standing(found) == (None, False)
    bank_pays(account, "520", date(2026, 10, 25), person.worker.name)
    services.match_payouts(site, by=None)
    assert standing(found) == (date(2026, 10, 25), True)
    assert not WageDue.objects.arrears(date(2026, 12, 1))


def test_a_payout_that_comes_back_makes_it_owed_again(site, person):
    found, account = leave(person, "5000", "十月工资另结"), special_account(site)
    bank_pays(account, "5000", date(2026, 10, 20), person.worker.name)
    services.match_payouts(site, by=None)
    assert standing(found) == (date(2026, 10, 20), True)
    bank_returns(account, "5000", date(2026, 10, 22), person.worker.name)
    services.match_payouts(site, by=None)
    assert standing(found) == (None, False)
    bank_pays(account, "5000", date(2026, 10, 28), person.worker.name)
    services.match_payouts(site, by=None)
    assert standing(found) == (date(2026, 10, 28), True)


def test_an_advance_settles_it_and_its_undoing_opens_it(site, person):
    participation(site, organization(), ParticipantType.LABOUR_SUBCONTRACTOR)
    found = leave(person, "5000", "十月工资另结")
    made = advance(site, person.payroll_lines.get())
    assert standing(found) == (date(2026, 10, 20), True)
    services.undo_advance(made, reason="录错", by=None)
    assert standing(found) == (None, False)


def test_settled_by_hand_it_stays_so_whatever_comes_back(site, person):
    found, account = leave(person, "5000", "十月工资另结"), special_account(site)
    settle_departure(found, paid_on=date(2026, 10, 15), by=None)
    bank_pays(account, "5000", date(2026, 10, 20), person.worker.name)
    bank_returns(account, "5000", date(2026, 10, 22), person.worker.name)
    services.match_payouts(site, by=None)
    assert standing(found) == (date(2026, 10, 15), False)


def test_wages_of_the_next_stay_settle_nothing_of_this_one(site, person):
    found = leave(person)
    later = line(person, date(2026, 11, 1), "9000")
    set_paid(later, 9000)
    assert standing(found) == (None, False)


def test_by_wages_only_with_a_day(site, person):
    found = leave(person)
    with pytest.raises(IntegrityError, match="departure_paid_by_wages_is_paid"), transaction.atomic():
        Departure.objects.filter(pk=found.pk).update(paid_by_wages=True)


PAID_ON = date(2026, 10, 15)  # by `set_paid`
acts = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["pay", "return"])), max_size=14)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=acts, said=st.integers(1, 3600))
def test_paying_and_returning_in_any_order_it_is_settled_exactly_while_paid(transactional_savepoint, acts, said):
    with transactional_savepoint():
        home = project()
        stay = engagement(home)
        lines = [line(stay, month, "1200") for month in (AUGUST, SEPTEMBER, OCTOBER)]
        found = leave(stay, str(said), "另有扣款")
        for number, act in acts:
            set_paid(lines[number], 1200 if act == "pay" else 0)
            paid = sum(one.paid for one in lines)
            assert standing(found) == ((PAID_ON, True) if paid >= said else (None, False))
            due = sum(row.amount for row in WageDue.objects.arrears(date(2027, 1, 1)))
            assert due == (3600 - paid)


# --- paper and pages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("5520", "伍仟伍佰贰拾元整"),
        ("1005.05", "壹仟零伍元零伍分"),
        ("100500", "壹拾万零伍佰元整"),
        ("20000.50", "贰万元伍角整"),
        ("100010001", "壹亿零壹万零壹元整"),
        ("0.07", "柒分"),
    ],
)
def test_amounts_in_words(amount, words):
    assert capitals(Decimal(amount)) == words


def test_the_sheet_sums_to_what_is_proposed_and_prints(site, person, client):
    sheet = ExitSheet(person, LEFT)
    assert sum(row.amount for row in sheet.rows) == sheet.total == Decimal("5520.00")
    client.force_login(clerk(site.general_contractor))
    text = client.get(f"/wage-accounts/engagements/{person.pk}/settlement/").text
    assert "5,520.00" in text
    assert "伍仟伍佰贰拾元整" in text
    assert person.worker.id_number not in text
    leave(person, "5000", "已预支 520 元")
    text = client.get(f"/wage-accounts/engagements/{person.pk}/settlement/?on={LEFT}").text
    assert "伍仟元整" in text
    assert "已预支 520 元" in text


def test_the_form_proposes_and_asks_for_the_reason_of_a_difference(site, person, client):
    client.force_login(clerk(site.general_contractor))
    address = f"/workers/engagements/{person.pk}/exit/"
    assert 'value="5520.00"' in client.get(address).text
    facts = {"on": str(LEFT), "settlement": "owed", "owed_amount": "5000", "owed_due_on": "2026-11-15"}
    answer = client.post(address, facts)
    assert answer.status_code == 422
    assert "与填报不一致的请在说明中写明原因" in answer.text
    assert "请选择原因" in client.post(address, facts | {"note": "已预支 520 元"}).text
    said = {"note": "已预支 520 元", "short_reason": "advance"}
    assert client.post(address, facts | said).status_code == 302
    assert Departure.objects.get().owed_amount == 5000


def test_several_leave_with_what_each_is_owed(site, person, client):
    other = engagement(site)
    client.force_login(clerk(site.general_contractor))
    address = f"/workers/projects/{site.pk}/exits/new/"
    assert 'value="5520.00"' in client.get(address).text
    facts = {"on": str(LEFT), "confirmed": "on", "owed_due_on": "2026-11-15"}
    chosen = {f"leave-{person.pk}": "on", f"leave-{other.pk}": "on"}
    answer = client.post(address, facts | chosen | {f"owed-{person.pk}": "", "note": "不知道"})
    assert "系统核算应结 5,520.00 元，填报较少的请选择原因" in answer.text
    client.post(address, facts | chosen | {f"owed-{person.pk}": "5520"})
    assert sorted(Departure.objects.values_list("owed_amount", flat=True), key=bool) == [None, Decimal(5520)]


def test_the_list_of_the_owed_by_place(client):
    here, there = project(at="530902"), project(at="530921")
    for home, name in itertools.product([here, there], ["欠付工人"]):
        departure(engagement(home), LEFT, owed_amount=Decimal(100), note=name)
    client.force_login(officer("530900"))
    rows = client.get("/workers/exits/owed/?place=530921").text
    assert there.name in rows
    assert here.name not in rows
