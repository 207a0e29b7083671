"""Rules about who was paid what for a month: each at its boundary, and one fault one warning."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.enums import MovementKind
from accounts.models import Payout
from accounts.services import keep_arrears
from alerts import engine
from alerts.enums import Level, ReleaseKind, WarningState
from alerts.models import Warning
from alerts.rules.pay_01_overdue import WagesOverdue
from alerts.rules.pay_03_short_paid import ShortPaid
from alerts.rules.pay_04_too_large import PayoutTooLarge
from alerts.rules.pay_05_shared_card import SharedCard
from alerts.rules.pay_08_below_minimum import BelowMinimum
from alerts.rules.pay_09_not_through_account import NothingThroughAccount
from alerts.rules.pay_10_not_all_paid import NotAllPaid
from alerts.rules.pay_11_no_wage_record import NoWageRecord
from tests.accounts.factories import (
    entry,
    payout,
    payroll,
    payroll_line,
    payroll_sheet,
    set_paid,
    special_account,
    wage_advance,
)
from tests.alerts.sweeping import raised
from tests.organizations.factories import officer
from tests.projects.factories import project
from tests.workers.factories import attendance, bank_card, departure, engagement, worker

pytestmark = pytest.mark.django_db
SEPTEMBER = date(2026, 9, 1)
DUE_OVER = date(2026, 10, 21)  # the day after pay day (15 October) and five days of grace
THIRD_MONTH = date(2026, 11, 1)
CARD = "6222021234567891712"


@pytest.fixture
def home():
    return project()


def crew(home, number: int) -> list:
    """People who attended in September."""
    people = [engagement(home, worker(name=f"工人{index:02d}")) for index in range(number)]
    for each in people:
        attendance(each, date(2026, 9, 3))
    return people


def pay(home, people, net="6000.00", month=SEPTEMBER, **fields) -> list:
    return [set_paid(payroll_line(payroll(home, month), net, engagement=each, **fields), net) for each in people]


@transaction.atomic
def came_back(paid: Payout, account) -> None:
    """退汇: the line is owed again."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    paid.returned = entry(account, str(paid.amount), MovementKind.RETURN, booked_on=date(2026, 10, 16))
    paid.save()
    set_paid(paid.line, "0")


# --- PAY-09, Guizhou 1 -----------------------------------------------------------------------------------------------


class TestNothingThroughTheAccount:
    def test_red_from_the_first_of_the_third_month(self, home):
        crew(home, 3)
        assert raised(NothingThroughAccount, date(2026, 10, 31)) == []
        (found,) = raised(NothingThroughAccount, THIRD_MONTH)
        assert (found.subject_key, found.level) == ("2026-09", Level.RED)
        assert found.message == "2026年9月有 3 人考勤，当月和次月没有一笔工资通过专户发放。"
        assert found.evidence["total"] == 3

    def test_one_payment_for_the_month_is_enough_and_one_for_another_is_not(self, home):
        people = crew(home, 3)
        pay(home, people, month=date(2026, 8, 1))
        assert len(raised(NothingThroughAccount, THIRD_MONTH)) == 1
        pay(home, people[:1])
        assert raised(NothingThroughAccount, THIRD_MONTH) == []

    def test_a_payment_that_came_back_is_none(self, home):
        (each,) = crew(home, 1)
        account = special_account(home)
        entry(account, "10000.00")
        paid = payout(payroll_line(payroll(home), engagement=each), account)
        assert raised(NothingThroughAccount, THIRD_MONTH) == []
        came_back(paid, account)
        assert len(raised(NothingThroughAccount, THIRD_MONTH)) == 1

    def test_a_late_pay_day_is_waited_for(self, home):
        home.wage_pay_day = 31
        home.save()
        crew(home, 1)
        assert raised(NothingThroughAccount, date(2026, 11, 5)) == []
        assert len(raised(NothingThroughAccount, date(2026, 11, 6))) == 1

    def test_wages_that_left_for_nobodys_month_count_for_this_and_the_next(self, home):
        crew(home, 1)
        account = special_account(home)
        paid = Payout.objects.create(
            project=home, account=account, serial="X1", amount=Decimal(100), paid_on=date(2026, 10, 31)
        )
        assert raised(NothingThroughAccount, THIRD_MONTH) == []
        Payout.objects.filter(pk=paid.pk).update(paid_on=date(2026, 11, 1))
        assert len(raised(NothingThroughAccount, THIRD_MONTH)) == 1


