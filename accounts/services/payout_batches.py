"""From approved sheets to a batch at the bank, compared before it goes (F5), and back with a result a payment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.enums import OrderState, Refusal, SheetState
from accounts.models import Payout, PayoutBatch, PayoutOrder, PayrollSheet, SpecialAccount
from accounts.selectors.comparison import Compared, available, compare
from accounts.services.settling import close_batches, end_orders_by_ledger, settle_sheets
from accounts.services.sheets import refusals_told, take_step
from core import audit
from core.money import format_money
from core.staging import stage
from projects.models import Project
from projects.services import lock, lock_open, mark_changed

MINE = "of a project in the caller's scope"
PAYABLE = (SheetState.APPROVED, SheetState.PARTLY, SheetState.REFUSED)

_ORDERS = """
INSERT INTO accounts_payoutorder (
    batch_id, project_id, line_id, number, first_id, attempt, name, card_number, card_number_index, card_last4,
    bank_name, amount, state, refusal, reason, serial, settled_at
)
SELECT %(batch)s, %(project)s, s.line_id, s.number, coalesce(before.first_id, before.id),
       coalesce(before.attempt, 0) + 1, l.name, c.number, c.number_index, coalesce(c.last4, ''),
       coalesce(c.bank_name, ''), l.net - l.paid,
       CASE WHEN s.refusal = '' THEN 'waiting' ELSE 'refused' END, s.refusal, s.reason, '',
       CASE WHEN s.refusal = '' THEN NULL ELSE now() END
