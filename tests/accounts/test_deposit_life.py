"""A deposit is stored, used, refilled, exchanged and refunded: by services, raw SQL, and two at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.enums import DepositForm, DepositState, InstrumentState, RefundState, UseState
from accounts.models import Deposit, DepositInstrument, DepositMovement, DepositRefund, DepositUse
from accounts.selectors.deposits import payable_lines
from accounts.services import deposit_instruments, deposit_refunds, deposit_uses
from tests.accounts import deposits as made
from tests.accounts.factories import payroll_line
from tests.organizations import factories as who
from tests.projects.factories import project

pytestmark = pytest.mark.django_db


def execute(sql: str, *params) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


# --- by the services -------------------------------------------------------------------------------------------------


def test_what_the_bank_confirms_is_stored_with_its_number():
    deposit = made.stored(project())
    instrument, movement = made.in_force(deposit), DepositMovement.objects.get()
    assert (deposit.state, instrument.balance, movement.balance) == (DepositState.HELD, 150_000, 150_000)
    assert movement.number == "BZJ530902" + f"{timezone.localdate():%Y%m%d}" + "00001"
    made.stored(project())
    assert DepositMovement.objects.last().number.endswith("00002")


def test_less_than_was_assessed_or_a_keeper_of_another_kind_is_refused():
    deposit = made.assessed(project())
    with pytest.raises(ValidationError, match="不得低于核定的"):
        made.offered(deposit, amount=Decimal("149999.99"))
    with pytest.raises(ValidationError, match="收支方式不符"):
        made.offered(deposit, form=DepositForm.INSURANCE, keeper=who.bank())


def test_a_keeper_that_knows_of_nothing_refuses_and_another_is_offered():
    deposit = made.assessed(project())
    first = made.offered(deposit)
    with pytest.raises(ValidationError):
        made.offered(deposit)
    deposit_instruments.refuse_instrument(first, by=who.bank_clerk(first.keeper), reason="无此账户")
    made.confirm(made.offered(deposit))
    assert sorted(deposit.instruments.values_list("state", "balance")) == [("in_force", 150_000), ("refused", 0)]


def test_a_letter_is_renewed_without_a_gap_and_exchanged_for_money():
    today = timezone.localdate()
    deposit = made.stored(project(), form=DepositForm.GUARANTEE, ends_on=today + timedelta(days=20))
    assert Deposit.objects.expiring(today).get() == deposit
    with pytest.raises(ValidationError, match="不能中断"):
        made.offered(deposit, starts_on=today + timedelta(days=22), ends_on=today + timedelta(days=400))
    with pytest.raises(ValidationError, match="应晚于现有凭证"):
        made.offered(deposit, ends_on=today + timedelta(days=20))
    made.confirm(made.offered(deposit, starts_on=today + timedelta(days=21)))
    assert not Deposit.objects.expiring(today).exists()
    made.confirm(made.offered(deposit, form=DepositForm.BANK, amount=Decimal(160_000)))
    deposit.refresh_from_db()
    assert deposit.form == DepositForm.BANK
    moved = [(one.kind, one.signed_amount, one.balance) for one in DepositMovement.objects.order_by("id")]
    assert moved == [
        ("collect", 150_000, 150_000),
        ("replace", -150_000, 0),
        ("collect", 150_000, 150_000),
        ("replace", -150_000, 0),
        ("collect", 160_000, 160_000),
    ]


def test_nothing_is_stored_before_its_first_day():
    """Neither a first letter nor one that money is exchanged for; of a renewal see above."""
    today = timezone.localdate()
    first = made.offered(made.assessed(project(), form=DepositForm.GUARANTEE), starts_on=today)
    with pytest.raises(ValidationError, match="收支时间不能早于该日"):
        made.confirm(first, moved_on=today - timedelta(days=1))
    made.confirm(first)
    exchanged = made.offered(made.stored(project()), form=DepositForm.INSURANCE, starts_on=today + timedelta(days=1))
    with pytest.raises(ValidationError, match="收支时间不能早于该日"):
        made.confirm(exchanged)
    assert made.in_force(exchanged.deposit).balance == 150_000


def test_a_use_takes_two_people_of_the_office_and_pays_each_worker():
    deposit = made.stored(project())
    officer = who.officer()
    use = made.proposed(deposit, by=officer)
    with pytest.raises(ValidationError, match="不能是同一人"):
        deposit_uses.approve_use(use, by=officer)
    with pytest.raises(PermissionDenied):
        deposit_uses.approve_use(use, by=who.officer("530900"))
    use = made.approved(use)
    assert (use.notice_number, use.pay_by) == ("临翔区人社保支〔2026〕1号", date(2026, 11, 9))
    use = made.paid(use)
    assert (use.state, use.payment.balance, use.refill_by) == (UseState.PAID, 140_000, date(2026, 11, 16))
    assert use.lines.count() == 2
    assert not payable_lines(deposit).exists()
    assert Deposit.objects.short().get() == deposit


def test_it_is_refilled_in_parts():
    use = made.paid(made.approved(made.proposed(made.stored(project()))))
    bank, today = who.bank_clerk(use.instrument.keeper), timezone.localdate()
    with pytest.raises(ValidationError, match="不超过待补足的"):
        deposit_uses.confirm_refill(use, by=bank, amount=Decimal("10000.01"), moved_on=today)
    deposit_uses.confirm_refill(use, by=bank, amount=Decimal(4000), moved_on=today)
    use.refresh_from_db()
    assert use.refilled_on is None
    deposit_uses.confirm_refill(use, by=bank, amount=Decimal(6000), moved_on=today)
    use.refresh_from_db()
    assert (use.refilled_on, made.in_force(use.deposit).balance) == (today, 150_000)


def test_nobody_gets_more_than_is_owed_and_nothing_beyond_the_deposit():
    deposit = made.stored(project())
    line, other = made.owed(deposit.project, "6000", "160000")
    with pytest.raises(ValidationError, match="不超过尚欠的"):
        made.proposed(deposit, line, amounts={line.pk: Decimal("6000.01")})
    with pytest.raises(ValidationError, match="超过工资保证金余额"):
        made.proposed(deposit, other, amounts={other.pk: Decimal("150000.01")})
    with pytest.raises(ValidationError, match="期限尚未届满"):
        made.proposed(deposit, line, order_due_on=timezone.localdate())
    with pytest.raises(ValidationError, match="请刷新页面"):
        made.proposed(deposit, *made.owed(project(), "1"))
    made.proposed(deposit, line, amounts={line.pk: Decimal(2000)})
    assert {one.pk: one.left for one in payable_lines(deposit)} == {line.pk: 4000, other.pk: 160_000}


def test_it_is_refunded_after_completion_promise_and_thirty_days_of_notice():
    deposit, today = made.stored(project()), timezone.localdate()
    with pytest.raises(ValidationError, match="完工后方可申请"):
        deposit_refunds.apply_refund(
            deposit, by=None, promised_on=today, notice_from=today, notice_until=today, files=made.PDF
        )
    with pytest.raises(ValidationError, match="不得少于 30 日"):
        made.asked_back(deposit, notice_from=today - timedelta(days=32))
    with pytest.raises(ValidationError, match="公示期届满后"):
        made.asked_back(deposit, notice_until=today)
    with pytest.raises(ValidationError, match="书面承诺和公示照片"):
        made.asked_back(deposit, files=[])
    refund = made.refund_approved(deposit)
    assert (refund.decide_by, refund.confirm_by) == (date(2026, 11, 9), date(2026, 11, 5))
    assert refund.notice_number == "临翔区人社保退〔2026〕1号"
    deposit_refunds.confirm_refund(refund, by=who.bank_clerk(refund.instrument.keeper), moved_on=today)
    refund.refresh_from_db()
    deposit.refresh_from_db()
    instrument = deposit.instruments.get()
    assert (refund.state, deposit.state) == (RefundState.DONE, DepositState.RELEASED)
    assert (instrument.state, instrument.balance) == (InstrumentState.ENDED, 0)


def test_a_refund_also_takes_two_people_and_stands_aside_for_a_use():
    deposit, officer = made.stored(project()), who.officer()
    use = made.proposed(deposit)
    with pytest.raises(ValidationError, match="动用尚未办结"):
        made.asked_back(deposit)
    deposit_uses.refuse_use(use, by=officer, reason="已由企业付清")
    refund = made.asked_back(deposit)
    deposit_refunds.propose_refund(refund, by=officer, opinion="", office_uscc=who.uscc(1))
    with pytest.raises(ValidationError, match="不能是同一人"):
        deposit_refunds.approve_refund(refund, by=officer)
    with pytest.raises(ValidationError, match="先对退还申请作出决定"):
        made.proposed(deposit)
    deposit_refunds.refuse_refund(refund, by=officer, reason="有工人反映欠薪")
    made.proposed(deposit)


# --- against the raw database ----------------------------------------------------------------------------------------

MOVE = """INSERT INTO accounts_depositmovement (instrument_id, number, kind, amount, moved_on, balance, reference,
use_id, refund_id, at) VALUES (%s, %s, %s, %s, now(), 0, '', %s, %s, now())"""


def test_the_balance_is_the_movements_alone():
    instrument = made.in_force(made.stored(project()))
    for sql in (
        "UPDATE accounts_depositinstrument SET balance = 1",
        "INSERT INTO accounts_depositinstrument (deposit_id, form, keeper_id, keeper_name, account_number,"
        " account_last4, document_number, amount, starts_on, state, balance, refused_reason, offered_at)"
        " SELECT deposit_id, form, keeper_id, '', account_number, '', '', 5, now(), 'ended', 5, '', now()"
        " FROM accounts_depositinstrument",
    ):
        with pytest.raises(IntegrityError, match="by its movements only"):
            execute(sql)
    for amount in ("150000", "150000.01", "1"):
        with pytest.raises(IntegrityError, match="only for another"):
            execute(MOVE, instrument.pk, "x", "replace", amount, None, None)
    with pytest.raises(IntegrityError, match="deposit_balance_within_amount"):
        execute(MOVE, instrument.pk, "x", "refill", "0.01", None, None)
    made.paid(made.approved(made.proposed(instrument.deposit)))
    with pytest.raises(IntegrityError, match="deposit_movement_use_is_paid_or_refilled"):
        execute(MOVE, instrument.pk, "x", "refill", "0.01", None, None)
    with pytest.raises(IntegrityError, match="deposit_collected_once"):
        execute(MOVE, instrument.pk, "x", "collect", "1", None, None)


def test_money_leaves_by_an_approved_decision_only():
    use = made.proposed(made.stored(project()))
    pay = (use.instrument_id, "x", "use", "10000")
    for sent in ((*pay, None, None), (*pay, use.pk, None)):
        with pytest.raises(IntegrityError, match="by an approved decision only"):
            execute(MOVE, *sent)
    with pytest.raises(IntegrityError, match="deposit_use_needs_two_people"):
        execute(
            "UPDATE accounts_deposituse SET state = 'approved', approved_by_id = proposed_by_id, pay_by = now(),"
            " notice_number = 'n'"
        )
    with pytest.raises(IntegrityError, match="deposit_use_approved_has_its_notice"):
        execute("UPDATE accounts_deposituse SET state = 'approved'")
    made.approved(use)
    with pytest.raises(IntegrityError, match="by an approved decision only"):
        execute(MOVE, use.instrument_id, "x", "use", "9999", use.pk, None)
    other = made.in_force(made.stored(project()))
    with pytest.raises(IntegrityError, match="by an approved decision only"):
        execute(MOVE, other.pk, "x", "use", "10000", use.pk, None)
    execute(MOVE, *pay, use.pk, None)
    with pytest.raises(IntegrityError, match="deposit_use_paid_once"):
        execute(MOVE, use.instrument_id, "y", "use", "10000", use.pk, None)


def test_a_refund_takes_an_approved_decision_and_no_more_than_the_balance():
    refund = made.refund_approved(made.stored(project()))
    with pytest.raises(IntegrityError, match="refunded by an approved decision only"):
        execute(MOVE, refund.instrument_id, "x", "refund", "150000", None, None)
    with pytest.raises(IntegrityError, match="refunded by an approved decision only"):
        execute(MOVE, refund.instrument_id, "x", "refund", "1", None, refund.pk)
    with pytest.raises(IntegrityError, match="deposit_refund_needs_two_people"):
        execute("UPDATE accounts_depositrefund SET approved_by_id = proposed_by_id")
    execute("UPDATE accounts_depositrefund SET amount = 150000.01")
    with pytest.raises(IntegrityError, match="deposit_balance_within_amount"):
        execute(MOVE, refund.instrument_id, "x", "refund", "150000.01", None, refund.pk)


def test_movements_and_lines_are_never_rewritten():
    use = made.approved(made.proposed(made.stored(project())))
    for table in ("accounts_depositmovement", "accounts_deposituseline"):
        for sql in (f"UPDATE {table} SET amount = 1", f"DELETE FROM {table}"):
            with pytest.raises(Exception, match="append"):
                execute(sql)
    line = payroll_line(use.deposit.project.payrolls.get(), "1000")
    sql = "INSERT INTO accounts_deposituseline (use_id, payroll_line_id, name, id_number, id_number_index, card_last4,"
    sql += " bank_name, amount, method) SELECT use_id, %s, name, id_number, id_number_index, '', '', 1, method"
    with pytest.raises(IntegrityError, match="lines of a decided use stand"):
        execute(f"{sql} FROM accounts_deposituseline LIMIT 1", line.pk)


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("UPDATE accounts_deposit SET state = 'exempt'", "deposit_exempt_is_nothing"),
        ("UPDATE accounts_deposit SET differential_amount = -1", "deposit_amounts_not_negative"),
        ("UPDATE accounts_deposit SET differential_amount = 0", "deposit_to_store_is_something"),
        (
            "UPDATE accounts_deposit SET due_amount = NULL, differential_amount = NULL",
            "deposit_assessed_before_it_is_stored",
        ),
        ("UPDATE accounts_depositinstrument SET state = 'ended'", "deposit_ended_is_empty"),
        ("UPDATE accounts_depositinstrument SET state = 'offered'", "deposit_balance_only_once_confirmed"),
        ("UPDATE accounts_depositinstrument SET ends_on = now()", "deposit_instrument_is_of_its_form"),
        ("UPDATE accounts_depositinstrument SET has_special_mark = NULL", "deposit_account_says_whether_marked"),
        ("UPDATE accounts_depositinstrument SET amount = 1", "deposit_balance_within_amount"),
    ],
)
def test_what_cannot_be_true_together(sql, name):
    made.stored(project())
    with pytest.raises(IntegrityError, match=name):
        execute(sql)


# --- at once ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_approve_at_once_issue_one_notice():
    use = made.proposed(made.stored(project()))

    def approve(officer) -> str:
        try:
            return deposit_uses.approve_use(DepositUse.objects.get(pk=use.pk), by=officer).notice_number
        except ValidationError as error:
            return error.messages[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(approve, [who.officer(), who.officer()]))
    assert said == ["临翔区人社保支〔2026〕1号", deposit_uses.DECIDED]


@pytest.mark.django_db(transaction=True)
def test_a_use_and_a_refund_at_once_do_not_both_take_the_money():
    deposit = made.stored(project())
    lines, officers = made.owed(deposit.project, "6000"), [who.officer(), who.officer()]
    refund = made.asked_back(deposit)

    def propose_use() -> str:
        return _said(lambda: made.proposed(Deposit.objects.get(pk=deposit.pk), *lines, by=officers[0]))

    def propose_refund() -> str:
        own = DepositRefund.objects.get(pk=refund.pk)
        return _said(lambda: deposit_refunds.propose_refund(own, by=officers[1], opinion="", office_uscc=who.uscc(3)))

    with ThreadPoolExecutor(2) as pool:
        said = [one.result() for one in (pool.submit(propose_use), pool.submit(propose_refund))]
    assert sorted(bool(text) for text in said) == [False, True]


def _said(act) -> str:
    try:
        act()
        return ""
    except ValidationError as error:
        return error.messages[0]
    finally:
        connection.close()


def test_the_number_of_instruments_in_force_is_one():
    deposit = made.stored(project())
    sql = "INSERT INTO accounts_depositinstrument (deposit_id, form, keeper_id, keeper_name, account_number,"
    sql += " account_last4, document_number, amount, starts_on, state, balance, refused_reason, offered_at,"
    sql += " has_special_mark) SELECT deposit_id, form, keeper_id, '', account_number, '', '', 5, now(), 'in_force',"
    with pytest.raises(IntegrityError, match="deposit_one_in_force"):
        execute(f"{sql} 0, '', now(), true FROM accounts_depositinstrument")
    assert DepositInstrument.objects.filter(deposit=deposit).count() == 1
