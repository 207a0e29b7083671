"""How a suspension counts in the rules, and the rule about payment guarantees; each at its boundary."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from alerts.enums import Level
from alerts.rules.acc_01_no_account import NoSpecialAccount
from alerts.rules.guar_01_no_guarantee import NoPaymentGuarantee
from alerts.rules.off_01_no_clerk import NoWageClerk
from alerts.rules.pay_01_overdue import WagesOverdue
from alerts.rules.pay_02_no_attendance import PaidWithoutAttendance
from alerts.rules.real_01_no_roster import NoRoster
from alerts.rules.real_03_no_attendance import NobodyAttends
from projects import services
from projects.enums import Status, StatusAct
from projects.models import Project
from projects.selectors.guarantees import with_guarantees
from tests.accounts.factories import payroll, payroll_line
from tests.alerts.factories import TODAY
from tests.alerts.sweeping import raised
from tests.organizations.factories import officer
from tests.projects.factories import guarantee, project, suspension
from tests.workers.factories import attendance, engagement

pytestmark = pytest.mark.django_db


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


# --- terms that pause ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rule", "days"), [(NoRoster, 10), (NoWageClerk, 30)])
class TestTermsFromTheStart:
    def test_suspended_days_are_not_counted(self, rule, days):
        home = project(actual_start_on=ago(days + 1 + 5))
        suspension(home, ago(days), ago(days - 6))  # six days without work: the term ends today
        assert raised(rule) == []
        home.suspensions.update(ended_on=ago(days - 5))  # five
        assert len(raised(rule)) == 1

    def test_a_span_that_lasts_stops_the_term_where_it_is(self, rule, days):
        home = project(actual_start_on=ago(90))
        suspension(home, ago(90 - days))
        Project.objects.update(status=Status.SUSPENDED)
        assert raised(rule) == []

    def test_several_spans_add_up_and_days_before_the_start_do_not(self, rule, days):
        home = project(actual_start_on=ago(days + 4))
        suspension(home, ago(days + 9), ago(days + 3))  # one day of it after the start
        suspension(home, ago(3), ago(1))
        assert len(raised(rule)) == 1
        suspension(home, ago(1))
        assert raised(rule) == []

    def test_a_span_to_come_and_one_of_another_project_change_nothing(self, rule, days):
        home = project(actual_start_on=ago(days + 1))
        suspension(home, TODAY)
        suspension(project(actual_start_on=ago(1)), ago(90))
        assert [found.project for found in raised(rule)] == [home]


def test_what_was_due_before_the_suspension_stays_due():
    home = project(actual_start_on=ago(60), status=Status.SUSPENDED)
    suspension(home, ago(29))
    assert len(raised(NoWageClerk)) == 1


def test_silence_is_counted_anew_from_the_resumption():
    home = project(actual_start_on=ago(60))
    by = officer()
    attendance(engagement(home), ago(40))
    services.change_status(home, StatusAct.SUSPEND, by=by, on=ago(39), reason="停工")
    assert raised(NobodyAttends) == []
    services.change_status(home, StatusAct.RESUME, by=by, on=ago(7))
    assert raised(NobodyAttends) == []
    span = home.suspensions.get()
    dates = {"began_on": span.began_on, "ended_on": ago(8)}
    services.correct_suspension(span, by=by, reason="复工令日期", **dates)
    assert len(raised(NobodyAttends)) == 1


# --- what does not pause ---------------------------------------------------------------------------------------------


def test_wages_of_the_months_before_stay_owed_while_the_site_stands_still():
    home = project(status=Status.SUSPENDED)
    suspension(home, date(2026, 10, 1))
    attendance(engagement(home), date(2026, 9, 8))
    (found,) = raised(WagesOverdue)
    assert (found.subject_key, found.level) == ("2026-09", Level.RED)


def test_the_account_is_due_by_the_contract_whether_work_goes_on_or_not():
    home = project(contract_signed_on=ago(31), status=Status.SUSPENDED)
    suspension(home, ago(20))
    assert len(raised(NoSpecialAccount)) == 1


# --- wages without attendance ----------------------------------------------------------------------------------------


class TestPaidWhileNobodyWorks:
    def paid(self):
        home = project()
        payroll_line(payroll(home, date(2026, 9, 1)), engagement=engagement(home))
        return home

    def test_a_month_that_was_suspended_throughout_is_silent(self):
        suspension(self.paid(), date(2026, 9, 1), date(2026, 10, 1))
        assert raised(PaidWithoutAttendance) == []

    @pytest.mark.parametrize(("began", "ended"), [("2026-09-02", "2026-10-01"), ("2026-09-01", "2026-09-30")])
    def test_one_day_of_work_in_it_and_it_is_not(self, began, ended):
        suspension(self.paid(), date.fromisoformat(began), date.fromisoformat(ended))
        assert len(raised(PaidWithoutAttendance)) == 1

    def test_two_spans_that_touch_are_one(self):
        home = self.paid()
        suspension(home, date(2026, 8, 20), date(2026, 9, 15))
        suspension(home, date(2026, 9, 15))
        assert raised(PaidWithoutAttendance) == []


# --- GUAR-01 ---------------------------------------------------------------------------------------------------------


class TestPaymentGuarantee:
    def home(self, **fields):
        return project(**({"contract_amount": Decimal("4000000"), "actual_start_on": ago(31)} | fields))

    def test_none_31_days_after_the_start(self):
        home = self.home()
        (found,) = raised(NoPaymentGuarantee)
        assert found.message == f"项目于 {ago(31)} 开工，超过 30 日没有登记建设单位的工程款支付担保。"
        assert found.level == Level.ORANGE
        guarantee(home, starts_on=ago(1), ends_on=TODAY + timedelta(days=31))
        assert raised(NoPaymentGuarantee) == []

    @pytest.mark.parametrize(
        "fields",
        [{"actual_start_on": ago(30)}, {"contract_amount": Decimal("3999999.99")}, {"contract_amount": None}],
        ids=["in time", "small", "amount unknown"],
    )
    def test_silent_at_the_boundary(self, fields):
        self.home(**fields)
        assert raised(NoPaymentGuarantee) == []

    def test_one_that_ended_yesterday_and_one_that_ends_today(self):
        held = guarantee(self.home(), ends_on=ago(1))
        (found,) = raised(NoPaymentGuarantee)
        assert found.message == f"工程款支付担保已于 {ago(1)} 到期，项目尚未完工，没有登记续保。"
        assert found.level == Level.ORANGE
        assert found.evidence["rows"][0][0] == held.guarantor_name
        type(held).objects.update(ends_on=TODAY)
        (found,) = raised(NoPaymentGuarantee)
        assert found.message == f"工程款支付担保将于 {TODAY} 到期，尚未登记续保。"

    def test_expiring_within_30_days_unless_it_is_renewed(self):
        home = self.home()
        held = guarantee(home, ends_on=TODAY + timedelta(days=31))
        assert raised(NoPaymentGuarantee) == []
        type(held).objects.update(ends_on=TODAY + timedelta(days=30))
        (found,) = raised(NoPaymentGuarantee)
        assert found.level == Level.YELLOW
        guarantee(home, starts_on=TODAY + timedelta(days=32), ends_on=TODAY + timedelta(days=300))
        assert len(raised(NoPaymentGuarantee)) == 1  # a day without one between them
        home.payment_guarantees.filter(starts_on__gt=TODAY).update(starts_on=TODAY + timedelta(days=31))
        assert raised(NoPaymentGuarantee) == []

    def test_suspended_counts_and_completed_does_not(self):
        self.home(status=Status.SUSPENDED)
        self.home(status=Status.COMPLETED, completed_on=ago(1))
        assert len(raised(NoPaymentGuarantee)) == 1

    def test_lists_and_rule_say_the_same(self):
        """One SQL serves both: what the rule warns of is what the list shows in red or orange."""
        for ends_on in (ago(1), TODAY, TODAY + timedelta(days=30), TODAY + timedelta(days=31)):
            guarantee(self.home(), ends_on=ends_on)
        guarantee(self.home(), starts_on=TODAY + timedelta(days=1))
        self.home()
        states = {one.pk: one.guarantee_state for one in with_guarantees(Project.objects.all(), TODAY)}
        assert sorted(states.values()) == ["expired", "expiring", "expiring", "in_force", "none", "none"]
        warned = {found.project_id for found in raised(NoPaymentGuarantee)}
        assert warned == {pk for pk, state in states.items() if state != "in_force"}
