"""Each rule of the payout tables against raw SQL: INSERT, UPDATE, DELETE, COPY, TRUNCATE."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone
from psycopg.errors import CheckViolation

from accounts.enums import SheetState
from accounts.models import PayoutBatch, PayoutOrder
from accounts.services import record_results, take_step
from tests.accounts.payouts import Site, orders, paid, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def batch(site):
    return site.batch(site.sheet(site.person(), site.person()))


def run(sql: str, *params) -> None:
    """At once, with what would be said at the end of the transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refuses(match: str, sql: str, *params) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")  # what stands is in order
    with pytest.raises((IntegrityError, ProgrammingError), match=match):
        run(sql, *params)


BATCH = (
    "INSERT INTO accounts_payoutbatch (project_id, account_id, number, layout, count, total, state, made_by_id,"
    " made_at, done_at) SELECT project_id, account_id, {number}, layout, {count}, {total}, {state}, made_by_id,"
    " made_at, {done_at} FROM accounts_payoutbatch WHERE id = %s"
)
ORDER = (
    "INSERT INTO accounts_payoutorder (batch_id, project_id, line_id, number, first_id, attempt, name,"
    " card_number_index, card_last4, bank_name, amount, state, refusal, reason, serial, settled_at)"
    " SELECT {batch_id}, {project_id}, line_id, {number}, {first_id}, {attempt}, name, card_number_index, card_last4,"
    " bank_name, {amount}, {state}, {refusal}, {reason}, {serial}, {settled_at}"
    " FROM accounts_payoutorder WHERE id = %s"
)
AS_IT_IS = {
    **{name: name for name in ("batch_id", "project_id", "first_id", "attempt", "amount", "state", "serial")},
    "refusal": "refusal",
    "reason": "reason",
    "settled_at": "settled_at",
    "number": "number + 900",
}
KEPT_BACK = {"state": "'refused'", "refusal": "'no_card'", "reason": "'没有工资卡'", "settled_at": "now()"}


def batch_like(**facts) -> str:
    plain = {"number": "'DF1'", "count": "0", "total": "0", "state": "'sent'", "done_at": "NULL"}
    return BATCH.format(**(plain | facts))


def order_like(**facts) -> str:
    return ORDER.format(**(AS_IT_IS | facts))


# --- a batch ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ("total = total - 0.01", "提交后不能修改"),
        ("count = 1", "提交后不能修改"),
        ("number = 'DF9'", "提交后不能修改"),
        ("layout = 'generic'", "提交后不能修改"),
        ("made_at = made_at - interval '1 day'", "提交后不能修改"),
        ("state = 'done'", "payout_batch_done_has_its_time"),
        ("done_at = now()", "payout_batch_done_has_its_time"),
    ],
)
def test_a_batch_stays_as_it_was_handed_over(batch, change, match):
    refuses(match, f"UPDATE accounts_payoutbatch SET {change} WHERE id = %s", batch.pk)


def test_a_batch_is_not_opened_again(site, batch):
    record_results(site.project, [paid(order) for order in orders(batch)], by=site.banker)
    refuses("提交后不能修改", "UPDATE accounts_payoutbatch SET state = 'sent', done_at = NULL WHERE id = %s", batch.pk)


@pytest.mark.parametrize(
    ("facts", "match"),
    [
        ({"count": "1"}, "与明细不符"),
        ({"total": "0.01"}, "与明细不符"),
        ({"total": "-1"}, "payout_batch_total_not_negative"),
        ({"state": "'done'"}, "payout_batch_done_has_its_time"),
        ({"number": "number"}, "unique"),
    ],
)
def test_a_batch_states_what_its_payments_are(batch, facts, match):
    refuses(match, batch_like(**facts), batch.pk)


def test_nothing_of_a_batch_is_deleted(batch):
    refuses("提交后不能修改", "DELETE FROM accounts_payoutbatch WHERE id = %s", batch.pk)
    refuses("提交后不能修改", "DELETE FROM accounts_payoutorder WHERE batch_id = %s", batch.pk)
    refuses("truncate", "TRUNCATE accounts_payoutorder CASCADE")
    refuses("truncate", "TRUNCATE accounts_payoutbatch CASCADE")
    assert PayoutOrder.objects.count() == 2


# --- its payments ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ("amount = amount + 1", "提交后不能修改"),
        ("name = '别人'", "提交后不能修改"),
        ("card_number_index = '\\x00'", "提交后不能修改"),
        ("number = 99", "提交后不能修改"),
        ("attempt = 2", "提交后不能修改"),
        ("state = 'paid', settled_at = now()", "payout_order_says_how_it_ended"),
        ("state = 'paid', serial = 'S1'", "payout_order_says_how_it_ended"),
        ("state = 'refused', settled_at = now(), reason = '户名不符'", "payout_order_says_how_it_ended"),
        ("state = 'refused', settled_at = now(), refusal = 'bank'", "payout_order_says_how_it_ended"),
        ("refusal = 'bank'", "payout_order_says_how_it_ended"),
    ],
)
def test_a_payment_ends_in_full_words_and_is_not_rewritten(batch, change, match):
    refuses(match, f"UPDATE accounts_payoutorder SET {change} WHERE id = %s", orders(batch)[0].pk)


