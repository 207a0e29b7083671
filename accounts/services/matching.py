"""Which movement of the ledger paid which line of a payroll: by the bank's serial where its answer named it, else by
card, name, amount and the month a summary names."""

from django.db import connection, transaction

from accounts.services.settling import close_batches, end_orders_by_ledger, settle_sheets
from core import audit
from projects.models import Project
from projects.services import lock, mark_changed

# 2026年9月, 2026-09, 202609; a full date is when somebody paid, not the month that was paid for
_MONTH = r"(20\d\d)\s*(?:年\s*|[-./]?)(1[0-2]|0?[1-9])(?!\d|[-./]\d|\s*月\s*\d)"

# Who is the only one of the project's payrolls on a card, paid or not: a movement without a name counts for them.
_ALONE = r"""
    SELECT card_number_index AS card, regexp_replace(min(name), '\s', '', 'g') AS name
    FROM accounts_payrollline
    WHERE project_id = %(project)s AND card_number_index IS NOT NULL
    GROUP BY card_number_index HAVING count(DISTINCT regexp_replace(name, '\s', '', 'g')) = 1"""

# Two people on one card are told apart by name.
_CLAIMS = rf"""
WITH owed AS MATERIALIZED (
    SELECT l.id AS line_id, l.card_number_index AS card, regexp_replace(l.name, '\s', '', 'g') AS name, l.month,
           l.net - l.paid AS amount
    FROM accounts_payrollline l
    WHERE l.project_id = %(project)s AND l.paid < l.net AND l.card_number_index IS NOT NULL
), alone AS MATERIALIZED ({_ALONE}
), claims AS MATERIALIZED (
    SELECT e.id AS entry_id, e.account_id, e.serial, e.amount, e.booked_on, e.counterparty_number_index AS card,
           e.sequence, coalesce(nullif(regexp_replace(e.counterparty_name, '\s', '', 'g'), ''), alone.name) AS payee,
           CASE WHEN said.m IS NOT NULL THEN make_date(said.m[1]::int, said.m[2]::int, 1) END AS month
    FROM accounts_ledgerentry e
    LEFT JOIN alone ON alone.card = e.counterparty_number_index
    CROSS JOIN LATERAL (SELECT regexp_match(e.summary, %(month)s) AS m) said
    WHERE e.project_id = %(project)s AND e.kind = 'wage' AND e.direction = 'out'
      AND e.counterparty_number_index IN (SELECT card FROM owed)
      AND NOT EXISTS (SELECT 1 FROM accounts_payout p WHERE p.entry_id = e.id)
      AND NOT EXISTS (SELECT 1 FROM accounts_payout p WHERE p.account_id = e.account_id AND p.serial = e.serial)
      AND NOT EXISTS (SELECT 1 FROM accounts_ledgerentry r WHERE r.reverses_id = e.id)
)
"""

# What the bank's answer has paid under this serial is this movement. One of another amount stays open on both sides.
_TIE = """
UPDATE accounts_payout p SET entry_id = e.id
FROM accounts_ledgerentry e
WHERE p.project_id = %(project)s AND p.entry_id IS NULL AND e.account_id = p.account_id AND e.serial = p.serial
  AND e.project_id = p.project_id AND e.amount = p.amount AND e.kind = 'wage' AND e.direction = 'out'
  AND NOT EXISTS (SELECT 1 FROM accounts_payout o WHERE o.entry_id = e.id)
"""

# A movement whose summary names a month: each side counts off its equal claims, the n-th movement pays the n-th line.
_BY_MONTH = """
SELECT c.*, o.line_id, o.month AS paid_month
FROM (SELECT *, row_number() OVER (PARTITION BY card, payee, amount, month ORDER BY sequence) AS nth
      FROM claims WHERE month IS NOT NULL) c
JOIN (SELECT *, row_number() OVER (PARTITION BY card, name, amount, month ORDER BY line_id) AS nth FROM owed) o
  ON o.card = c.card AND o.name = c.payee AND o.amount = c.amount AND o.month = c.month AND o.nth = c.nth
"""