# --- PAY-10, Guizhou 3 -----------------------------------------------------------------------------------------------


class TestNotAllPaid:
    def test_some_were_paid_and_one_was_not(self, home):
        people = crew(home, 10)
        pay(home, people[:9])
        assert raised(NotAllPaid, date(2026, 10, 20)) == []
        (found,) = raised(NotAllPaid, DUE_OVER)
        assert found.message == "2026年9月有 10 人考勤，9 人领到工资，工人09没有领到。"
        assert found.level == Level.YELLOW
        assert found.evidence["rows"] == [["工人09", "钢筋一班", "1.0", None]]

    def test_all_were_paid(self, home):
        pay(home, crew(home, 10))
        assert raised(NotAllPaid, DUE_OVER) == []

    def test_nobody_was_paid_is_another_rules_matter(self, home):
        for each in crew(home, 2):
            payroll_line(payroll(home), engagement=each)
        assert raised(NotAllPaid, DUE_OVER) == []

    def test_more_than_a_tenth_without_a_record_too(self, home):
        people = crew(home, 10)
        pay(home, people[:8])
        assert raised(NotAllPaid, DUE_OVER) == []

    def test_someone_registered_after_the_payroll_is_found_by_the_id_number(self, home):
        people = crew(home, 10)
        pay(home, people[:9])
        late = payroll_line(payroll(home), name="工人09", id_number=people[9].worker.id_number)
        set_paid(late, late.net)
        assert raised(NotAllPaid, DUE_OVER) == []

    @pytest.mark.parametrize(("today", "fires"), [(date(2026, 12, 31), True), (date(2027, 1, 1), False)])
    def test_three_months_back_and_no_more(self, home, today, fires):
        pay(home, crew(home, 10)[:9])
        assert bool(raised(NotAllPaid, today)) == fires

    def test_a_fault_does_not_pass_because_its_month_became_old(self, home):
        people = crew(home, 10)
        pay(home, people[:9])
        assert len(raised(NotAllPaid, date(2026, 12, 31))) == 1
        assert len(raised(NotAllPaid, date(2027, 6, 1))) == 1
        pay(home, people[9:])
        assert raised(NotAllPaid, date(2027, 6, 2)) == []

    @pytest.mark.parametrize("kept", [True, False], ids=["the ledger of arrears kept", "the ledger still to be made"])
    def test_somebody_who_left_with_an_amount_put_down_was_not_paid_either(self, home, kept):
        people = crew(home, 10)
        pay(home, people[:9])
        departure(people[9], date(2026, 9, 20), owed_amount=Decimal("500"))
        if kept:
            while keep_arrears():
                pass
        (found,) = raised(NotAllPaid, DUE_OVER)
        assert found.evidence["rows"][0][0] == "工人09"


# --- PAY-11, Guizhou 6 -----------------------------------------------------------------------------------------------


class TestNoWageRecord:
    def test_exactly_a_tenth_is_silent(self, home):
        people = crew(home, 10)
        pay(home, people[:9])
        assert raised(NoWageRecord, DUE_OVER) == []

    def test_more_than_a_tenth_is_red(self, home):
        people = crew(home, 19)
        pay(home, people[:17])
        assert raised(NoWageRecord, date(2026, 10, 20)) == []
        (found,) = raised(NoWageRecord, DUE_OVER)
        assert found.message == "2026年9月有 19 人考勤，工人17、工人18没有工资记录，占 10.5%。"
        assert found.level == Level.RED
        assert [row[0] for row in found.evidence["rows"]] == ["工人17", "工人18"]

    def test_a_record_answers_it_whether_it_is_paid_or_not(self, home):
        people = crew(home, 5)
        pay(home, people[:4])
        assert len(raised(NoWageRecord, DUE_OVER)) == 1
        payroll_line(payroll(home), engagement=people[4])
        assert raised(NoWageRecord, DUE_OVER) == []

    def test_without_any_payroll_there_is_nothing_to_leave_people_out_of(self, home):
        crew(home, 5)
        assert raised(NoWageRecord, DUE_OVER) == []


