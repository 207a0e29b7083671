"""Rules about what banks send, when, and whether it agrees: each at its boundary."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.enums import MovementKind
from accounts.models import Payout, PayoutBatch, PayoutOrder, SpecialAccount
from accounts.services import record_results
from alerts.enums import Level
from alerts.rules.data_03_ledger_late import LedgerLate
from alerts.rules.data_04_pay_data_late import PayDataLate
from alerts.rules.log_04_serials import SerialsApart
from core import working_days
from core.models import CalendarDay
from tests.accounts.factories import entry, payout, payroll, payroll_line, special_account
from tests.accounts.payouts import Site, orders, paid
from tests.alerts.sweeping import raised
from tests.projects.factories import project

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
NOON = timedelta(hours=12)


@pytest.fixture(autouse=True)
def _calendar(db):
    if not CalendarDay.objects.exists():
        working_days.rebuild()


@pytest.fixture
def account():
    return special_account(project(), created_at=datetime(2026, 7, 25, tzinfo=UTC))


def came(account, booked_on: date, received_on: date, amount="100.00", **fields):
    at = datetime.combine(received_on, datetime.min.time(), tzinfo=timezone.get_current_timezone()) + NOON
    return entry(account, amount, booked_on=booked_on, created_at=at, **fields)


# --- DATA-03 ---------------------------------------------------------------------------------------------------------


class TestLedgerLate:
    def test_a_day_of_grace_and_no_more(self, account):
        came(account, date(2026, 11, 9), date(2026, 11, 10))
        assert raised(LedgerLate, TODAY) == []
        came(account, date(2026, 11, 9), date(2026, 11, 11))
        (found,) = raised(LedgerLate, TODAY)
        assert found.message == (
            f"尾号 {account.number_last4} 的工资专用账户2026年11月收到的流水中，"
            "1 笔逾期报送，最长 2 日（应当日报送）。"
        )
        assert found.level == Level.YELLOW
        assert found.evidence["rows"][0][2:] == ["100.00", "2026-11-09", "2026-11-11"]

    def test_what_was_booked_before_account_or_project_were_on_the_platform(self, account):
        SpecialAccount.objects.update(created_at=datetime(2026, 11, 10, 2, tzinfo=UTC))
        came(account, date(2026, 8, 1), date(2026, 11, 11))
        assert raised(LedgerLate, TODAY) == []
        came(account, date(2026, 8, 1), date(2026, 11, 12))
        assert len(raised(LedgerLate, TODAY)) == 1

    def test_this_month_and_the_last(self, account):
        came(account, date(2026, 10, 1), date(2026, 10, 12))
        assert len(raised(LedgerLate, date(2026, 11, 30))) == 1
        assert raised(LedgerLate, date(2026, 12, 1)) == []

    def test_what_the_portal_wrote_itself_is_no_banks(self, account):
        came(account, date(2026, 11, 1), date(2026, 11, 12), kind=MovementKind.OPENING)
        assert raised(LedgerLate, TODAY) == []

    def test_wages_reported_as_paid_whose_movement_does_not_come(self):
        site = Site()
        (order,) = orders(site.batch(site.sheet()))
        record_results(order.project, [paid(order)], by=site.banker)
        Payout.objects.update(paid_on=date(2026, 11, 10))
        assert raised(LedgerLate, date(2026, 11, 11)) == []
        (found,) = raised(LedgerLate, date(2026, 11, 12))
        assert found.message.endswith("自 2026-11-10 起有 1 笔工资已报发放，没有收到流水。")
        came(site.account, date(2026, 11, 10), date(2026, 11, 11))
        assert raised(LedgerLate, date(2026, 11, 12)) == []


# --- DATA-04 ---------------------------------------------------------------------------------------------------------


class TestPayDataLate:
    @pytest.fixture
    def order(self) -> PayoutOrder:
        site = Site()
        (order,) = orders(site.batch(site.sheet()))
        self.banker = site.banker
        return order

    @pytest.mark.parametrize(("days", "fires"), [(1, False), (2, True)])
    def test_a_day_after_it_was_paid(self, order, days, fires):
        told_on = timezone.localdate()
        at = datetime.combine(told_on - timedelta(days), datetime.min.time(), timezone.get_current_timezone()) + NOON
        record_results(order.project, [paid(order, at=at)], by=self.banker)
        found = raised(PayDataLate, told_on)
        assert bool(found) == fires
        if fires:
            month = f"{told_on.year}年{told_on.month}月"
            assert found[0].message == f"{month}报送的发放结果中，1 笔逾期，最长在银行办理后 2 日。"
            assert found[0].evidence["rows"][0][:3] == [order.batch.number, 1, "6000.00"]

    def test_a_bank_that_does_not_answer(self, order):
        sent_on = timezone.localdate(PayoutBatch.objects.get().made_at)
        assert raised(PayDataLate, sent_on + timedelta(3)) == []
        (found,) = raised(PayDataLate, sent_on + timedelta(4))
        assert found.message == f"{sent_on} 起提交银行的 1 笔工资，至今没有回报发放结果。"
        record_results(order.project, [paid(order)], by=self.banker)
        assert raised(PayDataLate, sent_on + timedelta(4)) == []


# --- LOG-04 ----------------------------------------------------------------------------------------------------------


class TestSerialsApart:
    def test_wages_of_the_ledger_that_pay_nobody(self, account):
        came(account, date(2026, 11, 9), date(2026, 11, 9), "1000.00")
        came(account, date(2026, 11, 9), date(2026, 11, 10), "-600.00", kind=MovementKind.WAGE)
        assert raised(SerialsApart, date(2026, 11, 13)) == []
        (found,) = raised(SerialsApart, date(2026, 11, 14))
        assert found.message == (
            f"尾号 {account.number_last4} 的工资专用账户：1 笔工资支出（600.00 元）没有对应的发放明细。"
        )
        assert found.level == Level.ORANGE
        assert found.evidence["rows"][0][3] == "流水为工资支出，没有对应的发放明细"

    def test_wages_that_pay_a_line_are_in_order(self, account):
        entry(account, "10000.00")
        payout(payroll_line(payroll(account.project_links.get().project)), account)
        assert raised(SerialsApart) == []

    def test_a_payment_whose_serial_the_statement_does_not_hold(self):
        site = Site()
        (order,) = orders(site.batch(site.sheet()))
        record_results(order.project, [paid(order)], by=site.banker)
        Payout.objects.update(paid_on=date(2026, 11, 10))
        assert raised(SerialsApart, TODAY) == []  # no statement has come so far
        came(site.account, date(2026, 11, 11), date(2026, 11, 11), "1.00")
        assert raised(SerialsApart, date(2026, 11, 13)) == []
        (found,) = raised(SerialsApart, date(2026, 11, 14))
        assert found.message.endswith("1 笔已报发放的工资（6,000.00 元）与流水不符。")
        assert found.evidence["rows"][0][3] == "对账单中没有这个流水号"
