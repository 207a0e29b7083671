"""People who left without settlement, cases open beyond their limit, the notice board; each at its boundary."""

from datetime import date, datetime, timedelta
from datetime import time as clock

import pgtrigger
import pytest
from django.utils import timezone

from accounts.enums import Answer
from accounts.models import PayrollLine
from alerts import services
from alerts.enums import Level
from alerts.models import CaseLead
from alerts.rules.case_01_overdue import CaseOverdue
from alerts.rules.exit_01_unsettled import LeftUnsettled
from alerts.rules.note_01_no_board import NoNoticeBoard
from core import attachments, working_days
from projects.enums import BoardItem, Status
from projects.models import NoticeBoard
from tests.accounts.factories import payroll, payroll_line
from tests.alerts.days import ago, calendar  # noqa: F401
from tests.alerts.factories import TODAY, case_lead, concluded, warning
from tests.alerts.sweeping import raised
from tests.organizations.factories import officer
from tests.projects.factories import notice_board, project, suspension
from tests.workers.factories import departure, engagement
from workers.enums import Settlement

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 sheet"


def lead(of, due_on: date = TODAY, code: str = "PAY-01", **fields) -> CaseLead:
    return case_lead(warning(of, rule_code=code, state="transferred"), officer(), due_on=due_on, **fields)


# --- EXIT-01 ---------------------------------------------------------------------------------------------------------


class TestLeftUnsettled:
    def left(self, on: date | None = None, **fields):
        return departure(engagement(project(), entered_on=date(2024, 1, 1)), on or ago(1), **fields)

    def test_red_without_sheet_and_without_word_of_the_worker(self):
        gone = self.left(owed_amount="1200.00")
        (found,) = raised(LeftUnsettled)
        name = gone.engagement.worker.name
        assert found.message == (
            f"{name}退场（最早 {ago(1)}），没有本人签字的退场工资结算单，也没有本人在手机上确认工资结清。"
        )
        assert found.level == Level.RED
        assert found.evidence["rows"] == [[name, "钢筋一班", str(ago(1)), "未结清", "1200.00"]]
        assert found.evidence["links"] == [gone.engagement.worker_id]

    def test_on_the_day_of_the_exit_there_is_time(self):
        self.left(TODAY)
        assert raised(LeftUnsettled) == []

    def test_what_lies_longer_back_than_inspection_reaches_is_left(self):
        self.left(ago(730))
        assert len(raised(LeftUnsettled)) == 1
        type(self.left(ago(731))).objects.filter(exited_on=ago(730)).delete()
        assert raised(LeftUnsettled) == []

    def test_the_signed_sheet_answers_it(self):
        gone = self.left()
        assert len(raised(LeftUnsettled)) == 1
        attachments.store(PDF, "银行回单.pdf", by=officer(), owner=gone)
        assert len(raised(LeftUnsettled)) == 1  # any other file does not
        type(gone).objects.filter(pk=gone.pk).update(is_signed=True)
        assert raised(LeftUnsettled) == []

    def test_the_worker_answers_it_on_the_phone_with_the_last_month(self):
        gone = self.left(date(2026, 10, 20))
        lines = [
            payroll_line(payroll(gone.project, date(2026, month, 1)), engagement=gone.engagement) for month in (9, 10)
        ]
        self.say(lines[0], Answer.CONFIRMED)
        assert len(raised(LeftUnsettled)) == 1  # of the month before the exit
        self.say(lines[1], Answer.OBJECTED)
        assert len(raised(LeftUnsettled)) == 1
        self.say(lines[1], Answer.CONFIRMED)
        assert raised(LeftUnsettled) == []

    @staticmethod
    def say(line: PayrollLine, answer: Answer) -> None:
        with pgtrigger.ignore():  # it may be said on the phone alone
            PayrollLine.objects.filter(pk=line.pk).update(answer=answer, answered_at=timezone.now())

    @pytest.mark.parametrize(
        "fields",
        [
            {"proposed_amount": 0},
            {"owed_amount": "900.00", "paid_on": TODAY, "paid_by_wages": True},
        ],
        ids=["nothing was due", "paid by the bank"],
    )
    def test_the_portals_own_records_answer_it(self, fields):
        self.left(**fields)
        assert raised(LeftUnsettled) == []

    def test_settled_by_the_contractors_word_alone_is_not_enough(self):
        self.left(settlement=Settlement.SETTLED)
        assert raised(LeftUnsettled)[0].level == Level.RED

    def test_yellow_while_a_case_about_wages_is_handled(self):
        gone = self.left()
        case = lead(gone.project)
        lead(self.left().project, code="LOG-03")
        handled, other = raised(LeftUnsettled)
        assert (handled.level, other.level) == (Level.YELLOW, Level.RED)
        concluded(case)
        assert raised(LeftUnsettled)[0].level == Level.RED

    def test_red_turns_yellow_while_a_case_is_handled_and_red_again_after_it(self):
        gone = self.left()
        assert raised(LeftUnsettled)[0].level == Level.RED
        case = lead(gone.project)
        (found,) = raised(LeftUnsettled)
        assert found.level == Level.YELLOW
        concluded(case)
        assert raised(LeftUnsettled)[0].level == Level.RED
        told = found.disposals.order_by("id").values_list("text", flat=True)
        assert [text for text in told if text] == ["预警级别由红色降为黄色。", "预警级别由黄色升为红色。"]

    def test_completion_of_the_project_settles_nothing(self):
        gone = self.left()
        raised(LeftUnsettled)
        type(gone.project).objects.update(status=Status.COMPLETED, completed_on=TODAY)
        assert len(raised(LeftUnsettled)) == 1