@pytest.mark.parametrize("rule", [NotAllPaid, NoWageRecord, WagesOverdue])
def test_the_ledger_of_arrears_kept_and_not_yet_made_say_the_same(home, rule):
    people = crew(home, 30)
    pay(home, people[:20])
    for each in people[20:25]:
        payroll_line(payroll(home), engagement=each)
    with transaction.atomic():
        before = [(found.message, found.evidence) for found in raised(rule, DUE_OVER)]
        transaction.set_rollback(True)
    while keep_arrears():
        pass
    assert [(found.message, found.evidence) for found in raised(rule, DUE_OVER)] == before


# --- one fault, one warning ------------------------------------------------------------------------------------------

ALL = [WagesOverdue, ShortPaid, NothingThroughAccount, NotAllPaid, NoWageRecord]


def open_after_all(today: date) -> list[tuple[str, str]]:
    runs = engine.sweep(today, only=ALL)
    assert [run.error for run in runs] == [""] * len(ALL)
    return list(Warning.objects.open().order_by("rule_code").values_list("rule_code", "level"))


class TestOneWarningAMonth:
    def test_nothing_paid_at_all(self, home):
        for each in crew(home, 2):
            payroll_line(payroll(home), engagement=each)
        assert open_after_all(DUE_OVER) == [("PAY-01", Level.YELLOW)]
        assert open_after_all(date(2026, 10, 31)) == [("PAY-01", Level.ORANGE)]
        assert open_after_all(THIRD_MONTH) == [("PAY-01", Level.RED)]

    def test_something_paid_keeps_the_level_by_age(self, home):
        first, second = crew(home, 2)
        payroll_line(payroll(home), engagement=first)
        pay(home, [second])
        assert open_after_all(date(2026, 11, 14)) == [("PAY-01", Level.ORANGE)]
        assert open_after_all(date(2026, 11, 15)) == [("PAY-01", Level.RED)]

    def test_people_left_out(self, home):
        people = crew(home, 10)
        pay(home, people[:9])
        assert open_after_all(DUE_OVER) == [("PAY-01", Level.YELLOW)]

    def test_more_than_a_tenth_left_out_is_red_at_once(self, home):
        people = crew(home, 10)
        pay(home, people[:8])
        assert open_after_all(DUE_OVER) == [("PAY-01", Level.RED)]

    def test_paid_in_part(self, home):
        (each,) = crew(home, 1)
        set_paid(payroll_line(payroll(home), "6000.00", engagement=each), "100.00")
        assert open_after_all(DUE_OVER) == [("PAY-01", Level.YELLOW)]

    def test_what_an_officer_answered_with_evidence_is_not_said_again_by_another_rule(self, home):
        crew(home, 1)
        assert open_after_all(THIRD_MONTH) == [("PAY-01", Level.RED)]
        Warning.objects.update(
            state=WarningState.RELEASED,
            release_kind=ReleaseKind.EVIDENCE,
            still_found=False,
            released_at=timezone.now(),
        )
        assert open_after_all(THIRD_MONTH) == []

    def test_back_pay_answers_it_and_nothing_follows(self, home):
        people = crew(home, 1)
        assert open_after_all(THIRD_MONTH) == [("PAY-01", Level.RED)]
        pay(home, people)
        assert open_after_all(THIRD_MONTH) == []


# --- PAY-03 ----------------------------------------------------------------------------------------------------------


