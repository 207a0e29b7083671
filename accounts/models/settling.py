"""What wages that are paid do to the debts of people who have left."""

from pgtrigger import After, Referencing, Statement, Trigger, Update

from accounts.models.wage_due import COVERED

# Whoever moves `paid`, in whatever statement: the lines of a stay, beyond what they had been paid at the exit, make up
# what was put down, or no longer do. Sums of a merge (net moves as well) are no payment.
_SETTLE = f"""
WITH moved AS (
    SELECT DISTINCT n.engagement_id FROM new_rows n JOIN old_rows o ON o.id = n.id
    WHERE n.engagement_id IS NOT NULL AND n.paid <> o.paid AND n.net = o.net
), standing AS (
    SELECT d.id, d.exited_on, d.owed_amount + d.paid_before <= coalesce(
               (SELECT sum(l.paid) FROM accounts_payrollline l WHERE {COVERED.format(d="d")}), 0) AS is_paid,
           (SELECT max(p.paid_on) FROM accounts_payrollline l
            JOIN accounts_payout p ON p.line_id = l.id AND p.returned_id IS NULL
            WHERE {COVERED.format(d="d")}) AS last_paid_on
    FROM moved JOIN workers_departure d ON d.engagement_id = moved.engagement_id AND d.settlement = 'owed'
)
UPDATE workers_departure d
SET paid_on = CASE WHEN s.is_paid THEN greatest(s.exited_on, s.last_paid_on) END, paid_by_wages = s.is_paid
FROM standing s
WHERE d.id = s.id AND (s.is_paid AND d.paid_on IS NULL OR NOT s.is_paid AND d.paid_by_wages);
RETURN NULL;
"""


def settles_departures() -> Trigger:
    return Trigger(
        name="settles_departures",
        level=Statement,
        when=After,
        operation=Update,
        func=_SETTLE,
        referencing=Referencing(old="old_rows", new="new_rows"),
    )
