"""Which movement of the ledger paid which line of a payroll: by card, name, amount and the month a summary names."""

from django.db import connection, transaction

from accounts.services.special_accounts import lock_project
from core import audit
from projects.models import Project
from projects.services import mark_changed

# Each side counts off its equal claims; the n-th movement pays the n-th line. Two people on one card are told apart by
# name; a movement without a name counts for whoever is alone on the card. Movements whose summary names a month come
# first, the others pay the oldest month still owed.
_PAIRS = """
WITH own AS (
    SELECT e.id AS entry_id, e.account_id, e.serial, e.amount, e.booked_on, e.counterparty_number_index AS card,
           e.sequence, regexp_replace(e.counterparty_name, '\\s', '', 'g') AS name,
           CASE WHEN said.m IS NOT NULL THEN make_date(said.m[1]::int, said.m[2]::int, 1) END AS month
    FROM accounts_ledgerentry e
    CROSS JOIN LATERAL (SELECT regexp_match(e.summary, %(month)s) AS m) said
    WHERE e.project_id = %(project)s AND e.kind = 'wage' AND e.direction = 'out'
      AND e.counterparty_number_index IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM accounts_payout p WHERE p.entry_id = e.id)
      AND NOT EXISTS (SELECT 1 FROM accounts_ledgerentry r WHERE r.reverses_id = e.id)
), owed AS (
    SELECT l.id AS line_id, l.card_number_index AS card, regexp_replace(l.name, '\\s', '', 'g') AS name, l.month,
           l.net - l.paid AS amount
    FROM accounts_payrollline l
    WHERE l.project_id = %(project)s AND l.paid < l.net AND l.card_number_index IS NOT NULL
), alone AS (
    SELECT card, min(name) AS name FROM owed GROUP BY card HAVING count(DISTINCT name) = 1
), claims AS (
    SELECT own.*, coalesce(nullif(own.name, ''), alone.name) AS payee FROM own LEFT JOIN alone USING (card)
)
"""
# 2026年9月, 2026-09, 202609; a full date is when somebody paid, not the month that was paid for
_MONTH = r"(20\d\d)\s*(?:年\s*|[-./]?)(1[0-2]|0?[1-9])(?!\d|[-./]\d|\s*月\s*\d)"

_BY_MONTH = """
SELECT c.*, o.line_id, o.month AS paid_month
FROM (SELECT *, row_number() OVER (PARTITION BY card, payee, amount, month ORDER BY sequence) AS nth
      FROM claims WHERE month IS NOT NULL) c
JOIN (SELECT *, row_number() OVER (PARTITION BY card, name, amount, month ORDER BY line_id) AS nth FROM owed) o
  ON o.card = c.card AND o.name = c.payee AND o.amount = c.amount AND o.month = c.month AND o.nth = c.nth
"""

_BY_AGE = """
SELECT c.*, o.line_id, o.month AS paid_month
FROM (SELECT *, row_number() OVER (PARTITION BY card, payee, amount ORDER BY booked_on, sequence) AS nth
      FROM claims WHERE month IS NULL) c
JOIN (SELECT *, row_number() OVER (PARTITION BY card, name, amount ORDER BY month, line_id) AS nth FROM owed) o
  ON o.card = c.card AND o.name = c.payee AND o.amount = c.amount AND o.nth = c.nth AND o.month <= c.booked_on
"""

_WRITE = """, pairs AS ({pairs}), made AS (
    INSERT INTO accounts_payout (project_id, account_id, serial, entry_id, line_id, month, amount, paid_on, method)
    SELECT %(project)s, account_id, serial, entry_id, line_id, paid_month, amount, booked_on, 'bank' FROM pairs
    RETURNING line_id, amount
)
UPDATE accounts_payrollline l SET paid = l.paid + made.amount FROM made WHERE l.id = made.line_id
"""


@transaction.atomic
def match_payouts(project: Project, *, by) -> int:
    """Tie unmatched wage movements to unpaid lines; answers how many. Runs after either import, in either order.

    What fits nothing stays open on both sides and is listed (`accounts.selectors`). Two runs at once queue up at the
    project's row, so no movement and no line is counted twice.
    """
    lock_project(project)
    matched = 0
    with connection.cursor() as cursor:
        for pairs in (_BY_MONTH, _BY_AGE):
            cursor.execute(_PAIRS + _WRITE.format(pairs=pairs), {"project": project.pk, "month": _MONTH})
            matched += cursor.rowcount
    if matched:
        audit.record("payout.match", by=by, target=project, payouts=matched)
        mark_changed([project.pk])
    return matched
