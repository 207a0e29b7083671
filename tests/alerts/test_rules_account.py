"""Rules about special accounts and labour cost: each fires, and is silent at the very boundary."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.enums import AccountAct, AccountStatus, MovementKind, SheetState, TermBasis
from accounts.models import AccountReport, ClosingNotice, SpecialAccount
from accounts.selectors import with_labour_cost
from alerts.enums import Level
from alerts.rules.acc_03_closed_owing import ClosedOwing
from alerts.rules.acc_04_reported_late import AccountReportedLate
from alerts.rules.lab_01_not_appropriated import LabourCostNotPaidIn
from alerts.rules.lab_02_short_balance import BalanceShort
from core import working_days
from core.models import CalendarDay
from projects.enums import Status
from projects.models import Project
from tests.accounts.factories import (
    account_report,
    closing_notice,
    entry,
    labour_cost_term,
    measured_value,
    payroll,
    payroll_line,
    payroll_sheet,
    set_paid,
    shared,
    special_account,
)
from tests.accounts.payouts import Site
from tests.alerts.factories import TODAY, case_lead, warning
from tests.alerts.sweeping import raised
from tests.organizations.factories import officer
from tests.projects.factories import project
from tests.workers.factories import attendance, departure, engagement

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    return project()


@pytest.fixture(autouse=True)
def _calendar(db):
    if not CalendarDay.objects.exists():
        working_days.rebuild()


# --- ACC-03 ----------------------------------------------------------------------------------------------------------


class TestClosedOwing:
    def closed(self, home, **fields) -> SpecialAccount:
        """After its notice, empty."""
        account = special_account(home)
        entry(account, "100.00")
        entry(account, "-100.00", MovementKind.FEE)
        closing_notice(account)
        account.status, account.cancelled_on = AccountStatus.CANCELLED, date(2026, 10, 10)
        account.save()
        return account

    def test_wages_come_to_light_that_were_not_paid(self, home):
        account = self.closed(home)
        assert raised(ClosedOwing) == []
        line = payroll_line(payroll(home), "6000.00")
        departure(engagement(home), date(2026, 10, 1), owed_amount=Decimal(500))
        (found,) = raised(ClosedOwing)
        assert found.message == (
            f"尾号 {account.number_last4} 的工资专用账户于 2026-10-10 注销：工资表未付清、退场人员工资未结清，"
            "共 6,500.00 元。"
        )
        assert found.level == Level.RED
        set_paid(line, "5999.99")
        assert raised(ClosedOwing)[0].evidence["sums"] == {"amount": "500.01"}

    def test_another_account_of_the_project_pays_them(self, home):
        self.closed(home)
        payroll_line(payroll(home))
        special_account(home)
        assert raised(ClosedOwing) == []

    def test_a_notice_that_was_withdrawn_or_had_not_ended(self, home):
        account = self.closed(home)
        ClosingNotice.objects.update(ends_on=date(2026, 10, 10), begins_on=date(2026, 9, 10))
        (found,) = raised(ClosedOwing)
        assert found.message.endswith("注销：没有公示满 30 日。")
        ClosingNotice.objects.update(ends_on=date(2026, 10, 9), begins_on=date(2026, 9, 9))
        assert raised(ClosedOwing) == []
        notice = account.closing_notices.get()
        notice.withdrawn_at, notice.withdrawn_reason = timezone.now(), "登记有误"
        notice.save()
        assert len(raised(ClosedOwing)) == 1

    def test_a_case_that_was_under_way_until_it_is_closed(self, home):
        self.closed(home)
        at = datetime(2026, 10, 10, 15, tzinfo=UTC)
        lead = case_lead(warning(home), officer(), number="530902-2026-0001", opened_at=at)
        (found,) = raised(ClosedOwing)
        assert "案源 530902-2026-0001 未结案" in found.message
        lead.opened_at = datetime(2026, 10, 10, 16, tzinfo=UTC)  # the day after, in China
        lead.save()
        assert raised(ClosedOwing) == []

    def test_an_account_recorded_by_mistake_may_go(self, home):
        special_account(home, status=AccountStatus.CANCELLED, cancelled_on=date(2026, 10, 10))
        payroll_line(payroll(home))
        assert raised(ClosedOwing) == []


# --- ACC-04 ----------------------------------------------------------------------------------------------------------


class TestReportedLate:
    def test_three_working_days_over_a_weekend(self, home):
        """Friday 24 July: Monday, Tuesday, Wednesday the 29th."""
        account = special_account(home)
        facts = {"happened_on": date(2026, 7, 24), "due_on": date(2026, 7, 29)}
        account_report(account, reported_on=date(2026, 7, 29), **facts)
        assert raised(AccountReportedLate) == []
        account_report(account, reported_on=date(2026, 7, 30), **facts)
        (found,) = raised(AccountReportedLate)
        assert found.message == (
            f"尾号 {account.number_last4} 的工资专用账户于 2026-07-24 开设，应于 2026-07-29 前报送，逾期 1 日。"
        )
        assert found.level == Level.YELLOW

    @pytest.mark.parametrize(("reported", "level"), [("2026-08-28", Level.YELLOW), ("2026-08-29", Level.ORANGE)])
    def test_orange_after_thirty_days(self, home, reported, level):
        facts = {"happened_on": date(2026, 7, 24), "reported_on": date.fromisoformat(reported)}
        account_report(special_account(home), act=AccountAct.CHANGED, **facts)
        assert raised(AccountReportedLate)[0].level == level

    def test_what_happened_before_the_project_was_supervised_is_due_from_then(self):
        home = project(supervised_from=date(2026, 9, 4))
        account = special_account(home)
        account_report(account, happened_on=date(2024, 1, 4), reported_on=date(2026, 9, 9))
        assert raised(AccountReportedLate) == []
        account_report(account, act=AccountAct.CHANGED, happened_on=date(2024, 1, 4), reported_on=date(2026, 9, 10))
        assert len(raised(AccountReportedLate)) == 1

    def test_an_account_of_two_projects_is_one_matter(self, home):
        account = shared(special_account(home), project())
        account_report(account, reported_on=date(2026, 8, 20))
        assert [found.project for found in raised(AccountReportedLate)] == [home]

    def test_an_account_that_only_a_statement_told_of(self, home):
        """Recorded on Friday 16 October; by Wednesday its opening is to be reported."""
        created = datetime(2026, 10, 16, 2, tzinfo=UTC)
        account = special_account(home, opened_on=date(2026, 10, 1), created_at=created)
        SpecialAccount.objects.update(opened_on=None)
        assert raised(AccountReportedLate, date(2026, 10, 21)) == []
        (found,) = raised(AccountReportedLate, date(2026, 10, 22))
        assert found.message.endswith("由对账单登记，开户信息应于 2026-10-21 前报送，至今没有报送。")
        SpecialAccount.objects.update(opened_on=date(2026, 10, 1))
        facts = {"happened_on": date(2026, 10, 1), "due_on": date(2026, 10, 9)}
        account_report(account, reported_on=date(2026, 10, 22), **facts)
        (after,) = raised(AccountReportedLate, date(2026, 10, 22))
        assert (after.pk, AccountReport.objects.count()) == (found.pk, 1)


# --- LAB-01 ----------------------------------------------------------------------------------------------------------


class TestLabourCost:
    def test_the_agreed_sum_from_the_day_after_it_was_due(self, home):
        """100,000 for August due by 10 September."""
        labour_cost_term(home)
        account = special_account(home)
        entry(account, "99999.99", booked_on=date(2026, 9, 10))
        assert raised(LabourCostNotPaidIn, date(2026, 9, 10)) == []
        (found,) = raised(LabourCostNotPaidIn, date(2026, 9, 11))
        assert found.message == (
            "按合同应拨付人工费 100,000.00 元，已到账 99,999.99 元，自 2026-09-10 起尚欠 0.01 元。"
        )
        assert found.level == Level.ORANGE
        assert found.evidence["rows"] == [
            ["2026-09-01", None, None, "99999.99"],
            ["2026-08-01", "2026-09-10", "100000.00", None],
        ]
        entry(account, "0.01", booked_on=date(2026, 9, 11))
        assert raised(LabourCostNotPaidIn, date(2026, 9, 11)) == []

    def test_red_after_thirty_days(self, home):
        labour_cost_term(home)
        assert raised(LabourCostNotPaidIn, date(2026, 10, 10))[0].level == Level.ORANGE
        assert raised(LabourCostNotPaidIn, date(2026, 10, 11))[0].level == Level.RED

    def test_a_reversed_appropriation_never_came(self, home):
        labour_cost_term(home)
        account = special_account(home)
        gone = entry(account, "100000.00", booked_on=date(2026, 9, 8))
        assert raised(LabourCostNotPaidIn, date(2026, 9, 11)) == []
        entry(account, "-100000.00", MovementKind.REVERSAL, reverses=gone)
        assert len(raised(LabourCostNotPaidIn, date(2026, 9, 11))) == 1

    def test_owed_after_completion_and_while_it_stands_still(self, home):
        labour_cost_term(home)
        Project.objects.update(status=Status.SUSPENDED)
        assert len(raised(LabourCostNotPaidIn)) == 1
        Project.objects.update(status=Status.COMPLETED, completed_on=date(2026, 9, 30))
        assert len(raised(LabourCostNotPaidIn)) == 1

    def test_rule_and_list_say_the_same(self):
        """One SQL for many projects, the same as asked row by row."""
        for fields in (
            {},
            {"basis": TermBasis.PROGRESS, "share": 20},
            {"basis": TermBasis.CONTRACT, "share": 20, "last_month": date(2026, 12, 1)},
        ):
            for came in ("0", "1", "200000", "300000"):
                home = project(contract_amount=Decimal("7000000"))
                labour_cost_term(home, **fields)
                measured_value(home, date(2026, 9, 1))
                if Decimal(came):
                    entry(special_account(home), came, booked_on=date(2026, 9, 9))
        listed = {p.pk for p in with_labour_cost(Project.objects.all(), TODAY).filter(cost_gap__gt=0)}
        assert {found.project_id for found in raised(LabourCostNotPaidIn)} == listed
        assert 4 < len(listed) < 12

    def paid_in(self, home):
        """By 8 October; people worked since."""
        entry(special_account(home), "1000.00", booked_on=date(2026, 10, 8))
        attendance(engagement(home), date(2026, 10, 9))

    def test_without_a_clause_more_than_a_month_since_the_last_one(self, home):
        self.paid_in(home)
        assert raised(LabourCostNotPaidIn, date(2026, 11, 8)) == []
        (found,) = raised(LabourCostNotPaidIn, date(2026, 11, 9))
        assert found.message == "上次人工费拨付在 2026-10-08，此后有人员考勤，超过 1 个月没有拨付。"
        assert raised(LabourCostNotPaidIn, date(2026, 12, 9))[0].level == Level.RED

    def test_never_any_since_the_account_was_opened(self, home):
        special_account(home, opened_on=date(2026, 8, 5))
        attendance(engagement(home), date(2026, 8, 9))
        assert raised(LabourCostNotPaidIn, date(2026, 9, 5)) == []
        (found,) = raised(LabourCostNotPaidIn, date(2026, 9, 6))
        assert found.message == "自 2026-08-05 起有人员考勤，超过 1 个月没有人工费拨付到专户。"

    def test_a_month_nobody_measured_is_judged_by_the_last_one_too(self, home):
        labour_cost_term(home, basis=TermBasis.PROGRESS, share=20)
        self.paid_in(home)
        assert len(raised(LabourCostNotPaidIn, date(2026, 11, 9))) == 1
        for month in (8, 9):
            measured_value(home, date(2026, month, 1), "100")
        assert raised(LabourCostNotPaidIn, date(2026, 11, 9)) == []

    def test_where_nobody_worked_nothing_was_to_be_paid(self, home):
        entry(special_account(home), "1000.00", booked_on=date(2026, 10, 8))
        attendance(engagement(home), date(2026, 10, 8))
        assert raised(LabourCostNotPaidIn, date(2026, 12, 1)) == []

    def test_a_site_that_stands_still_is_silent_and_counted_anew(self, home):
        self.paid_in(home)
        Project.objects.update(status=Status.SUSPENDED)
        assert raised(LabourCostNotPaidIn, date(2026, 12, 1)) == []
        Project.objects.update(status=Status.IN_PROGRESS)
        home.status_changes.create(status=Status.IN_PROGRESS, on=date(2026, 11, 20))
        assert raised(LabourCostNotPaidIn, date(2026, 12, 1)) == []

    def test_without_an_account_it_is_another_rules_matter(self, home):
        attendance(engagement(home), date(2026, 10, 9))
        assert raised(LabourCostNotPaidIn) == []


# --- LAB-02 ----------------------------------------------------------------------------------------------------------


class TestBalanceShort:
    def test_due_on_the_pay_day(self, home):
        account = special_account(home)
        entry(account, "5999.99")
        payroll_line(payroll(home), "6000.00")
        assert raised(BalanceShort, date(2026, 10, 14)) == []
        (found,) = raised(BalanceShort, date(2026, 10, 15))
        assert found.message == ("待发工资 6,000.00 元（最早 2026-10-15 发放），专户余额 5,999.99 元，差 0.01 元。")
        assert found.level == Level.ORANGE
        assert raised(BalanceShort, date(2026, 10, 16))[0].level == Level.RED
        entry(account, "0.01")
        assert raised(BalanceShort, date(2026, 10, 16)) == []

    def test_approved_before_the_pay_day(self):
        site = Site("5999.99")
        sheet = site.sheet()
        assert sheet.state == SheetState.APPROVED
        assert len(raised(BalanceShort, date(2026, 10, 1))) == 1
        payroll_line(payroll(site.project), "6000.00", sheet=payroll_sheet(payroll(site.project)))
        assert raised(BalanceShort, date(2026, 10, 1))[0].evidence["sums"] == {"amount": "6000.00"}

    def test_the_money_of_another_project_on_the_same_account_does_not_help(self, home):
        other = project()
        account = shared(special_account(home), other)
        entry(account, "1000.00", project=home)
        entry(account, "90000.00", project=other)
        payroll_line(payroll(home), "6000.00")
        (found,) = raised(BalanceShort)
        assert "专户余额 1,000.00 元" in found.message

    def test_without_a_ledger_nobody_knows_the_balance(self, home):
        special_account(home)
        payroll_line(payroll(home))
        assert raised(BalanceShort) == []

    def test_wages_that_were_paid_need_nothing(self, home):
        entry(special_account(home), "1.00")
        set_paid(payroll_line(payroll(home), "6000.00"), "6000.00")
        assert raised(BalanceShort) == []
