"""Months of wages, as SQL: which are past their pay day, who attended in them, what the payrolls list and paid.
Which rule speaks of what: docs/decisions/one-warning-a-month.md."""

from accounts.models.owing import COUNTS

PAY_DAY = "wage_due_on({month}::date, p.wage_pay_day)"

# PAY-01 speaks of the month, or an officer has answered it with evidence: nothing else about who was not paid.
TOLD = """EXISTS (
    SELECT 1 FROM alerts_warning told
    WHERE told.rule_code = 'PAY-01' AND told.project_id = {project} AND told.subject_key = to_char({month}, 'YYYY-MM')
      AND (told.state <> 'released' OR told.release_kind = 'evidence')
)"""

# A fault does not pass because its month has become old.
STILL_OPEN = """EXISTS (
    SELECT 1 FROM alerts_warning own
    WHERE own.rule_code = '{code}' AND own.project_id = {project} AND own.subject_key = to_char({month}, 'YYYY-MM')
      AND own.state NOT IN ('released', 'transferred')
)"""

# Nothing whatever has been paid for a month: not out of the special account, nor by those who may pay instead
# (条例第二十九、三十、三十二条). Wages that left the account for nobody's month count for that month and the next.
UNPAID = """NOT EXISTS (
    SELECT 1 FROM accounts_payout o
    WHERE o.project_id = {project} AND o.month = {month} AND o.returned_id IS NULL
) AND NOT EXISTS (
    SELECT 1 FROM accounts_payout o
    WHERE o.project_id = {project} AND o.month IS NULL AND o.returned_id IS NULL
      AND o.paid_on >= {month} AND o.paid_on < {month} + interval '2 months'
)"""

# Months in which somebody may not have been paid: by the ledger of arrears, past the pay day; those of which only an
# exit tells what is owed, to which the ledger leaves them; and, while the ledger waits to be told of a change, all.
DOUBTFUL = """
    waiting AS MATERIALIZED (SELECT DISTINCT project_id FROM accounts_arrearsmark),
    doubtful AS MATERIALIZED (
        SELECT project_id, month FROM {scope} JOIN accounts_arrearsrow r USING (project_id)
        WHERE r.kind IN ('unpaid', 'unlisted') AND r.due_on < %(today)s
        UNION
        SELECT a.project_id, a.month FROM {scope} JOIN workers_departure d USING (project_id)
        JOIN workers_attendancemonth a ON a.engagement_id = d.engagement_id AND a.month <= d.exited_on
        WHERE d.settlement = 'owed' AND NOT EXISTS (
            SELECT 1 FROM accounts_payrollline l WHERE l.engagement_id = a.engagement_id AND l.month = a.month
        )
        UNION
        SELECT a.project_id, a.month
        FROM {scope} JOIN waiting USING (project_id) JOIN workers_attendancemonth a USING (project_id)
        UNION
        SELECT l.project_id, l.month
        FROM {scope} JOIN waiting USING (project_id) JOIN accounts_payrollline l USING (project_id)
    )
"""

# The last months that are past pay day and grace, and older ones while their warning is open; in them each person who
# attended, and what the payrolls have of him. Someone registered after the payroll came is found by the ID number.
_RIPE_LINES = f"""
    FROM ripe
    JOIN accounts_payrollline l ON l.project_id = ripe.project_id AND l.month = ripe.month
        AND {COUNTS.format(line="l")}
"""
WORKED = f"""
    {DOUBTFUL},
    ripe AS MATERIALIZED (
        SELECT d.project_id, d.month
        FROM doubtful d
        JOIN projects_project p ON p.id = d.project_id
        WHERE {PAY_DAY.format(month="d.month")} + %(grace)s < %(today)s
          AND (d.month >= date_trunc('month', %(today)s::date) - %(months)s * interval '1 month' OR {{still_open}})
          AND NOT {TOLD.format(project="d.project_id", month="d.month")}
    ),
    listed AS (
        SELECT engagement_id, month, sum(net) AS net, sum(paid) AS paid
        FROM (
            SELECT l.engagement_id, l.month, l.net, l.paid {_RIPE_LINES}
            WHERE l.engagement_id IS NOT NULL
            UNION ALL
            SELECT e.id, l.month, l.net, l.paid {_RIPE_LINES}
            JOIN workers_worker w ON w.id_number_index = l.id_number_index
            JOIN workers_engagement e ON e.worker_id = w.id AND e.project_id = l.project_id
            WHERE l.engagement_id IS NULL
        ) lines
        GROUP BY engagement_id, month
    ),
    worked AS MATERIALIZED (
        SELECT a.project_id, a.month, a.engagement_id, a.days, l.engagement_id IS NULL AS unlisted, l.net,
               coalesce(l.paid, 0) AS paid
        FROM ripe
        JOIN workers_attendancemonth a ON a.project_id = ripe.project_id AND a.month = ripe.month AND a.days > 0
        LEFT JOIN listed l ON l.engagement_id = a.engagement_id AND l.month = a.month
    ),
    months AS (
        SELECT project_id, month, count(*) AS people, count(*) FILTER (WHERE unlisted) AS unlisted,
               count(*) FILTER (WHERE paid = 0) AS unpaid
        FROM worked GROUP BY project_id, month
    )
"""
# Of those people the ones a rule names, with who they are.
NAMED = """
SELECT w.project_id, w.month, e.worker_id, e.team_id, p.name, w.days, w.net
FROM worked w
JOIN workers_engagement e ON e.id = w.engagement_id
JOIN workers_worker p ON p.id = e.worker_id
WHERE {which}
"""


def worked(code: str, scope: str) -> str:
    """`WORKED`, for the rule of this code."""
    return WORKED.format(scope=scope, still_open=STILL_OPEN.format(code=code, project="d.project_id", month="d.month"))