class TestShortPaid:
    def line(self, home, due="6000.00", deducted="0.00", paid=None, **fields):
        (each,) = crew(home, 1)
        line = payroll_line(payroll(home), due, engagement=each, deducted=deducted, **fields)
        return set_paid(line, line.net if paid is None else paid)

    def test_a_deduction_without_a_reason(self, home):
        self.line(home, deducted="1200.00")
        (found,) = raised(ShortPaid)
        assert found.message == "2026年9月，1 人被扣款 1,200.00 元，没有写明原因（工人00）。"
        assert found.level == Level.YELLOW  # exactly a fifth
        assert found.evidence["rows"] == [["工人00", "钢筋一班", "6000.00", "1200.00", "4800.00", "4800.00"]]

    def test_more_than_a_fifth_is_orange(self, home):
        self.line(home, deducted="1200.01")
        assert raised(ShortPaid)[0].level == Level.ORANGE

    def test_a_reason_explains_it(self, home):
        self.line(home, deducted="1200.00", deduction_reason="伙食费")
        assert raised(ShortPaid) == []

    @pytest.mark.parametrize(("deducted", "fires"), [("500.00", False), ("500.01", True)])
    def test_an_advance_explains_as_much_as_was_advanced(self, home, deducted, fires):
        (each,) = crew(home, 1)
        wage_advance(each, "500.00", by=officer())
        fields = {"deducted": deducted, "advance_deducted": Decimal(500)}
        line = payroll_line(payroll(home), engagement=each, **fields)
        set_paid(line, line.net)
        assert bool(raised(ShortPaid)) == fires

    def test_a_draft_is_still_being_written(self, home):
        self.line(home, deducted="100.00", paid="0")
        assert raised(ShortPaid) == []

    def test_paid_in_part_after_pay_day_and_grace(self, home):
        self.line(home, paid="5999.99")
        assert raised(ShortPaid, date(2026, 10, 20)) == []
        (found,) = raised(ShortPaid, DUE_OVER)
        assert found.message == "2026年9月，1 人只发放了一部分，尚差 0.01 元（工人00）。"


# --- PAY-04, Guizhou 4 -----------------------------------------------------------------------------------------------


class TestTooLarge:
    def back_pay(self, home, each, amount: str):
        sheet = payroll_sheet(payroll(home), kind="back_pay", reason="补发差额")
        return payroll_line(payroll(home), amount, engagement=each, sheet=sheet, is_back_pay=True)

    def test_exactly_50_000_is_silent_and_a_cent_more_is_red(self, home):
        (each,) = crew(home, 1)
        payroll_line(payroll(home), "50000.00", engagement=each)
        assert raised(PayoutTooLarge) == []
        self.back_pay(home, each, "0.01")
        (found,) = raised(PayoutTooLarge)
        assert (found.subject_key, found.level) == ("2026-09", Level.RED)
        assert "50,000.01 元" in found.message

    def test_exactly_300_000_a_year_is_silent(self, home):
        (each,) = crew(home, 1)
        for month in range(1, 7):
            payroll_line(payroll(home, date(2026, month, 1)), "50000.00", engagement=each)
        assert raised(PayoutTooLarge) == []
        payroll_line(payroll(home, date(2027, 1, 1)), "50000.00", engagement=each)
        assert raised(PayoutTooLarge) == []
        payroll_line(payroll(home, date(2026, 7, 1)), "0.01", engagement=each)
        (found,) = raised(PayoutTooLarge)
        assert (found.subject_key, found.level) == ("2026", Level.RED)


# --- PAY-05 ----------------------------------------------------------------------------------------------------------


