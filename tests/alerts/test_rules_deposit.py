"""Rules about wage deposits and payment guarantees, each at its boundary on the calendar of working days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.enums import DepositForm, DepositState
from accounts.models import Deposit, DepositInstrument, DepositUse
from alerts.enums import Level
from alerts.rules.dep_01_not_stored import DepositNotStored
from alerts.rules.dep_02_expiring import DepositExpiring
from alerts.rules.dep_03_not_refilled import DepositNotRefilled
from alerts.rules.guar_02_recorded_late import GuaranteeRecordedLate
from core import working_days
from core.models import CalendarDay, WorkdayOverride
from projects.enums import Status
from projects.models import Project
from tests.accounts import deposits
from tests.alerts.sweeping import raised
from tests.projects.factories import guarantee, permit, project

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def _calendar(db):
    if not CalendarDay.objects.exists():
        working_days.rebuild()


# --- DEP-01 ----------------------------------------------------------------------------------------------------------


class TestNotStored:
    def test_twenty_working_days_after_the_permit(self):
        """Friday 2 October + 20 plain working days: Friday 30 October."""
        home = project()
        permit(home, issued_on=date(2026, 10, 2))
        assert raised(DepositNotStored, date(2026, 10, 30)) == []
        (found,) = raised(DepositNotStored, date(2026, 10, 31))
        assert found.message == "自 2026-10-02 起 20 个工作日内应存储工资保证金，已于 2026-10-30 到期，至今没有存储。"
        assert found.level == Level.ORANGE
        assert raised(DepositNotStored, date(2026, 11, 29))[0].level == Level.ORANGE
        assert raised(DepositNotStored, date(2026, 11, 30))[0].level == Level.RED

    def test_holidays_do_not_count(self):
        WorkdayOverride.objects.create(day=date(2026, 10, 5), is_workday=False)
        working_days.rebuild()
        permit(project(), issued_on=date(2026, 10, 2))
        assert raised(DepositNotStored, date(2026, 11, 2)) == []
        assert len(raised(DepositNotStored, date(2026, 11, 3))) == 1

    def test_without_a_permit_by_the_contract_and_the_permit_goes_first(self):
        home = project(contract_signed_on=date(2026, 10, 2))
        assert len(raised(DepositNotStored, date(2026, 10, 31))) == 1
        permit(home, issued_on=date(2026, 10, 6))
        assert raised(DepositNotStored, date(2026, 10, 31)) == []

    def test_neither_is_known(self):
        project(contract_signed_on=None)
        assert raised(DepositNotStored) == []

    def test_declared_and_assessed_is_not_stored(self):
        home = project()
        permit(home, issued_on=date(2026, 6, 1))
        deposit = deposits.assessed(home)
        (found,) = raised(DepositNotStored)
        assert found.evidence["rows"][0][2] == DepositState.ASSESSED.label
        deposits.confirm(deposits.offered(deposit))
        assert raised(DepositNotStored) == []

    @pytest.mark.parametrize("form", [DepositForm.GUARANTEE, DepositForm.INSURANCE])
    def test_a_letter_or_a_policy_stands_for_it(self, form):
        home = project()
        permit(home, issued_on=date(2026, 6, 1))
        deposits.stored(home, form=form)
        assert raised(DepositNotStored) == []

    def test_an_exemption_stands_for_it(self):
        home = project()
        permit(home, issued_on=date(2026, 6, 1))
        deposit = deposits.assessed(home)
        Deposit.objects.filter(pk=deposit.pk).update(state=DepositState.EXEMPT, differential_amount=0)
        assert raised(DepositNotStored) == []


# --- DEP-02 ----------------------------------------------------------------------------------------------------------


class TestExpiring:
    @pytest.mark.parametrize(("days", "level"), [(31, None), (30, Level.YELLOW), (0, Level.YELLOW), (-1, Level.RED)])
    def test_within_thirty_days_yellow_and_red_once_it_has_ended(self, days, level):
        deposits.stored(project(), form=DepositForm.GUARANTEE)
        ends_on, starts_on = TODAY + timedelta(days), TODAY - timedelta(90)
        DepositInstrument.objects.update(ends_on=ends_on, starts_on=starts_on)
        found = raised(DepositExpiring, TODAY)
        assert [each.level for each in found] == ([level] if level else [])
        if level == Level.RED:
            assert found[0].message == f"工资保证金的银行保函已于 {ends_on} 到期，项目尚未完工，没有续保。"
        elif level:
            assert found[0].message == f"工资保证金的银行保函将于 {ends_on} 到期，尚未续保。"

    def test_money_on_an_account_does_not_expire(self):
        deposits.stored(project())
        assert raised(DepositExpiring, TODAY) == []

    def test_a_renewal_answers_it_once_it_is_confirmed(self):
        deposit = deposits.stored(project(), form=DepositForm.INSURANCE, ends_on=TODAY + timedelta(10))
        renewal = deposits.offered(deposit)
        assert len(raised(DepositExpiring, TODAY)) == 1
        deposits.confirm(renewal)
        assert raised(DepositExpiring, TODAY) == []

    def test_complete_works_end_it(self):
        deposits.stored(project(), form=DepositForm.GUARANTEE, ends_on=TODAY + timedelta(10))
        assert len(raised(DepositExpiring, TODAY)) == 1
        Project.objects.update(status=Status.COMPLETED, completed_on=TODAY)
        assert raised(DepositExpiring, TODAY) == []


# --- DEP-03 ----------------------------------------------------------------------------------------------------------


class TestNotRefilled:
    def used(self) -> DepositUse:
        """10,000 of 150,000, on Friday 2 October."""
        use = deposits.paid(deposits.approved(deposits.proposed(deposits.stored(project()))))
        DepositUse.objects.update(paid_on=date(2026, 10, 2))
        return use

    def test_ten_working_days_after_it_was_used(self):
        use = self.used()
        assert raised(DepositNotRefilled, date(2026, 10, 16)) == []
        (found,) = raised(DepositNotRefilled, date(2026, 10, 17))
        assert found.message == (
            "工资保证金应存储 150,000.00 元，动用后余额 140,000.00 元，应于 2026-10-16 前补足，尚差 10,000.00 元。"
        )
        assert found.level == Level.ORANGE
        assert found.evidence["rows"][0][0] == use.notice_number
        assert raised(DepositNotRefilled, date(2026, 11, 16))[0].level == Level.RED

    def test_refilled(self):
        use = self.used()
        by = deposits.who.bank_clerk(use.instrument.keeper)
        facts = {"by": by, "moved_on": timezone.localdate()}
        deposits.deposit_uses.confirm_refill(use, amount=use.amount - 1, **facts)
        (found,) = raised(DepositNotRefilled)
        assert found.message.endswith("尚差 1.00 元。")
        deposits.deposit_uses.confirm_refill(use, amount=1, **facts)
        assert raised(DepositNotRefilled) == []


# --- GUAR-02 ---------------------------------------------------------------------------------------------------------


class TestGuaranteeRecordedLate:
    def recorded(self, at: datetime, **fields):
        """Received on Friday 24 July: to be recorded by Wednesday the 29th."""
        of = project(**fields)
        return guarantee(of, received_on=date(2026, 7, 24), record_due_on=date(2026, 7, 29), recorded_at=at)

    def test_on_the_third_working_day_and_on_the_fourth(self):
        self.recorded(datetime(2026, 7, 29, 15, 59, tzinfo=UTC))  # one minute to midnight in China
        assert raised(GuaranteeRecordedLate) == []
        late = self.recorded(datetime(2026, 7, 29, 16, tzinfo=UTC))
        (found,) = raised(GuaranteeRecordedLate)
        assert found.message == (
            f"{late.guarantor_name}的工程款支付担保于 2026-07-24 收到，应于 2026-07-29 前录入，"
            "实际于 2026-07-30 录入，逾期 1 日。"
        )
        assert found.level == Level.YELLOW

    def test_before_the_project_was_supervised_nobody_could_record_it(self):
        self.recorded(datetime(2026, 9, 9, tzinfo=UTC), supervised_from=date(2026, 9, 4))
        assert raised(GuaranteeRecordedLate) == []
        self.recorded(datetime(2026, 9, 10, tzinfo=UTC), supervised_from=date(2026, 9, 4))
        assert len(raised(GuaranteeRecordedLate)) == 1

    def test_orange_after_thirty_days(self):
        self.recorded(datetime(2026, 8, 28, tzinfo=UTC))
        self.recorded(datetime(2026, 8, 29, tzinfo=UTC))
        assert [found.level for found in raised(GuaranteeRecordedLate)] == [Level.YELLOW, Level.ORANGE]
