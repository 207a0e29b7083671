"""Rules about accounts, the register, attendance and data: each fires, and is silent at the very boundary."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import AccountStatus
from alerts.enums import Level
from alerts.rules.acc_01_no_account import NoSpecialAccount
from alerts.rules.data_01_late_attendance import AttendanceLate
from alerts.rules.data_02_incomplete import InformationIncomplete
from alerts.rules.disp_01_overdue import DisposalOverdue
from alerts.rules.off_01_no_clerk import NoWageClerk
from alerts.rules.real_01_no_roster import NoRoster
from alerts.rules.real_02_no_contract import NoContract
from alerts.rules.real_03_no_attendance import NobodyAttends
from projects.enums import Status
from projects.models import Project, StatusChange, WageClerk
from projects.selectors import completeness_for
from tests.accounts.factories import special_account
from tests.alerts.factories import TODAY, warning
from tests.alerts.sweeping import raised
from tests.projects.factories import project
from tests.workers.factories import attendance, contract, engagement
from workers.selectors.deadlines import last_due

pytestmark = pytest.mark.django_db


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def change(of: Project, **fields) -> None:
    Project.objects.filter(pk=of.pk).update(**fields)


# --- ACC-01 ----------------------------------------------------------------------------------------------------------


def test_no_account_31_days_after_the_contract():
    home = project(contract_signed_on=ago(31), actual_start_on=ago(1))
    (found,) = raised(NoSpecialAccount)
    assert found.message == f"施工合同签订于 {ago(31)}，超过 30 日仍未开立农民工工资专用账户。"
    assert (found.level, found.evidence["rows"]) == (Level.RED, [[str(ago(31)), str(ago(1)), 0]])
    special_account(home)
    assert raised(NoSpecialAccount) == []


def test_no_account_is_in_time_on_the_30th_day():
    project(contract_signed_on=ago(30), actual_start_on=ago(99))
    assert raised(NoSpecialAccount) == []


def test_without_a_contract_date_the_start_counts():
    project(contract_signed_on=None, actual_start_on=ago(31))
    (found,) = raised(NoSpecialAccount)
    assert found.message.startswith(f"实际开工于 {ago(31)}")


def test_a_cancelled_account_is_none_a_frozen_one_is_one():
    home = project(contract_signed_on=ago(31))
    account = special_account(home, status=AccountStatus.FROZEN)
    assert raised(NoSpecialAccount) == []
    type(account).objects.update(status=AccountStatus.CANCELLED, cancelled_on=ago(1))
    assert len(raised(NoSpecialAccount)) == 1


# --- REAL-01 ---------------------------------------------------------------------------------------------------------


def test_started_11_days_ago_and_nobody_registered():
    home = project(actual_start_on=ago(11))
    (found,) = raised(NoRoster)
    assert found.message == f"项目于 {ago(11)} 开工，超过 10 日没有登记任何人员。"
    engagement(home)
    assert raised(NoRoster) == []


def test_an_empty_register_is_in_time_on_the_10th_day():
    project(actual_start_on=ago(10))
    assert raised(NoRoster) == []


# --- REAL-02 ---------------------------------------------------------------------------------------------------------


def test_attendance_without_a_contract():
    home = project()
    person = engagement(home, entered_on=ago(16))
    attendance(person, ago(2), ago(3))
    (found,) = raised(NoContract)
    assert found.message == f"在场人员{person.worker.name}已有考勤，进场超过 15 日没有登记劳动合同。"
    assert found.evidence["rows"] == [[person.worker.name, "钢筋一班", "钢筋工", str(ago(16)), str(ago(2))]]
    contract(person)
    assert raised(NoContract) == []


def test_a_contract_is_in_time_on_the_15th_day():
    attendance(engagement(project(), entered_on=ago(15)), ago(2))
    assert raised(NoContract) == []


def test_who_never_came_or_has_left_needs_no_contract():
    home = project()
    engagement(home, entered_on=ago(60))
    left = engagement(home, entered_on=ago(60), exited_on=ago(1))
    attendance(left, ago(2))
    assert raised(NoContract) == []


# --- REAL-03 ---------------------------------------------------------------------------------------------------------


def test_seven_whole_days_without_anybody():
    home = project()
    attendance(engagement(home), ago(8))
    (found,) = raised(NobodyAttends)
    assert found.message == f"最近一次考勤在 {ago(8)}，此后一直没有人员考勤，项目仍登记为在建。"
    assert found.evidence["rows"] == [[str(ago(8)), "2026-07-20", 1]]
    attendance(engagement(home), ago(1))
    assert raised(NobodyAttends) == []


def test_six_whole_days_without_anybody_are_no_silence():
    attendance(engagement(project()), ago(7))
    assert raised(NobodyAttends) == []


def test_days_marked_as_rest_are_no_attendance():
    home = project()
    attendance(engagement(home), ago(1), units="0")
    (found,) = raised(NobodyAttends)
    assert found.message == "项目自 2026-07-20 在建，至今没有任何人员考勤。"


def test_a_linear_project_has_until_its_second_batch():
    attendance(engagement(project(is_linear=True)), ago(18))
    assert raised(NobodyAttends) == []
    attendance(engagement(project(is_linear=True)), ago(19))
    assert len(raised(NobodyAttends)) == 1


def test_silence_begins_anew_when_work_resumes():
    home = project()
    StatusChange.objects.create(project=home, status=Status.IN_PROGRESS, on=ago(7))
    assert raised(NobodyAttends) == []
    StatusChange.objects.update(on=ago(8))
    assert len(raised(NobodyAttends)) == 1


def test_a_suspended_project_may_be_silent():
    home = project()
    assert len(raised(NobodyAttends)) == 1
    change(home, status=Status.SUSPENDED)
    assert raised(NobodyAttends) == []


# --- OFF-01 ----------------------------------------------------------------------------------------------------------


def test_no_clerk_31_days_after_the_start():
    home = project(actual_start_on=ago(31))
    WageClerk.objects.create(project=home, name="李四", registered_on=ago(30), left_on=ago(1))
    (found,) = raised(NoWageClerk)
    assert found.message == f"项目于 {ago(31)} 开工，超过 30 日没有在任的劳资专管员。"
    assert found.evidence["rows"] == [[str(ago(31)), str(ago(1))]]
    WageClerk.objects.create(project=home, name="王五", registered_on=TODAY)
    assert raised(NoWageClerk) == []


def test_a_clerk_is_in_time_on_the_30th_day():
    project(actual_start_on=ago(30))
    assert raised(NoWageClerk) == []


# --- DISP-01 ---------------------------------------------------------------------------------------------------------


def test_a_warning_past_its_deadline_is_a_warning_for_the_office_above():
    home = project()
    late = warning(home, due_on=ago(1))
    warning(home, due_on=ago(9), state="transferred")
    (found,) = raised(DisposalOverdue)
    assert found.message == f"本项目有 1 条预警逾期未办结，最早一条应于 {ago(1)} 前办结。"
    assert (found.office_level, found.home_level) == (4, 4)
    assert found.evidence["links"] == [late.pk]
    type(late).objects.filter(pk=late.pk).update(state="released", release_kind="data", released_at=late.raised_at)
    assert raised(DisposalOverdue) == []


def test_a_warning_is_in_time_on_its_last_day():
    warning(due_on=TODAY)
    assert raised(DisposalOverdue) == []


def test_an_overdue_disposal_is_no_reason_for_another_one():
    warning(due_on=ago(1), rule_code="DISP-01")
    assert DisposalOverdue.code not in [w.rule_code for w in raised(DisposalOverdue)]


# --- DATA-02 ---------------------------------------------------------------------------------------------------------


def test_information_still_missing_after_31_days():
    home = project(supervised_from=ago(31), address="")
    (found,) = raised(InformationIncomplete)
    filled, required = completeness_for(Project.objects.filter(pk=home.pk))[home.pk]
    assert found.message == (
        f"项目于 {ago(31)} 纳入监管，超过 30 日仍缺 {required - filled} 项信息"
        f"（应填 {required} 项，已填 {filled} 项）。"
    )
    assert found.evidence["total"] == required - filled
    assert [1, "基本信息", "项目地址", ""] in found.evidence["rows"]


def test_filling_in_refreshes_what_is_missing():
    home = project(supervised_from=ago(31), address="")
    (before,) = raised(InformationIncomplete)
    change(home, address="世纪路1号")
    (after,) = raised(InformationIncomplete)
    assert after.pk == before.pk
    assert after.evidence["total"] == before.evidence["total"] - 1


def test_information_is_in_time_on_the_30th_day():
    project(supervised_from=ago(30), address="")
    assert raised(InformationIncomplete) == []


def test_the_lists_of_many_projects_cost_no_more_queries():
    def cost(number: int) -> int:
        for _ in range(number):
            project(supervised_from=ago(31))
        with CaptureQueriesContext(connection) as queries:
            raised(InformationIncomplete)
        return len(queries)

    cost(1)
    assert cost(2) >= cost(10)


# --- DATA-01 ---------------------------------------------------------------------------------------------------------


def test_attendance_that_is_two_days_late_after_the_same_day():
    home = project()
    person = engagement(home)
    attendance(person, ago(4))
    (found,) = raised(AttendanceLate)
    assert found.message == f"考勤应当日报送，最近一次考勤在 {ago(4)}，此后未再报送。"
    assert found.evidence["rows"] == [[str(ago(4)), None, 1]]
    attendance(person, ago(3))
    assert raised(AttendanceLate) == []


def test_a_site_without_people_owes_no_attendance():
    project()
    assert raised(AttendanceLate) == []


def test_a_linear_project_is_late_three_days_after_its_batch():
    home = project(is_linear=True)
    due = last_due(TODAY - timedelta(3), is_linear=True)
    person = engagement(home, entered_on=due.first)
    attendance(person, due.first - timedelta(1))
    (found,) = raised(AttendanceLate)
    assert f"线性工程 {due.first} 起的一批考勤已过报送期限" in found.message
    attendance(person, due.first)
    assert raised(AttendanceLate) == []