class TestCardOfAnother:
    def test_a_card_bound_to_somebody_else(self, home):
        (each,) = crew(home, 1)
        payroll_line(payroll(home), engagement=each, card_number=CARD, card_last4="1712")
        assert raised(SharedCard) == []
        bank_card(worker(name="王工头"), CARD)
        (found,) = raised(SharedCard)
        assert found.message == "2026年9月，工人00的工资 6,000.00 元发到尾号 1712 的银行卡，该卡绑定在王工头名下。"
        assert CARD not in str(found.evidence)

    def test_one_card_that_both_had_bound(self, home):
        for each in crew(home, 2):
            payroll_line(payroll(home), engagement=each, card_number=CARD, card_last4="1712")
            bank_card(each.worker, CARD)
        (found,) = raised(SharedCard)
        assert found.message == "2026年9月，尾号 1712 的银行卡为工人00、工人01收款，共 12,000.00 元。"

    def test_the_own_card_although_another_has_it_too_or_had_it(self, home):
        (each,) = crew(home, 1)
        payroll_line(payroll(home), engagement=each, card_number=CARD, card_last4="1712")
        others = bank_card(worker(name="王工头"), CARD)
        own = bank_card(each.worker, CARD)
        assert raised(SharedCard) == []
        own.delete()
        assert len(raised(SharedCard)) == 1
        others.is_current = False
        others.save()
        assert raised(SharedCard) == []


# --- PAY-08, Guizhou 2 -----------------------------------------------------------------------------------------------


class TestBelowMinimum:
    def test_the_average_below_the_minimum_is_red(self, home):
        people = crew(home, 3)
        pay(home, people[:2], "1890.00", days=Decimal(20))
        assert raised(BelowMinimum) == []
        pay(home, people[2:], "1889.97", days=Decimal(20))
        (found,) = raised(BelowMinimum)
        assert found.level == Level.RED
        assert found.message == "2026年9月发放工资 3 人，人均 1,889.99 元，低于最低工资标准 1,890.00 元。"
        assert found.evidence["sums"] == {"amount": "5669.97"}

    def test_days_nobody_knows_count_as_a_month(self, home):
        stranger = payroll_line(payroll(home), "1889.99")
        set_paid(stranger, stranger.net)
        assert len(raised(BelowMinimum)) == 1

    def test_unpaid_wages_are_no_batch(self, home):
        (each,) = crew(home, 1)
        payroll_line(payroll(home), "1000.00", engagement=each, days=Decimal(22))
        assert raised(BelowMinimum) == []

    @pytest.mark.parametrize(("days", "fires"), [("14.5", False), ("15", True)])
    def test_part_of_a_month_is_no_months_wage(self, home, days, fires):
        (each,) = crew(home, 1)
        set_paid(payroll_line(payroll(home), "1889.99", engagement=each, days=Decimal(days)), "1889.99")
        assert bool(raised(BelowMinimum)) == fires

    @pytest.mark.parametrize(("amount", "days", "fires"), [("1889.99", "22", True), ("1890.00", "22", False)])
    def test_one_person_who_worked_the_whole_month_is_yellow(self, home, amount, days, fires):
        people = crew(home, 2)
        pay(home, people[:1], "9000.00", days=Decimal(22))
        set_paid(payroll_line(payroll(home), amount, engagement=people[1], days=Decimal(days)), amount)
        found = raised(BelowMinimum)
        assert bool(found) == fires
        if fires:
            assert found[0].level == Level.YELLOW
            assert found[0].message == "2026年9月，工人01满勤而工资低于最低工资标准 1,890.00 元。"

    def test_back_pay_and_deducted_advances_count(self, home):
        (each,) = crew(home, 1)
        wage_advance(each, "300.00", by=officer())
        fields = {"deducted": "300.00", "advance_deducted": Decimal(300), "days": Decimal(22)}
        line = payroll_line(payroll(home), "1800.00", engagement=each, **fields)
        set_paid(line, line.net)
        assert len(raised(BelowMinimum)) == 1
        sheet = payroll_sheet(payroll(home), kind="back_pay", reason="补发差额")
        more = payroll_line(payroll(home), "90.00", engagement=each, sheet=sheet, is_back_pay=True)
        set_paid(more, "90.00")
        assert raised(BelowMinimum) == []