# --- CASE-01 ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("calendar")
class TestCaseOverdue:
    def test_the_day_after_it_was_due(self):
        case = lead(project(), ago(1), opened_at=timezone.make_aware(datetime.combine(ago(8), clock(10))))
        (found,) = raised(CaseOverdue)
        assert found.message == (
            f"案源 {case.number} 于 {ago(8)} 移送，应在 {ago(1)} 前立案或协调处理，至今未立案或协调处理。"
        )
        assert (found.level, found.evidence["links"]) == (Level.ORANGE, [case.pk])
        assert (found.home_level, found.office_level) == (4, 4)  # the prefecture asks the county

    def test_in_time_on_the_day_itself(self):
        lead(project(), TODAY)
        assert raised(CaseOverdue) == []

    @pytest.mark.parametrize("state", [CaseLead.State.FILED, CaseLead.State.MEDIATED])
    def test_not_concluded_in_time(self, state):
        case = lead(project(), ago(1), state=state, begun_on=ago(90))
        (found,) = raised(CaseOverdue)
        assert found.message.endswith("前结案，至今未结案。")
        concluded(case)
        assert raised(CaseOverdue) == []

    def test_prolonged_by_the_office_it_is_late_no_more(self):
        by = officer()
        case = lead(project(), ago(1), state=CaseLead.State.FILED, begun_on=ago(90))
        assert len(raised(CaseOverdue)) == 1
        services.prolong_case_lead(lead=case, text="案情复杂，负责人批准", by=by)
        assert raised(CaseOverdue) == []

    @pytest.mark.parametrize(("workdays", "level"), [(30, Level.ORANGE), (31, Level.RED)])
    def test_red_after_thirty_working_days_more(self, workdays, level):
        number = working_days.CalendarDay.objects.get(day=TODAY).workday_number - workdays
        due = working_days.CalendarDay.objects.get(is_workday=True, workday_number=number)
        lead(project(), due.day, state=CaseLead.State.FILED, begun_on=due.day)
        assert raised(CaseOverdue)[0].level == level


# --- NOTE-01 ---------------------------------------------------------------------------------------------------------


class TestNoticeBoard:
    def test_none_on_the_eleventh_day(self):
        home = project(actual_start_on=ago(11))
        (found,) = raised(NoNoticeBoard)
        assert found.message == f"项目于 {ago(11)} 开工，超过 10 日没有登记维权信息告示牌。"
        notice_board(home, checked_on=TODAY)
        assert raised(NoNoticeBoard) == []

    def test_in_time_on_the_tenth_and_while_the_site_stood_still(self):
        project(actual_start_on=ago(10))
        suspension(project(actual_start_on=ago(20)), ago(12), ago(2))
        assert raised(NoNoticeBoard) == []

    def test_a_board_that_lacks_what_the_law_asks(self):
        notice_board(project(), checked_on=TODAY, items=[BoardItem.UNITS, BoardItem.WAGES, BoardItem.REMEDIES])
        (found,) = raised(NoNoticeBoard)
        assert found.message == f"{TODAY} 登记的维权信息告示牌没有写明投诉举报电话。"
        assert found.evidence["rows"][0][-1] == "投诉举报电话"

    def test_a_picture_half_a_year_old(self):
        home = project()
        notice_board(home, checked_on=ago(180))
        assert raised(NoNoticeBoard) == []
        NoticeBoard.objects.update(checked_on=ago(181))
        (found,) = raised(NoNoticeBoard)
        assert found.message == f"维权信息告示牌的照片拍于 {ago(181)}，超过 180 日未更新。"
        notice_board(home, checked_on=ago(0) - timedelta(days=1))
        assert raised(NoNoticeBoard) == []