FROM order_stage s
JOIN accounts_payrollline l ON l.id = s.line_id
LEFT JOIN workers_bankcard c ON c.id = s.card_id
LEFT JOIN LATERAL (
    SELECT o.id, o.first_id, o.attempt FROM accounts_payoutorder o WHERE o.line_id = l.id
    ORDER BY o.attempt DESC LIMIT 1
) before ON true
ORDER BY s.number
"""


def payable_sheets(project: Project) -> QuerySet[PayrollSheet]:
    """Approved, or with payments the bank has refused, and nothing under way."""
    under_way = PayoutOrder._base_manager.filter(line__sheet=OuterRef("pk"), state=OrderState.WAITING)
    sheets = PayrollSheet.objects.unscoped(MINE).filter(project=project, state__in=PAYABLE)
    return sheets.filter(~Exists(under_way)).select_related("payroll", "team").order_by("payroll__month", "pk")


def sheets_to_try_again(batch: PayoutBatch) -> QuerySet[PayrollSheet]:
    """Sheets of a batch that still owe what it did not pay, and have nothing at the bank again."""
    failed = batch.orders.filter(state=OrderState.REFUSED).values("line__sheet")
    return payable_sheets(batch.project).filter(pk__in=failed)


@transaction.atomic
def make_batch(
    project: Project, account: SpecialAccount, sheets: Iterable[int], *, layout: str, by
) -> tuple[PayoutBatch, list[Compared]]:
    """Hand the owed lines of these sheets to the bank that keeps the account; answers the batch and what the
    comparison found. Refused lines stand in the batch with their reason and are not paid.

    Raises ValidationError where no line can be paid, or the account does not hold the sum.
    """
    project = lock_open(project)
    account = SpecialAccount.objects.unscoped(MINE).select_for_update().get(pk=account.pk)
    chosen = list(payable_sheets(project).filter(pk__in=list(sheets)))
    _check_account(account, project)
    found = compare(project, [sheet.pk for sheet in chosen])
    good = [line for line in found if line.is_good]
    total = sum((line.amount for line in good), Decimal(0))
    _check_sum(good, total, available(account, project))
    batch = _record(project, account, found, good, total, layout, by)
    sent = {line.sheet_id for line in good}
    for sheet in chosen:
        if sheet.pk in sent:
            take_step(sheet, SheetState.AT_BANK, by=by, text=f"批次 {batch.number}")
    audit.record("payout.send", by=by, target=batch, rows=len(good), refused=len(found) - len(good))
    mark_changed([project.pk])
    return batch, found


def _check_account(account: SpecialAccount, project: Project) -> None:
    if account.is_cancelled or not account.project_links.filter(project=project).exists():
        raise ValidationError("该专户已注销，或不用于本项目。")


def _check_sum(good: Sequence[Compared], total: Decimal, held: Decimal) -> None:
    if not good:
        raise ValidationError("所选工资表没有可以发放的人员，请按比对结果逐人处理后再提交。")
    if total > held:
        raise ValidationError(
            f"专户余额不足：本批应发 {format_money(total)} 元，可用余额 {format_money(held)} 元，"
            f"差 {format_money(total - held)} 元。请先拨付人工费，或减少所选工资表。"
        )


def _record(project, account, found, good, total, layout, by) -> PayoutBatch:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # the totals are compared once the orders stand
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_payoutbatch', 'id'))")
        pk = cursor.fetchone()[0]
    batch = PayoutBatch(pk=pk, project=project, account=account, layout=layout, made_by=by)
    batch.number, batch.count, batch.total = f"DF{timezone.localdate():%Y%m%d}{pk:06d}", len(good), total
    batch.save(force_insert=True)
    rows = [*good, *(line for line in found if not line.is_good)]
    columns = {"number": "int4", "line_id": "int8", "card_id": "int8", "refusal": "text", "reason": "text"}
    stage("order_stage", columns, (_staged(number, line) for number, line in enumerate(rows, 1)))
    with refusals_told(), connection.cursor() as cursor:
        cursor.execute(_ORDERS, {"batch": pk, "project": project.pk})
    return batch


def _staged(number: int, line: Compared) -> tuple:
    return number, line.line_id, line.card_id, line.refusal, Refusal(line.refusal).label


# --- what the bank answers -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Result:
    """Of one order: paid with a serial, or refused with a reason."""

    order_id: int
    paid: bool
    at: datetime
    serial: str = ""
    reason: str = ""


_RESULT = {"order_id": "int8", "paid": "bool", "at": "timestamptz", "serial": "text", "reason": "text"}

# The ledger came first and paid another line of the same person with what the bank says it paid this one with.
_MOVE = """
WITH misplaced AS (
    SELECT p.id, p.line_id AS old_line, o.line_id AS new_line, p.amount, l.month
    FROM result_stage r
    JOIN accounts_payoutorder o ON o.id = r.order_id AND o.state = 'waiting'
    JOIN accounts_payoutbatch b ON b.id = o.batch_id
    JOIN accounts_payrollline l ON l.id = o.line_id AND l.net - l.paid >= o.amount
    JOIN accounts_payout p ON p.account_id = b.account_id AND p.serial = r.serial AND p.amount = o.amount
        AND p.project_id = o.project_id AND p.order_id IS NULL AND p.returned_id IS NULL AND p.line_id <> o.line_id
    JOIN accounts_payrollline was ON was.id = p.line_id AND was.id_number_index = l.id_number_index
    WHERE r.paid
), moved AS (
    UPDATE accounts_payout p SET line_id = m.new_line, month = m.month FROM misplaced m WHERE p.id = m.id
)
UPDATE accounts_payrollline l SET paid = l.paid + change.amount
FROM (
    SELECT line, sum(amount) AS amount
    FROM (SELECT old_line AS line, -amount AS amount FROM misplaced
          UNION ALL SELECT new_line, amount FROM misplaced) both_sides
    GROUP BY line
) change
WHERE l.id = change.line
"""

# A ledger that came first has its movement already; else it is tied when it comes (`matching`). What pays a line that
# was paid by other means meanwhile pays no line: it is listed among the differences.
_SETTLE = """
WITH ended AS (
    UPDATE accounts_payoutorder o
    SET state = CASE WHEN r.paid THEN 'paid' ELSE 'refused' END, refusal = CASE WHEN r.paid THEN '' ELSE 'bank' END,
        reason = CASE WHEN r.paid THEN '' ELSE r.reason END, serial = r.serial, settled_at = r.at
    FROM result_stage r
    WHERE o.id = r.order_id AND o.state = 'waiting'
    RETURNING o.id, o.line_id, o.batch_id, o.project_id, o.amount, o.state, o.serial, o.settled_at
), made AS (
    INSERT INTO accounts_payout (
        project_id, account_id, serial, order_id, line_id, month, amount, paid_on, method
    )
    SELECT e.project_id, b.account_id, e.serial, e.id, CASE WHEN l.net - l.paid >= e.amount THEN l.id END, l.month,
           e.amount,
           (e.settled_at AT TIME ZONE 'Asia/Shanghai')::date, 'bank'
    FROM ended e JOIN accounts_payoutbatch b ON b.id = e.batch_id JOIN accounts_payrollline l ON l.id = e.line_id
    WHERE e.state = 'paid'
    RETURNING line_id, amount
), paid AS (
    UPDATE accounts_payrollline l SET paid = l.paid + made.amount FROM made WHERE l.id = made.line_id
)
SELECT count(*) FILTER (WHERE state = 'paid'), count(*) FILTER (WHERE state = 'refused') FROM ended
"""


def may_move(payout: Payout, order: PayoutOrder) -> bool:
    """Whether a result may claim, for its order, what the ledger alone has set to another line of the same person."""
    if payout.order_id or payout.returned_id or payout.project_id != order.project_id or payout.line is None:
        return False
    return payout.amount == order.amount and payout.line.id_number_index == order.line.id_number_index


@transaction.atomic
def record_results(project: Project, results: Iterable[Result], *, by) -> tuple[int, int]:
    """(paid, refused) of those that were still waiting; whatever has ended stays as it ended. Also of a completed
    project: the bank has acted."""
    lock(project)
    stage("result_stage", _RESULT, ((r.order_id, r.paid, r.at, r.serial, r.reason[:200]) for r in results))
    with refusals_told(), connection.cursor() as cursor:
        cursor.execute(_MOVE)
        found = end_orders_by_ledger(project) if cursor.rowcount else 0
        cursor.execute(_SETTLE)
        paid, refused = cursor.fetchone()
    paid += found
    if paid or refused:
        settle_sheets(project, by=by)
        close_batches(project)
        audit.record("payout.result", by=by, target=project, payouts=paid, refused=refused)
        mark_changed([project.pk])
    return paid, refused
