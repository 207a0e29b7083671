"""The bank's comparison before it pays (F5): real name, attendance of the month, whose card, doubles, and the sum
against what the account holds for the project."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Case, F, Sum, When

from accounts.enums import MovementDirection, Refusal
from accounts.models import LedgerEntry, PayoutOrder, SpecialAccount
from projects.models import Project

IN_SCOPE = "of an account and a project in the caller's scope"


@dataclass(frozen=True)
class Compared:
    line_id: int
    sheet_id: int
    name: str
    amount: Decimal
    card_id: int | None
    card_last4: str
    refusal: str

    @property
    def is_good(self) -> bool:
        return not self.refusal

    @property
    def why(self) -> str:
        return Refusal(self.refusal).label


# Paid is to the card bound now. The sheet may name an older card of the same person, never somebody else's. Whoever
# was kept on while the site stood still all month is paid without attendance (《工资支付暂行规定》第十二条).
_COMPARE = r"""
WITH owed AS (
    SELECT l.id, l.sheet_id, l.project_id, l.month, l.name, l.net - l.paid AS amount, l.id_number_index,
           l.card_number_index, e.id AS engagement_id, e.worker_id, w.name AS registered, c.id AS card_id,
           c.number_index AS bound, coalesce(c.last4, '') AS last4
    FROM accounts_payrollline l
    LEFT JOIN LATERAL (
        SELECT e.id, e.worker_id FROM workers_engagement e JOIN workers_worker w ON w.id = e.worker_id
        WHERE e.project_id = l.project_id AND (e.id = l.engagement_id OR w.id_number_index = l.id_number_index)
        ORDER BY e.id = l.engagement_id DESC LIMIT 1
    ) e ON true
    LEFT JOIN workers_worker w ON w.id = e.worker_id
    LEFT JOIN workers_bankcard c ON c.worker_id = e.worker_id AND c.is_current
    WHERE l.project_id = %(project)s AND l.sheet_id = ANY(%(sheets)s) AND l.paid < l.net
)
SELECT o.id, o.sheet_id, o.name, o.amount, o.card_id, o.last4, CASE
    WHEN o.engagement_id IS NULL THEN 'stranger'
    WHEN regexp_replace(o.registered, '\s', '', 'g') <> regexp_replace(o.name, '\s', '', 'g') THEN 'name'
    WHEN NOT EXISTS (
        SELECT 1 FROM workers_attendancemonth a
        WHERE a.engagement_id = o.engagement_id AND a.month = o.month AND a.days > 0
    ) AND NOT EXISTS (
        SELECT 1 FROM projects_suspension s
        WHERE s.project_id = o.project_id AND s.began_on <= o.month
          AND coalesce(s.ended_on, 'infinity') >= o.month + interval '1 month'
    ) THEN 'absent'
    WHEN o.card_id IS NULL THEN 'no_card'
    WHEN o.card_number_index IS NOT NULL AND o.card_number_index <> o.bound AND NOT EXISTS (
        SELECT 1 FROM workers_bankcard c WHERE c.worker_id = o.worker_id AND c.number_index = o.card_number_index
    ) THEN 'others_card'
    WHEN EXISTS (
        SELECT 1 FROM workers_bankcard c
        WHERE c.number_index = o.bound AND c.is_current AND c.worker_id <> o.worker_id
    ) OR EXISTS (
        SELECT 1 FROM owed p WHERE p.card_number_index = o.bound AND p.id_number_index <> o.id_number_index
    ) THEN 'shared_card'
    WHEN EXISTS (SELECT 1 FROM accounts_payoutorder p WHERE p.line_id = o.id AND p.state = 'waiting')
      OR EXISTS (
        SELECT 1 FROM accounts_deposituseline d JOIN accounts_deposituse u ON u.id = d.use_id
        WHERE d.payroll_line_id = o.id AND u.state IN ('proposed', 'approved')
    )
      OR EXISTS (
        SELECT 1 FROM accounts_payrollline l JOIN accounts_payoutorder p ON p.line_id = l.id
        WHERE l.project_id = o.project_id AND l.id <> o.id AND l.id_number_index = o.id_number_index
          AND l.month = o.month AND p.amount = o.amount AND p.state IN ('waiting', 'paid')
    ) THEN 'again'
    ELSE '' END AS refusal
FROM owed o
ORDER BY o.sheet_id, o.id
"""


def compare(project: Project, sheets: Sequence[int]) -> list[Compared]:
    """Every line still owed on these sheets of the project, with why it cannot be paid, if so."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPARE, {"project": project.pk, "sheets": list(sheets)})
        return [Compared(*row) for row in cursor.fetchall()]


def available(account: SpecialAccount, project: Project) -> Decimal:
    """What the account holds for this project, less what is on its way to the bank; never more than is on it."""
    entries = LedgerEntry.objects.unscoped(IN_SCOPE).filter(account=account)
    signed = Sum(Case(When(direction=MovementDirection.IN, then=F("amount")), default=-F("amount")))
    whole = entries.aggregate(total=signed)["total"] or Decimal(0)
    own = entries.filter(project=project).aggregate(total=signed)["total"] or Decimal(0)
    orders = PayoutOrder.objects.unscoped(IN_SCOPE).waiting().filter(batch__account=account)
    under_way = orders.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    own_way = orders.filter(project=project).aggregate(total=Sum("amount"))["total"] or Decimal(0)
    return max(min(whole - under_way, own - own_way), Decimal(0))
