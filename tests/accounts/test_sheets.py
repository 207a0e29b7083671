"""Wage sheets: made from attendance and contract, changed as drafts, moved step by step and no other way."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from accounts import services
from accounts.enums import Answer, SheetKind, SheetState, StepMeans
from accounts.models import LineAnswer, PayrollLine, PayrollSheet, PayrollStep
from accounts.services.sheets import unexplained
from core import attachments
from tests.accounts import factories as money
from tests.accounts.sheets import SCAN, SEPTEMBER, hire, site, speaker
from tests.workers import factories as people
from workers.enums import WageMethod
from workers.models import LoginIssue

pytestmark = pytest.mark.django_db
S = SheetState


def sql(statement: str, *params) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def refused_by_database(statement: str, *params, match: str = "refused|append-only|payroll_") -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        sql(statement, *params)


# --- made ----------------------------------------------------------------------------------------------------------


def test_day_wages_are_the_days_at_the_contracts_rate():
    here = site(crew=1, days=21, rate="260.55")
    here.sheet()
    line = here.line(here.crew[0])
    assert (line.days, line.due, line.net) == (21, Decimal("5471.55"), Decimal("5471.55"))
    assert (line.attended_days, line.expected_due) == (line.days, line.due)
    assert line.card_number == here.crew[0].worker.bank_cards.get().number


def test_a_rate_that_changed_within_the_month_counts_from_its_day():
    here = site(crew=0)
    person = hire(here, days=20, rate="200", ends_on=date(2026, 9, 10))
    people.contract(person, starts_on=date(2026, 9, 11), signed_on=date(2026, 9, 11), wage_rate=Decimal("300"))
    here.sheet()
    assert here.line(person).due == 10 * 200 + 10 * 300


def test_a_months_wage_is_whole_for_whoever_was_there_all_month():
    here = site(crew=0)
    there = hire(here, days=18, rate="8700", wage_method=WageMethod.MONTH)
    left = hire(here, days=10, rate="8700", wage_method=WageMethod.MONTH)
    left.exited_on = date(2026, 9, 15)
    left.save()
    here.sheet()
    assert here.line(there).due == Decimal("8700.00")
    assert here.line(left).due == Decimal("4000.00")  # 8700 / 21.75 × 10


def test_piece_work_waits_for_its_quantity():
    here = site(crew=0)
    person = hire(here, rate="12.50", wage_method=WageMethod.PIECE, wage_unit="81")
    sheet = here.sheet()
    line = here.line(person)
    assert (line.due, line.expected_due) == (0, None)
    line.quantity, line.due = Decimal("333.33"), Decimal("4166.63")
    services.save_line(line, by=here.clerk)
    line.refresh_from_db()
    assert line.expected_due == Decimal("4166.63")
    assert not unexplained(sheet).exists()


def test_piece_work_without_a_quantity_goes_nowhere_whatever_the_reason():
    here = site(crew=0)
    hire(here, rate="12.50", wage_method=WageMethod.PIECE, wage_unit="81")
    sheet = here.sheet()
    services.explain(sheet, by=here.clerk, reason="合同续签手续办理中")
    with pytest.raises(ValidationError, match="没有填完成工程量"):
        services.take_step(sheet, S.CONFIRMING, by=here.clerk)


def test_each_team_has_its_own_sheet_and_nobody_is_listed_twice():
    here = site(crew=2)
    mason = hire(here)
    mason.team = people.team(here.project, "泥工班")
    mason.save()
    for _ in range(2):
        assert {str(sheet.team): sheet.lines.count() for sheet in here.sheets()} == {"钢筋一班": 2, "泥工班": 1}


def test_only_the_chosen_teams_are_made():
    here = site(crew=1)
    other = people.team(here.project, "泥工班")
    with pytest.raises(ValidationError, match="没有考勤"):
        here.sheets(teams=[other.pk])
    assert here.sheets(teams=[here.crew[0].team_id])[0].lines.count() == 1


def test_a_draft_follows_later_attendance_unless_somebody_wrote_in_it():
    here = site(crew=2)
    here.sheet()
    written = here.line(here.crew[0])
    written.due, written.difference_reason = Decimal("6000"), "加班补贴"
    services.save_line(written, by=here.clerk)
    for person in here.crew:
        people.attendance(person, date(2026, 9, 25))
    here.sheets()
    assert here.line(here.crew[0]).due == 6000
    assert here.line(here.crew[1]).due == 21 * 260


def test_advances_are_taken_back_once():
    here = site(crew=1, days=5)
    services.record_wage_advance(
        here.project, by=here.clerk, engagement=here.crew[0], amount=Decimal(1500), paid_on=SEPTEMBER, note="家中急用"
    )
    here.sheet()
    line = here.line(here.crew[0])
    assert (line.due, line.deducted, line.net) == (1300, 1300, 0)  # never more than is due
    assert line.deduction_reason
    assert services.outstanding_advance(here.crew[0]) == 200
    people.attendance(here.crew[0], *(date(2026, 10, n) for n in range(1, 4)))
    services.make_sheets(here.project, date(2026, 10, 1), by=here.clerk)
    assert PayrollLine.objects.get(month=date(2026, 10, 1)).advance_deducted == 200
    assert services.outstanding_advance(here.crew[0]) == 0


def test_an_advance_given_after_the_sheet_was_made_is_taken_back_by_the_draft():
    here = site(crew=1)
    here.sheet()
    facts = {"engagement": here.crew[0], "paid_on": SEPTEMBER, "note": "家中急用"}
    services.record_wage_advance(here.project, by=here.clerk, amount=Decimal(800), **facts)
    assert services.make_sheets(here.project, SEPTEMBER, by=here.clerk).followed == 1
    line = here.line(here.crew[0])
    assert (line.deducted, line.advance_deducted, line.net) == (800, 800, 4400)
    assert services.make_sheets(here.project, SEPTEMBER, by=here.clerk).followed == 0


def test_the_same_advance_sent_twice_is_one():
    here = site(crew=1)
    facts = {"engagement": here.crew[0], "paid_on": SEPTEMBER, "note": "家中急用", "amount": Decimal(800)}
    services.record_wage_advance(here.project, by=here.clerk, **facts)
    with pytest.raises(ValidationError, match="已登记"):
        services.record_wage_advance(here.project, by=here.clerk, **facts)
    with pytest.raises(ValidationError, match="请核对金额"):
        services.record_wage_advance(here.project, by=here.clerk, **(facts | {"amount": Decimal(99_999_999)}))


def test_an_advance_is_corrected_by_its_opposite_until_it_is_taken_back():
    here = site(crew=1)
    facts = {"engagement": here.crew[0], "paid_on": SEPTEMBER, "note": "家中急用"}
    wrong = services.record_wage_advance(here.project, by=here.clerk, amount=Decimal(500), **facts)
    services.correct_wage_advance(wrong, by=here.clerk, note="金额记错")
    assert services.outstanding_advance(here.crew[0]) == 0
    with pytest.raises(ValidationError, match="已经更正"):
        services.correct_wage_advance(wrong, by=here.clerk, note="再次")
    taken = services.record_wage_advance(here.project, by=here.clerk, amount=Decimal(300), **facts)
    here.sheet()
    with pytest.raises(ValidationError, match="超过已预支"):
        services.correct_wage_advance(taken, by=here.clerk, note="晚了")


def test_the_database_takes_back_no_more_than_was_advanced():
    here = site(crew=1)
    here.sheet()
    refused_by_database(
        "UPDATE accounts_payrollline SET deducted = 10, advance_deducted = 10, net = due - 10", match="扣回的预支"
    )


# --- differences and deductions --------------------------------------------------------------------------------------


def test_a_difference_to_attendance_or_contract_needs_its_reason():
    here = site(crew=2)
    sheet = here.sheet()
    line = here.line(here.crew[0])
    line.due = line.due + 100
    services.save_line(line, by=here.clerk)
    with pytest.raises(ValidationError, match="还有 1 人与考勤或合同不一致"):
        services.take_step(sheet, S.CONFIRMING, by=here.clerk)
    assert services.explain(sheet, by=here.clerk, reason="高温补贴") == 1
    services.take_step(sheet, S.CONFIRMING, by=here.clerk)


def test_attendance_that_changed_since_is_found_at_the_submission():
    here = site(crew=1)
    sheet = here.sheet()
    people.attendance(here.crew[0], date(2026, 9, 28))
    with pytest.raises(ValidationError, match="与考勤或合同不一致"):
        services.take_step(sheet, S.CONFIRMING, by=here.clerk)


def test_a_deduction_without_a_reason_goes_nowhere():
    here = site(crew=1)
    sheet = here.sheet()
    line = here.line(here.crew[0])
    line.deducted = Decimal(200)
    with pytest.raises(ValidationError, match="扣款原因"):
        services.save_line(line, by=here.clerk)
    sql("UPDATE accounts_payrollline SET deducted = 200, net = due - 200 WHERE id = %s", line.pk)
    with pytest.raises(ValidationError, match="扣款没有写明原因"):
        services.take_step(sheet, S.CONFIRMING, by=here.clerk)


# --- steps -----------------------------------------------------------------------------------------------------------


def test_every_step_says_who_and_when():
    here = site()
    sheet = here.walk(here.sheet(), S.APPROVED)
    steps = list(sheet.steps.values_list("from_state", "to_state", "by", "people", "net"))
    people_, net = 2, Decimal("10400.00")
    assert steps == [
        ("draft", "confirming", here.clerk.pk, people_, net),
        ("confirming", "confirmed", here.clerk.pk, people_, net),
        ("confirmed", "reviewed", here.clerk.pk, people_, net),
        ("reviewed", "approved", here.owner_clerk.pk, people_, net),
    ]
    assert attachments.of(sheet.steps.get(to_state="confirmed")).count() == 1


@pytest.mark.parametrize("to", [S.CONFIRMED, S.REVIEWED, S.APPROVED, S.AT_BANK, S.PAID])
def test_no_step_can_be_skipped(to):
    here = site()
    with pytest.raises(ValidationError, match="不能跳过"):
        services.take_step(here.sheet(), to, by=here.clerk, means=StepMeans.PAPER, files=SCAN)


def test_of_two_at_once_the_second_is_told():
    here = site()
    sheet = here.walk(here.sheet(), S.CONFIRMED)
    services.take_step(sheet, S.REVIEWED, by=here.clerk, seen="confirmed")
    with pytest.raises(ValidationError, match="刚刚由他人办理"):
        services.take_step(sheet, S.DRAFT, by=here.clerk, text="重做", seen="confirmed")


def test_a_refused_step_leaves_nothing():
    here = site()
    sheet = here.sheet()
    with pytest.raises(ValidationError):
        services.take_step(sheet, S.APPROVED, by=here.clerk, files=SCAN, means=StepMeans.PAPER)
    assert not PayrollStep.objects.exists()
    sheet.refresh_from_db()
    assert sheet.state == S.DRAFT


def test_sent_back_it_is_a_draft_again_and_every_confirmation_is_gone():
    here = site()
    sheet = here.walk(here.sheet(), S.CONFIRMING)
    line = here.line(here.crew[0])
    services.answer_line(line, Answer.CONFIRMED, by=speaker(here.crew[0]), net=line.net)
    services.take_step(sheet, S.DRAFT, by=here.clerk, text="漏了一人")
    line.refresh_from_db()
    assert (line.answer, line.answered_at) == ("", None)
    assert LineAnswer.objects.get().net == line.net  # what was said stays on record
    line.due, line.difference_reason = line.due + 50, "补一天"
    services.save_line(line, by=here.clerk)


# --- against raw SQL -------------------------------------------------------------------------------------------------

STEP = (
    "INSERT INTO accounts_payrollstep (sheet_id, project_id, from_state, to_state, means, scans, text, people, net,"
    " by_id, at) SELECT id, project_id, %s, %s, 'portal', 0, '', %s, %s, %s, now() FROM accounts_payrollsheet"
)


def test_the_state_cannot_be_written():
    here = site()
    here.sheet()
    refused_by_database("UPDATE accounts_payrollsheet SET state = 'approved'", match="只能由办理步骤改变")


def test_a_sheet_cannot_begin_half_way():
    here = site()
    sheet = here.sheet()
    refused_by_database(
        "INSERT INTO accounts_payrollsheet (payroll_id, project_id, kind, state, reason, created_at)"
        " VALUES (%s, %s, 'ordinary', 'approved', '', now())",
        sheet.payroll_id,
        sheet.project_id,
        match="须从编制开始",
    )


def test_a_step_inserted_by_hand_is_taken_in_turn_or_not_at_all():
    here = site()
    here.sheet()
    refused_by_database(STEP, "draft", "approved", 2, 10400, here.clerk.pk, match="不能跳过")
    refused_by_database(STEP, "reviewed", "approved", 2, 10400, here.clerk.pk, match="他人办理")
    refused_by_database(STEP, "draft", "confirming", 1, 5200, here.clerk.pk, match="刚刚有变化")
    refused_by_database(STEP, "draft", "confirming", 2, 10400, None, match="payroll_step_says_who")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_payrollstep SET at = now()",
        "DELETE FROM accounts_payrollstep",
        "TRUNCATE accounts_payrollstep",
        "TRUNCATE accounts_payrollsheet CASCADE",
        "TRUNCATE accounts_payrollline CASCADE",
        "DELETE FROM accounts_payrollsheet",
        "UPDATE accounts_payrollline SET due = due + 1, net = net + 1",
        "UPDATE accounts_payrollline SET deduction_reason = 'x'",
        "UPDATE accounts_payrollline SET card_number_index = 'x'",
        "UPDATE accounts_payrollline SET name = '他人'",
        "UPDATE accounts_payrollline SET answer = 'confirmed', answered_at = now()",
        "DELETE FROM accounts_payrollline",
        "INSERT INTO accounts_payrollline (payroll_id, sheet_id, project_id, month, name, id_number, id_number_index,"
        " card_last4, bank_name, due, deducted, net, paid, remark) SELECT payroll_id, sheet_id, project_id, month,"
        " 'x', id_number, 'x', '', '', 1, 0, 1, 0, '' FROM accounts_payrollline LIMIT 1",
    ],
)
def test_what_was_confirmed_cannot_change(statement):
    here = site()
    here.walk(here.sheet(), S.CONFIRMED)
    refused_by_database(statement)


def test_what_was_paid_cannot_change_even_in_a_draft():
    here = site()
    here.sheet()
    for person in here.crew:
        money.set_paid(here.line(person), "5200")
    refused_by_database("UPDATE accounts_payrollline SET due = due + 1, net = net + 1", match="已发放的工资")
    refused_by_database("DELETE FROM accounts_payrollline", match="已发放的工资")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_payrollline SET paid = paid + 0.01 WHERE paid < net",
        "UPDATE accounts_payrollline SET paid = paid - 0.01 WHERE paid > 0",
        "UPDATE accounts_payout SET amount = amount + 0.01",
        "UPDATE accounts_payout SET line_id = NULL",
        "DELETE FROM accounts_payout",
        "INSERT INTO accounts_payout (project_id, account_id, serial, line_id, month, amount, paid_on, method)"
        " SELECT project_id, account_id, 'X', line_id, month, 1, paid_on, method FROM accounts_payout",
    ],
)
def test_no_cent_is_lost_or_invented_between_a_line_and_its_payouts(statement):
    here = site()
    here.sheet()
    money.set_paid(here.line(here.crew[0]), "5000")
    refused_by_database(statement, match="与工资发放记录不符")


def test_a_paper_step_has_its_scans():
    here = site()
    sheet = here.walk(here.sheet(), S.CONFIRMING)
    refused_by_database(
        STEP.replace("'portal'", "'paper'"), "confirming", "confirmed", 2, 10400, here.clerk.pk, match="has_scans"
    )
    with pytest.raises(ValidationError, match="还有 2 人没有确认"):
        services.take_step(sheet, S.CONFIRMED, by=here.clerk)


# --- what the workers say --------------------------------------------------------------------------------------------


def test_the_last_workers_confirmation_moves_the_sheet():
    here = site()
    sheet = here.walk(here.sheet(), S.CONFIRMING)
    for person in here.crew:
        services.answer_line(here.line(person), Answer.CONFIRMED, by=speaker(person), net=here.line(person).net)
    sheet.refresh_from_db()
    assert (sheet.state, sheet.steps.last().by) == (S.CONFIRMED, here.crew[-1].worker.user)


def test_nobody_answers_for_another():
    here = site()
    here.walk(here.sheet(), S.CONFIRMING)
    line = here.line(here.crew[0])
    for other in (speaker(here.crew[1]), here.clerk):
        with pytest.raises(ValidationError, match="只能由本人确认"):
            services.answer_line(line, Answer.CONFIRMED, by=other, net=line.net)


def test_what_is_signed_soon_after_somebody_fetched_the_password_says_so():
    here = site()
    here.walk(here.sheet(), S.CONFIRMING)
    line, user = here.line(here.crew[0]), speaker(here.crew[0])
    issue = LoginIssue.objects.create(worker=here.crew[0].worker, project=here.project, by=here.clerk, is_first=True)
    given = services.answer_line(line, Answer.CONFIRMED, by=user, net=line.net)
    assert given.issue == issue


def test_an_objection_holds_the_sheet_even_with_a_signed_paper():
    here = site()
    sheet = here.walk(here.sheet(), S.CONFIRMING)
    line = here.line(here.crew[0])
    services.answer_line(line, Answer.OBJECTED, by=speaker(here.crew[0]), net=line.net, text="少算两天")
    with pytest.raises(ValidationError, match="还有 1 人有异议"):
        services.take_step(sheet, S.CONFIRMED, by=here.clerk, means=StepMeans.PAPER, files=SCAN)


def test_a_worker_confirms_the_sum_they_saw():
    here = site()
    here.walk(here.sheet(), S.CONFIRMING)
    line = here.line(here.crew[0])
    with pytest.raises(ValidationError, match="金额刚刚有变化"):
        services.answer_line(line, Answer.CONFIRMED, by=speaker(here.crew[0]), net=line.net - 1)


def test_nothing_is_answered_before_it_is_asked_or_after_it_is_confirmed():
    here = site()
    sheet = here.sheet()
    line = here.line(here.crew[0])
    for state in (S.DRAFT, S.CONFIRMED):
        if state == S.CONFIRMED:
            here.walk(sheet, S.CONFIRMED)
        with pytest.raises(ValidationError, match="现在不需要确认"):
            services.answer_line(line, Answer.CONFIRMED, by=speaker(here.crew[0]), net=line.net)


# --- back pay --------------------------------------------------------------------------------------------------------


def test_back_pay_stands_beside_the_months_line_and_counts_for_that_month():
    here = site(crew=1)
    here.sheet()
    august = services.start_back_pay(here.project, SEPTEMBER, by=here.clerk, reason="漏计加班")
    first = here.line(here.crew[0])
    extra = money.payroll_line(
        august.payroll, "300", engagement=here.crew[0], sheet=august, is_back_pay=True, difference_reason="加班 3 天"
    )
    assert extra.month == first.month == SEPTEMBER
    assert august.kind == SheetKind.BACK_PAY
    services.take_step(august, S.CONFIRMING, by=here.clerk)
    assert PayrollSheet.objects.get(pk=first.sheet_id).state == S.DRAFT


def test_the_running_month_is_no_back_pay():
    here = site(crew=1)
    with pytest.raises(ValidationError, match="以前的月份"):
        services.start_back_pay(here.project, date(2026, 11, 1), by=here.clerk, reason="x")
