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
    engagement_id: int | None
    refusal: str

    @property
    def is_good(self) -> bool:
        return not self.refusal

    @property
    def why(self) -> str:
        return Refusal(self.refusal).label


# Paid is to the card bound now. The sheet may name an older card of the same person, never somebody else's. Whoever
# was kept on while the site stood still all month is paid without attendance (《工资支付暂行规定》第十二条). Who
# shares a card and what was paid before is told in one pass each: asked line by line, 5,000 lines take minutes.
_COMPARE = r"""
WITH owed AS MATERIALIZED (
    SELECT l.id, l.sheet_id, l.project_id, l.month, l.name, l.net - l.paid AS amount, l.id_number_index,
           l.card_number_index, coalesce(own.id, since.id) AS engagement_id,
           coalesce(own.worker_id, since.worker_id) AS worker_id
    FROM accounts_payrollline l
    LEFT JOIN workers_engagement own ON own.id = l.engagement_id AND own.project_id = l.project_id
    LEFT JOIN LATERAL (
        SELECT e.id, e.worker_id
        FROM workers_worker w JOIN workers_engagement e ON e.worker_id = w.id AND e.project_id = l.project_id
        WHERE own.id IS NULL AND w.id_number_index = l.id_number_index
        LIMIT 1
    ) since ON true
    WHERE l.project_id = %(project)s AND l.sheet_id = ANY(%(sheets)s) AND l.paid < l.net
), named AS MATERIALIZED (
    SELECT card_number_index AS card, array_agg(DISTINCT id_number_index) AS people
    FROM owed WHERE card_number_index IS NOT NULL GROUP BY card_number_index
), sent AS MATERIALIZED (
    SELECT p.line_id, p.state, p.amount, l.month, l.id_number_index
    FROM accounts_payoutorder p JOIN accounts_payrollline l ON l.id = p.line_id
    WHERE p.project_id = %(project)s AND p.state IN ('waiting', 'paid')
), again AS MATERIALIZED (
    SELECT line_id AS id FROM sent WHERE state = 'waiting'
    UNION
    SELECT d.payroll_line_id FROM accounts_deposituseline d JOIN accounts_deposituse u ON u.id = d.use_id
    WHERE u.state IN ('proposed', 'approved') AND d.payroll_line_id IN (SELECT id FROM owed)
    UNION
    SELECT o.id FROM owed o JOIN sent s ON s.id_number_index = o.id_number_index AND s.month = o.month
        AND s.amount = o.amount AND s.line_id <> o.id
)
SELECT o.id, o.sheet_id, o.name, o.amount, c.id, coalesce(c.last4, ''), o.engagement_id, CASE
    WHEN o.engagement_id IS NULL THEN 'stranger'
    WHEN regexp_replace(w.name, '\s', '', 'g') <> regexp_replace(o.name, '\s', '', 'g') THEN 'name'
    WHEN NOT EXISTS (
        SELECT 1 FROM workers_attendancemonth a
        WHERE a.engagement_id = o.engagement_id AND a.month = o.month AND a.days > 0
    ) AND NOT EXISTS (
        SELECT 1 FROM projects_suspension s
        WHERE s.project_id = o.project_id AND s.began_on <= o.month
          AND coalesce(s.ended_on, 'infinity') >= o.month + interval '1 month'
    ) THEN 'absent'
    WHEN c.id IS NULL THEN 'no_card'
    WHEN o.card_number_index IS NOT NULL AND o.card_number_index <> c.number_index AND NOT EXISTS (
        SELECT 1 FROM workers_bankcard b WHERE b.worker_id = o.worker_id AND b.number_index = o.card_number_index
    ) THEN 'others_card'
    WHEN named.people <> ARRAY[o.id_number_index] OR EXISTS (
        SELECT 1 FROM workers_bankcard b
        WHERE b.number_index = c.number_index AND b.is_current AND b.worker_id <> o.worker_id
    ) THEN 'shared_card'
    WHEN again.id IS NOT NULL THEN 'again'
    ELSE '' END AS refusal
FROM owed o
LEFT JOIN workers_worker w ON w.id = o.worker_id
LEFT JOIN workers_bankcard c ON c.worker_id = o.worker_id AND c.is_current
LEFT JOIN named ON named.card = c.number_index
LEFT JOIN again ON again.id = o.id
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
