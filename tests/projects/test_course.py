"""Suspended spans and milestone confirmations: what the acts make of them, and what is refused."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core import attachments
from core.models import AuditEntry
from projects import services
from projects.enums import MilestoneKind, MilestoneState, Status, StatusAct
from projects.models import Project, Suspension
from projects.selectors import suspensions_between
from projects.selectors.course import standing_of
from tests.accounts.factories import payroll, payroll_line
from tests.organizations.factories import clerk, industry_officer, officer
from tests.projects.factories import project
from tests.workers.factories import attendance, contract, engagement

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n"


def today() -> date:
    return timezone.localdate()


def change(one: Project, act: StatusAct, on: date, reason: str = "说明") -> Project:
    return services.change_status(one, act, by=officer(), on=on, reason=reason)


def stood(one: Project, began: date, ended: date | None = None) -> Suspension:
    change(one, StatusAct.SUSPEND, began, "雨季停工")
    if ended:
        change(one, StatusAct.RESUME, ended)
    return one.suspensions.first()


class TestSuspensions:
    def test_stopping_opens_a_span_and_resuming_ends_it(self):
        one = project()
        span = stood(one, date(2026, 8, 1))
        assert (span.began_on, span.ended_on, span.reason) == (date(2026, 8, 1), None, "雨季停工")
        assert span.covers(today())
        change(one, StatusAct.RESUME, date(2026, 8, 20))
        span.refresh_from_db()
        assert (span.ended_on, span.last_day, span.days(today())) == (date(2026, 8, 20), date(2026, 8, 19), 19)
        assert span.covers(date(2026, 8, 19))
        assert not span.covers(date(2026, 8, 20))

    def test_completion_ends_the_span_too(self):
        one = project()
        span = stood(one, date(2026, 8, 1))
        change(one, StatusAct.COMPLETE, date(2026, 8, 9))
        span.refresh_from_db()
        assert span.ended_on == date(2026, 8, 9)

    def test_two_spans_may_touch_and_never_overlap(self):
        one = project()
        stood(one, date(2026, 8, 1), date(2026, 8, 10))
        stood(one, date(2026, 8, 10), date(2026, 8, 12))
        assert one.suspensions.count() == 2
        with pytest.raises(ValidationError, match="不能早于上一次变更"):
            change(one, StatusAct.SUSPEND, date(2026, 8, 11))

    @pytest.mark.parametrize(("began", "ended"), [("2026-08-09", "2026-08-11"), ("2026-07-30", None)])
    def test_the_database_itself_refuses_an_overlap(self, began, ended):
        one = project()
        stood(one, date(2026, 8, 1), date(2026, 8, 10))
        insert = "INSERT INTO projects_suspension (project_id, began_on, ended_on, reason, correction) VALUES "
        with pytest.raises(IntegrityError, match="suspensions_never_overlap"), transaction.atomic():
            connection.cursor().execute(f"{insert} (%s, %s, %s, '', '')", [one.pk, began, ended])
        other = project()
        connection.cursor().execute(f"{insert} (%s, %s, %s, '', '')", [other.pk, began, ended])

    def test_the_database_itself_refuses_an_end_before_the_beginning(self):
        one = project()
        span = stood(one, date(2026, 8, 5))
        with pytest.raises(IntegrityError), transaction.atomic():
            connection.cursor().execute(
                "UPDATE projects_suspension SET ended_on = '2026-08-04' WHERE id = %s", [span.pk]
            )

    def test_spans_between_two_days(self):
        one = project()
        span = stood(one, date(2026, 8, 1), date(2026, 8, 10))
        assert suspensions_between(one, date(2026, 8, 9), date(2026, 8, 31)) == [span]
        assert suspensions_between(one, date(2026, 8, 10), date(2026, 8, 31)) == []
        assert suspensions_between(one, date(2026, 7, 1), date(2026, 7, 31)) == []


class TestCorrection:
    def correct(self, span, began, ended, reason="停工通知书所载日期"):
        return services.correct_suspension(span, by=officer(), began_on=began, ended_on=ended, reason=reason)

    def test_the_course_moves_with_the_span_and_the_old_days_are_kept(self):
        one = project()
        span = self.correct(stood(one, date(2026, 8, 1), date(2026, 8, 10)), date(2026, 7, 28), date(2026, 8, 15))
        assert [item.on for item in one.status_changes.order_by("id")] == [date(2026, 7, 28), date(2026, 8, 15)]
        assert span.correction == "原为 2026-08-01 至 2026-08-10；停工通知书所载日期"
        assert AuditEntry.objects.filter(action="project.suspension").count() == 1
        assert span.events.count() == 3  # begun, ended, corrected

    @pytest.mark.parametrize(
        ("began", "ended", "said"),
        [
            (date(2026, 7, 19), date(2026, 8, 10), "上一次变更"),  # before the start
            (date(2026, 8, 11), date(2026, 8, 10), "不能早于停工日期"),
            (date(2026, 8, 1), date(2026, 8, 21), "下一次变更"),
            (date(2026, 8, 1), None, "复工请在项目页办理"),
            (date(2026, 8, 1), date(2030, 1, 1), "不能晚于今天"),
        ],
    )
    def test_refused(self, began, ended, said):
        one = project()
        span = stood(one, date(2026, 8, 1), date(2026, 8, 10))
        stood(one, date(2026, 8, 20))
        with pytest.raises(ValidationError, match=said):
            self.correct(span, began, ended)

    def test_without_a_reason_or_after_completion_nothing_is_corrected(self):
        one = project()
        span = stood(one, date(2026, 8, 1), date(2026, 8, 10))
        with pytest.raises(ValidationError, match="原因"):
            self.correct(span, date(2026, 8, 2), date(2026, 8, 10), reason=" ")
        change(one, StatusAct.COMPLETE, date(2026, 8, 20))
        with pytest.raises(services.ProjectClosed):
            self.correct(span, date(2026, 8, 2), date(2026, 8, 10))


class TestMilestones:
    def answer(self, milestone, **said):
        said = {"real_name_conforms": True, "wages_paid": True} | said
        return services.answer_milestone(milestone, by=industry_officer(), **said)

    def test_start_and_resumption_become_due_by_themselves(self):
        one = project(status=Status.PREPARING, actual_start_on=None)
        change(one, StatusAct.START, date(2026, 8, 1))
        stood(one, date(2026, 8, 5), date(2026, 8, 9))
        assert [(item.kind, item.on) for item in one.milestones.order_by("on")] == [
            (MilestoneKind.START, date(2026, 8, 1)),
            (MilestoneKind.RESUMPTION, date(2026, 8, 9)),
        ]

    def test_a_project_filed_as_started_is_due_at_once(self):
        facts = {"name": "甲", "category": "01", "region": project().region, "actual_start_on": date(2026, 8, 1)}
        one = services.file_project(by=officer(), **facts)
        assert one.milestones.get().kind == MilestoneKind.START

    def test_a_confirmation_keeps_what_the_records_said_and_its_files(self):
        one = project()
        engagement(one)
        asked = services.ask_for_acceptance(one, by=clerk(), kind=MilestoneKind.ACCEPTANCE, on=today())
        answer = self.answer(asked, files=[("核查表.pdf", PDF)])
        asked.refresh_from_db()
        assert (asked.state, answer.standing["on_site"], attachments.of(answer).count()) == ("confirmed", 1, 1)
        with pytest.raises(ValidationError, match="已经确认"):
            self.answer(asked)

    def test_an_objection_says_why_and_may_be_answered_anew(self):
        asked = services.ask_for_acceptance(project(), by=clerk(), kind=MilestoneKind.ACCEPTANCE, on=today())
        with pytest.raises(ValidationError, match="理由"):
            self.answer(asked, wages_paid=False, note=" ")
        self.answer(asked, wages_paid=False, note="8 月工资未发完")
        asked.refresh_from_db()
        assert asked.state == MilestoneState.OBJECTED
        self.answer(asked)
        assert [answer.confirms for answer in asked.answers.order_by("id")] == [False, True]

    def test_an_answer_is_never_rewritten(self):
        asked = services.ask_for_acceptance(project(), by=clerk(), kind=MilestoneKind.ACCEPTANCE, on=today())
        answer = self.answer(asked)
        with pytest.raises(Exception, match="append"), transaction.atomic():
            type(answer).objects.filter(pk=answer.pk).update(note="另一个说法")

    def test_a_part_has_a_name_and_is_asked_for_once(self):
        one, ask = project(), services.ask_for_acceptance
        part = {"by": clerk(), "kind": MilestoneKind.PART_ACCEPTANCE, "on": today()}
        with pytest.raises(ValidationError, match="分部分项名称"):
            ask(one, **part)
        ask(one, part="主体结构", **part)
        with pytest.raises(ValidationError, match="已提请确认"):
            ask(one, part="主体结构", **part)
        assert ask(one, part="基础", **part).part == "基础"

    def test_nothing_is_asked_or_answered_once_the_project_is_completed(self):
        one = project()
        asked = services.ask_for_acceptance(one, by=clerk(), kind=MilestoneKind.ACCEPTANCE, on=today())
        change(one, StatusAct.COMPLETE, today())
        with pytest.raises(services.ProjectClosed):
            self.answer(asked)
        with pytest.raises(services.ProjectClosed):
            services.ask_for_acceptance(one, by=clerk(), kind=MilestoneKind.ACCEPTANCE, on=today())

    def test_completion_wants_the_confirmed_acceptance_or_a_reason(self):
        one = project()
        asked = services.ask_for_acceptance(one, by=clerk(), kind=MilestoneKind.ACCEPTANCE, on=today())
        with pytest.raises(ValidationError, match="尚未经行业主管部门确认"):
            change(one, StatusAct.COMPLETE, today(), reason="")
        self.answer(asked)
        assert change(one, StatusAct.COMPLETE, today(), reason="").status == Status.COMPLETED


def test_what_the_records_say_beside_the_two_questions():
    one = project()
    contracted, without = engagement(one), engagement(one)
    contract(contracted)
    attendance(without, today() - timedelta(days=2), today() - timedelta(days=60))
    sheet = payroll(one, date(2026, 8, 1))
    payroll_line(sheet, engagement=contracted, net="5000", due="5000", paid="1200")
    standing = standing_of(one, today())
    assert (standing.on_site, standing.without_contract, standing.attended) == (2, 1, 1)
    assert (standing.unpaid_people, standing.unpaid_amount, standing.unpaid_since) == (1, 3800, date(2026, 8, 1))
    assert standing.unlisted == 1
    assert standing.real_name_is_open
    assert standing.wages_are_open
    assert standing_of(project(), today()).on_site == 0
