"""What payments make of sheets and batches: run under the project's lock after every result, match and return."""

from django.db import connection
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from accounts.enums import BatchState, OrderState, SheetState
from accounts.models import PayoutBatch, PayoutOrder, PayrollSheet
from accounts.services.sheets import take_step
from projects.models import Project

MINE = "of a project in the caller's scope"
S = SheetState
BEYOND_APPROVAL = (S.APPROVED, S.AT_BANK, S.PAID, S.PARTLY, S.REFUSED)

# A movement of the ledger paid the line before the bank's answer came.
_END_BY_LEDGER = """
WITH tied AS (
    SELECT DISTINCT ON (o.id) o.id AS order_id, p.id AS payout_id, p.serial, p.paid_on
    FROM accounts_payoutorder o
    JOIN accounts_payout p ON p.line_id = o.line_id AND p.amount = o.amount AND p.order_id IS NULL
        AND p.returned_id IS NULL
    WHERE o.project_id = %(project)s AND o.state = 'waiting'
    ORDER BY o.id, p.id
), ended AS (
    UPDATE accounts_payoutorder o SET state = 'paid', serial = tied.serial, settled_at = now()
    FROM tied WHERE o.id = tied.order_id
)
UPDATE accounts_payout p SET order_id = tied.order_id FROM tied WHERE p.id = tied.payout_id
"""


def end_orders_by_ledger(project: Project) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_END_BY_LEDGER, {"project": project.pk})
        return cursor.rowcount


def settle_sheets(project: Project, *, by) -> None:
    """Each sheet beyond approval to the state that its payments say."""
    sheets = PayrollSheet.objects.unscoped(MINE).filter(project=project, state__in=BEYOND_APPROVAL)
    sums = sheets.annotate(
        owing=Count("lines", filter=Q(lines__paid__lt=F("lines__net"))), paid_sum=Sum("lines__paid")
    ).exclude(state=S.PAID, owing=0)
    waiting = set(
        PayoutOrder.objects.unscoped(MINE)
        .filter(project=project, state=OrderState.WAITING)
        .values_list("line__sheet", flat=True)
    )
    for sheet in sums.order_by("pk"):
        to = _state_of(sheet, sheet.pk in waiting)
        if to != sheet.state:
            take_step(sheet, to, by=by, text="按银行发放结果")


def _state_of(sheet: PayrollSheet, under_way: bool) -> SheetState:
    """`owing`: lines not paid in full."""
    if not sheet.owing:
        return S.PAID
    if sheet.state == S.APPROVED or under_way:
        return S(sheet.state)
    return S.PARTLY if sheet.paid_sum else S.REFUSED


def close_batches(project: Project) -> None:
    """Every payment has ended."""
    waiting = PayoutOrder.objects.unscoped(MINE).waiting().filter(project=project).values("batch")
    batches = PayoutBatch.objects.unscoped(MINE).filter(project=project, state=BatchState.SENT)
    batches.exclude(pk__in=waiting).update(state=BatchState.DONE, done_at=timezone.now())
