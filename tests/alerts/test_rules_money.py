"""Rules about pay and the special account: each fires, and is silent at the very boundary."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.enums import MovementKind
from accounts.models import PayrollLine
from alerts.enums import Level
from alerts.models import Warning
from alerts.rules.acc_02_diverted import MoneyDiverted
from alerts.rules.log_01_balance import BalanceBroken
from alerts.rules.pay_01_overdue import WagesOverdue
from alerts.rules.pay_02_no_attendance import PaidWithoutAttendance
from alerts.rules.pay_04_too_large import PayoutTooLarge
from alerts.rules.pay_05_shared_card import SharedCard
from alerts.rules.pay_06_not_posted import NotPosted
from alerts.rules.pay_07_unregistered import UnregisteredPaid
from tests.accounts.factories import entry, payout, payroll, payroll_line, public_notice, set_paid, special_account
from tests.alerts.sweeping import raised
from tests.projects.factories import project
from tests.workers.factories import attendance, engagement, worker

pytestmark = pytest.mark.django_db
SEPTEMBER = date(2026, 9, 1)


@pytest.fixture
def home():
    return project()


@pytest.fixture
def zhang(home):
    return engagement(home, worker(name="张伟成"))


# --- ACC-02 ----------------------------------------------------------------------------------------------------------


def test_money_that_leaves_for_something_else_than_wages(home):
    account = special_account(home)
    entry(account, "500000.00")
    entry(account, "-186500.00", MovementKind.OTHER_OUT, counterparty_name="临沧恒远建材经营部", summary="材料款")
    (found,) = raised(MoneyDiverted)
    assert found.message == (
        f"尾号 {account.number_last4} 的工资专用账户于2026年10月向临沧恒远建材经营部支出 186,500.00 元，不属于工资。"
    )
    assert found.evidence["sums"] == {"amount": "186500.00"}
    assert found.evidence["rows"][0][2:] == ["临沧恒远建材经营部", "其他出账", "材料款", "186500.00"]
    entry(account, "-0.01", MovementKind.OTHER_OUT, counterparty_name="某店")
    (found,) = raised(MoneyDiverted)
    assert "有 2 笔支出不属于工资，共 186,500.01 元，最大一笔付给临沧恒远建材经营部" in found.message


@pytest.mark.parametrize("kind", [MovementKind.WAGE, MovementKind.FEE, MovementKind.TAX, MovementKind.REVERSAL])
def test_wages_fees_and_taxes_may_leave_the_account(home, kind):
    account = special_account(home)
    entry(account, "500000.00")
    entry(account, "-186500.00", kind)
    assert raised(MoneyDiverted) == []


def test_a_reversed_movement_never_left(home):
    account = special_account(home)
    entry(account, "500000.00")
    gone = entry(account, "-100.00", MovementKind.OTHER_OUT)
    assert len(raised(MoneyDiverted)) == 1
    entry(account, "100.00", MovementKind.REVERSAL, reverses=gone)
    assert raised(MoneyDiverted) == []


# --- LOG-01 ----------------------------------------------------------------------------------------------------------


def stated(account, amounts: list[str], offsets: list[str | None]) -> None:
    balance = Decimal(0)
    for amount, offset in zip(amounts, offsets, strict=True):
        balance += Decimal(amount)
        entry(account, amount, stated_balance=None if offset is None else balance + Decimal(offset))


def test_a_balance_that_does_not_follow(home):
    account = special_account(home)
    stated(account, ["1000.00", "-200.00"], ["0", "1000.00"])
    (found,) = raised(BalanceBroken)
    assert "银行所报余额比逐笔推算的余额多 1,000.00 元。" in found.message
    assert found.evidence["rows"][0][3:] == ["800.00", "1800.00", "1000.00"]


def test_the_same_offset_afterwards_is_no_new_fault(home):
    account = special_account(home)
    stated(account, ["1000.00", "-200.00", "-1.00", "-1.00", "-1.00"], ["0", "-0.01", "-0.01", None, "-0.01"])
    (found,) = raised(BalanceBroken)
    assert found.evidence["total"] == 1
    assert "少 0.01 元" in found.message


def test_a_further_break_is_a_second_fault(home):
    stated(special_account(home), ["10.00", "10.00", "10.00"], ["1.00", "1.00", "2.00"])
    (found,) = raised(BalanceBroken)
    assert found.evidence["total"] == 2
    assert found.message.endswith("此后另有 1 处不衔接。")


def test_balances_that_follow_or_are_not_stated_are_fine(home):
    stated(special_account(home), ["1000.00", "-200.00", "-300.00"], ["0", None, "0"])
    assert raised(BalanceBroken) == []


def test_a_balance_that_agrees_again_settles_what_was_before(home):
    account = special_account(home)
    stated(account, ["1000.00"], ["1000.00"])
    assert len(raised(BalanceBroken)) == 1
    entry(account, "-500.00", stated_balance=Decimal("500.00"))
    assert raised(BalanceBroken) == []


# --- PAY-01 ----------------------------------------------------------------------------------------------------------


def test_wages_unpaid_the_day_after_pay_day_and_grace(zhang):
    """Pay day 15 October, five days of grace: in time on the 20th, late on the 21st."""
    attendance(zhang, date(2026, 9, 3))
    payroll_line(payroll(zhang.project), "6000.00", engagement=zhang)
    assert raised(WagesOverdue, date(2026, 10, 20)) == []
    (found,) = raised(WagesOverdue, date(2026, 10, 21))
    assert found.message == "2026年9月工资应于 2026-10-15 发放，至今 1 人工资未足额代发，尚欠 6,000.00 元。"
    assert found.evidence["rows"] == [
        ["张伟成", "钢筋一班", "6000.00", "0.00", "6000.00", "工资表编制中，金额未经确认"]
    ]
    assert found.level == Level.YELLOW


def test_the_level_rises_with_age_and_says_so(zhang):
    """Of a month of which something was paid: without that it is red from the third month on."""
    attendance(zhang, date(2026, 9, 3))
    payroll_line(payroll(zhang.project), engagement=zhang)
    set_paid(payroll_line(payroll(zhang.project)), "6000.00")
    levels = [raised(WagesOverdue, date(2026, *day))[0].level for day in ((10, 30), (10, 31), (11, 14), (11, 15))]
    assert levels == ["yellow", "orange", "orange", "red"]
    notes = Warning.objects.get().disposals.filter(act="noted").values_list("text", flat=True)
    assert list(notes) == ["预警级别由黄色升为橙色。", "预警级别由橙色升为红色。"]


def test_attendance_on_no_payroll_is_owed_too(zhang):
    attendance(zhang, date(2026, 9, 3))
    (found,) = raised(WagesOverdue, date(2026, 10, 21))
    assert found.message == "2026年9月工资应于 2026-10-15 发放，至今 1 人有考勤而未列入工资表。"
    payout(payroll_line(payroll(zhang.project), engagement=zhang), special_account(zhang.project))
    assert raised(WagesOverdue, date(2026, 10, 21)) == []


def test_partial_pay_leaves_the_rest_owed_to_the_cent(zhang):
    attendance(zhang, date(2026, 9, 3))
    payroll_line(payroll(zhang.project), "6000.00", engagement=zhang, paid=Decimal("5999.99"))
    (found,) = raised(WagesOverdue, date(2026, 10, 21))
    assert "尚欠 0.01 元" in found.message
    assert found.evidence["rows"][0][-1] == "部分代发"


def test_a_pay_day_of_the_31st_is_the_last_day_of_a_short_month():
    person = engagement(project(wage_pay_day=31))
    attendance(person, date(2026, 10, 3))
    assert raised(WagesOverdue, date(2026, 12, 5)) == []
    (found,) = raised(WagesOverdue, date(2026, 12, 6))
    assert "应于 2026-11-30 发放" in found.message


# --- PAY-02 ----------------------------------------------------------------------------------------------------------


def test_someone_paid_without_any_attendance_in_the_month(home, zhang):
    attendance(zhang, date(2026, 8, 31), date(2026, 10, 1))
    attendance(zhang, date(2026, 9, 7), units="0")
    payroll_line(payroll(home), "7200.00", engagement=zhang)
    (found,) = raised(PaidWithoutAttendance)
    assert found.message == "2026年9月，张伟成没有考勤记录，工资表列发工资 7,200.00 元。"
    assert (found.evidence["total"], found.evidence["sums"]["net"]) == (1, "7200.00")


def test_half_a_day_of_attendance_is_enough(home, zhang):
    attendance(zhang, date(2026, 9, 30), units="0.5")
    payroll_line(payroll(home), engagement=zhang)
    assert raised(PaidWithoutAttendance) == []


def test_a_line_without_money_is_no_pay(home, zhang):
    payroll_line(payroll(home), "0.00", engagement=zhang)
    assert raised(PaidWithoutAttendance) == []


def test_people_the_register_does_not_know_are_another_rules_matter(home):
    payroll_line(payroll(home))
    assert raised(PaidWithoutAttendance) == []


def test_someone_registered_later_is_found_by_the_id_number(home, zhang):
    payroll_line(payroll(home), name="张伟成", id_number=zhang.worker.id_number)
    assert len(raised(PaidWithoutAttendance)) == 1
    assert raised(UnregisteredPaid) == []


# --- PAY-04 ----------------------------------------------------------------------------------------------------------


def test_more_than_fifty_thousand_a_month(home, zhang):
    line = payroll_line(payroll(home), "68000.00", engagement=zhang)
    (found,) = raised(PayoutTooLarge)
    assert found.message == "2026年9月，张伟成工资 68,000.00 元，超过每人每月 50,000 元。"
    shown = found.evidence["rows"][0]
    assert shown[:2] == ["张伟成", f"{line.id_number[:6]}********{line.id_number[-4:]}"]


def test_fifty_thousand_a_month_is_allowed(home, zhang):
    payroll_line(payroll(home), "50000.00", engagement=zhang)
    assert raised(PayoutTooLarge) == []
    PayrollLine.objects.update(due="50000.01", net="50000.01")
    assert len(raised(PayoutTooLarge)) == 1


def test_more_than_three_hundred_thousand_a_year(home, zhang):
    for month in range(1, 7):
        payroll_line(payroll(home, date(2026, month, 1)), "50000.00", engagement=zhang)
    assert raised(PayoutTooLarge) == []
    payroll_line(payroll(home, date(2026, 7, 1)), "0.01", engagement=zhang)
    payroll_line(payroll(home, date(2025, 12, 1)), "50000.00", engagement=zhang)
    (found,) = raised(PayoutTooLarge)
    assert found.message == "2026年，张伟成累计工资 300,000.01 元，超过每人每年 300,000 元。"
    assert found.evidence["rows"][0][2] == 7


# --- PAY-05 ----------------------------------------------------------------------------------------------------------


def test_one_card_for_two_people(home):
    card = "6222021234567891712"
    for name in ("张三", "李四"):
        payroll_line(payroll(home), name=name, card_number=card, card_last4="1712")
    (found,) = raised(SharedCard)
    assert found.message == "2026年9月，尾号 1712 的银行卡为张三、李四收款，共 12,000.00 元。"
    assert {row[2] for row in found.evidence["rows"]} == {"6222***********1712"}
    assert "6222021234567891712" not in str(found.evidence)


@pytest.mark.parametrize("rule", [PayoutTooLarge, SharedCard, UnregisteredPaid, PaidWithoutAttendance, WagesOverdue])
def test_evidence_says_what_was_paid_since(home, zhang, rule):
    """A payment changes no finding of these rules, but the column 已代发."""
    line = payroll_line(payroll(home), "68000.00", engagement=zhang, card_number="6222021234567891712")
    payroll_line(payroll(home), "60000.00", name="王五", card_number="6222021234567891712")
    column = next(number for number, column in enumerate(rule.columns) if column.key == "paid")

    def paid() -> set[str]:
        return {row[column] for found in raised(rule) for row in found.evidence["rows"]}

    before = paid()
    for unpaid in PayrollLine.objects.filter(paid=0):
        set_paid(unpaid, "1234.50")
    assert before == {"0.00"}
    assert paid() == {"1234.50"}
    assert Warning.objects.filter(rule_code=rule.code).count() >= 1
    assert line.net


def test_one_card_for_one_person_in_two_months_is_fine(home, zhang):
    for month in (SEPTEMBER, date(2026, 10, 1)):
        payroll_line(payroll(home, month), engagement=zhang, card_number="6222021234567891712", card_last4="1712")
    assert raised(SharedCard) == []


# --- PAY-07 ----------------------------------------------------------------------------------------------------------


def test_someone_paid_whom_the_register_does_not_know(home):
    line = payroll_line(payroll(home), "5000.00", name="王五")
    (found,) = raised(UnregisteredPaid)
    assert found.message == "2026年9月工资表中，王五未在本项目实名登记，列发工资 5,000.00 元。"
    assert found.evidence["rows"][0][1].endswith(line.id_number[-4:])
    engagement(home, worker(id_number=line.id_number))
    assert raised(UnregisteredPaid) == []


def test_an_engagement_elsewhere_is_no_registration_here(home):
    line = payroll_line(payroll(home))
    engagement(project(), worker(id_number=line.id_number))
    assert len(raised(UnregisteredPaid)) == 1


# --- PAY-06 ----------------------------------------------------------------------------------------------------------


def test_last_months_sheets_were_not_posted(home, zhang):
    attendance(zhang, SEPTEMBER)
    payroll_line(payroll(home), engagement=zhang)
    assert raised(NotPosted, date(2026, 10, 5)) == []
    (found,) = raised(NotPosted, date(2026, 10, 6))
    assert found.message == "2026年9月的考勤表、工资核算表逾期没有公示。"
    assert found.level == Level.YELLOW
    assert [row[0] for row in found.evidence["rows"]] == ["工资核算表", "考勤表"]
    public_notice(home, SEPTEMBER, "attendance")
    (found,) = raised(NotPosted, date(2026, 10, 6))
    assert found.message == "2026年9月的工资核算表逾期没有公示。"
    public_notice(home, SEPTEMBER, "settlement", "attendance")
    assert raised(NotPosted, date(2026, 10, 6)) == []


def test_the_payout_sheet_follows_the_pay_day(home, zhang):
    line = payroll_line(payroll(home), engagement=zhang)
    payout(line, special_account(home))
    public_notice(home, SEPTEMBER, "settlement")
    assert raised(NotPosted, date(2026, 11, 5)) == []
    assert len(raised(NotPosted, date(2026, 11, 6))) == 1
    home.wage_pay_day = 5
    home.save()
    assert raised(NotPosted, date(2026, 10, 5)) == []
    assert len(raised(NotPosted, date(2026, 10, 6))) == 1


@pytest.mark.parametrize(("today", "fires"), [(date(2026, 11, 30), True), (date(2026, 12, 1), False)])
def test_a_withdrawn_posting_is_none_and_old_months_rest(home, zhang, today, fires):
    attendance(zhang, SEPTEMBER)
    public_notice(home, SEPTEMBER, withdrawn_at=timezone.now(), withdrawn_reason="传错")
    assert bool(raised(NotPosted, today)) == fires


def test_what_was_never_posted_stays_said_until_it_is(home, zhang):
    attendance(zhang, SEPTEMBER)
    assert len(raised(NotPosted, date(2026, 11, 30))) == 1
    assert len(raised(NotPosted, date(2027, 3, 1))) == 1
    public_notice(home, SEPTEMBER)
    assert raised(NotPosted, date(2027, 3, 2)) == []