# Any other pays the oldest month still owed, one of each kind of claim at a time.
_BY_AGE = """
SELECT DISTINCT ON (c.card, c.payee, c.amount) c.*, o.line_id, o.month AS paid_month
FROM claims c
JOIN owed o ON o.card = c.card AND o.name = c.payee AND o.amount = c.amount AND o.month <= c.booked_on
WHERE c.month IS NULL
ORDER BY c.card, c.payee, c.amount, c.booked_on, c.sequence, o.month, o.line_id
"""

_PAY = """, pairs AS ({pairs}), made AS (
    INSERT INTO accounts_payout (project_id, account_id, serial, entry_id, line_id, month, amount, paid_on, method)
    SELECT %(project)s, account_id, serial, entry_id, line_id, paid_month, amount, booked_on, 'bank' FROM pairs
    RETURNING line_id, amount
)
UPDATE accounts_payrollline l SET paid = l.paid + made.amount FROM made WHERE l.id = made.line_id
"""

# 退汇: money that came back from the same card in the same amount takes back the latest payout before it.
_TAKE_BACK = rf"""
WITH out AS (
    SELECT p.id AS payout_id, p.line_id, p.account_id, p.amount, p.paid_on, e.sequence,
           e.counterparty_number_index AS card, regexp_replace(l.name, '\s', '', 'g') AS name
    FROM accounts_payout p
    JOIN accounts_ledgerentry e ON e.id = p.entry_id
    JOIN accounts_payrollline l ON l.id = p.line_id
    WHERE p.project_id = %(project)s AND p.returned_id IS NULL
), alone AS MATERIALIZED ({_ALONE}
), back AS (
    SELECT e.id AS entry_id, e.account_id, e.amount, e.sequence, e.counterparty_number_index AS card,
           coalesce(nullif(regexp_replace(e.counterparty_name, '\s', '', 'g'), ''), alone.name) AS name
    FROM accounts_ledgerentry e
    LEFT JOIN alone ON alone.card = e.counterparty_number_index
    WHERE e.project_id = %(project)s AND e.kind = 'return' AND e.direction = 'in'
      AND NOT EXISTS (SELECT 1 FROM accounts_payout p WHERE p.returned_id = e.id)
      AND NOT EXISTS (SELECT 1 FROM accounts_ledgerentry r WHERE r.reverses_id = e.id)
), pairs AS (
    SELECT DISTINCT ON (b.account_id, b.card, b.name, b.amount) b.entry_id, o.payout_id, o.line_id, o.amount
    FROM back b
    JOIN out o ON o.account_id = b.account_id AND o.card = b.card AND o.name = b.name AND o.amount = b.amount
              AND o.sequence < b.sequence
    ORDER BY b.account_id, b.card, b.name, b.amount, b.sequence, o.sequence DESC
), taken AS (
    UPDATE accounts_payout p SET returned_id = pairs.entry_id FROM pairs WHERE p.id = pairs.payout_id
)
UPDATE accounts_payrollline l SET paid = l.paid - back.amount
FROM (SELECT line_id, sum(amount) AS amount FROM pairs GROUP BY line_id) back WHERE l.id = back.line_id
"""


@transaction.atomic
def match_payouts(project: Project, *, by) -> int:
    """Tie unmatched wage movements to unpaid lines, and take back what the bank returned; answers how many payouts
    were made or tied. Runs after either import, in either order.

    What fits nothing stays open on both sides and is listed (`accounts.selectors`). Two runs at once queue up at the
    project's row, so no movement and no line is counted twice.
    """
    lock(project)
    tied = _execute(_TIE, project)
    matched, returned = _pay(project), 0
    while taken_back := _take_back(project):
        returned += taken_back
        matched += _pay(project)
    matched += tied
    if matched or returned:
        end_orders_by_ledger(project)
        settle_sheets(project, by=by)
        close_batches(project)
        audit.record("payout.match", by=by, target=project, payouts=matched, returned=returned)
        mark_changed([project.pk])
    return matched


def _pay(project: Project) -> int:
    matched = _execute(_CLAIMS + _PAY.format(pairs=_BY_MONTH), project)
    while more := _execute(_CLAIMS + _PAY.format(pairs=_BY_AGE), project):
        matched += more
    return matched


def _take_back(project: Project) -> int:
    """At most one return of each kind of claim at a time: the next round sees what this one has freed."""
    return _execute(_TAKE_BACK, project)


def _execute(sql: str, project: Project) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"project": project.pk, "month": _MONTH})
        return cursor.rowcount