@pytest.mark.parametrize(
    "change", ["state = 'waiting', serial = '', settled_at = NULL", "serial = 'S2'", "settled_at = now()"]
)
def test_a_payment_ends_once(site, batch, change):
    first, second = orders(batch)
    record_results(site.project, [paid(first, "S1", timezone.now()), refused(second)], by=site.banker)
    refuses("只办结一次", f"UPDATE accounts_payoutorder SET {change} WHERE id = %s", first.pk)
    refuses("只办结一次", "UPDATE accounts_payoutorder SET reason = '别的' WHERE id = %s", second.pk)


@pytest.mark.parametrize(
    ("facts", "match"),
    [
        ({"amount": "amount - 1"}, "与尚欠工资不同"),
        ({"state": "'paid'", "serial": "'S1'", "settled_at": "now()"}, "未经全部审核"),
        ({}, "与明细不符|payout_order_one_under_way"),
        ({**KEPT_BACK, "number": "number"}, "payout_order_numbered_once"),
        ({**KEPT_BACK, "amount": "0"}, "payout_order_amount_positive"),
        ({**KEPT_BACK, "attempt": "2"}, "payout_order_retry_leads_back"),
        ({**KEPT_BACK, "first_id": "id"}, "payout_order_retry_leads_back"),
        ({**KEPT_BACK, "reason": "''"}, "payout_order_says_how_it_ended"),
    ],
)
def test_nothing_is_slipped_into_a_batch(batch, facts, match):
    refuses(match, order_like(**facts), orders(batch)[0].pk)


def test_two_retries_of_one_attempt_are_refused(batch):
    order = orders(batch)[0]
    again = {**KEPT_BACK, "first_id": "id", "attempt": "2"}
    run(order_like(**again), order.pk)
    refuses("payout_order_attempts_in_a_row", order_like(**(again | {"number": "number + 901"})), order.pk)


def hand_over_again(order: PayoutOrder, **facts) -> None:
    """The same wage in one more batch, whose totals agree."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(batch_like(count="1", total="6000") + " RETURNING id", [order.batch_id])
        other = str(cursor.fetchone()[0])
        cursor.execute(order_like(batch_id=other, **facts), [order.pk])


def test_a_line_is_under_way_once_across_batches(batch):
    with pytest.raises(IntegrityError, match="payout_order_one_under_way"):
        hand_over_again(orders(batch)[0])
    assert PayoutBatch.objects.count() == 1


def test_a_batch_holds_no_line_of_another_project(batch):
    other = Site()
    theirs = orders(other.batch(other.sheet(other.person())))[0]
    refuses("不属于本批次的项目", order_like(**KEPT_BACK, batch_id=str(batch.pk)), theirs.pk)


def test_a_done_batch_takes_no_more_payments(site, batch):
    record_results(site.project, [paid(order) for order in orders(batch)], by=site.banker)
    refuses("不属于本批次的项目", order_like(**KEPT_BACK), orders(batch)[0].pk)


def test_what_is_not_approved_is_not_paid(site, batch):
    """A sheet that fell back to the draft after the bank refused it all owes, and cannot be handed over."""
    record_results(site.project, [refused(order) for order in orders(batch)], by=site.banker)
    sheet = site.project.payroll_sheets.get()
    take_step(sheet, SheetState.DRAFT, by=site.clerk, text="重新核对")
    waiting = {"state": "'waiting'", "settled_at": "NULL", "refusal": "''", "reason": "''"}
    with pytest.raises(IntegrityError, match="未经全部审核"):
        hand_over_again(orders(batch)[0], **waiting)


def copy_in(columns: str, row: list) -> None:
    command = f"COPY accounts_payoutorder ({columns}) FROM STDIN"
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(command) as copy:
        copy.write_row(row)


def test_copy_slips_nothing_in_either(batch):
    """COPY fires the same triggers."""
    order = orders(batch)[0]
    columns = "batch_id, project_id, line_id, number, attempt, name, card_last4, bank_name, amount, state, refusal"
    columns += ", reason, serial"
    payee = ["张三", "0001", "某银行", "5999.00", "waiting", "", "", ""]
    with pytest.raises(CheckViolation, match="与尚欠工资不同"):
        copy_in(columns, [batch.pk, order.project_id, order.line_id, 901, 1, *payee])
