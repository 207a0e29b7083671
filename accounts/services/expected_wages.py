"""What attendance and contracts of a month make due, and how a sheet's lines differ from it.

Day wages are the days worked, each at the rate of the contract that covered it. A month's wage is due in full to
whoever was on site under contract all month; to others by day, at a 21.75th (人社部发〔2008〕3号, 月计薪天数), never
above the month's wage. Piece work is quantity × rate, once the quantity is known. Where a day worked has no contract,
or contracts of several methods met in the month, nothing can be computed: the difference is explained by hand.
"""

from datetime import date

from django.db import connection

from core.months import next_month
from projects.models import Project

# One row an engagement that worked or was hired in the month; `due` of piece work is left to the line.
EXPECTED = """
worked AS MATERIALIZED (
    SELECT a.engagement_id, sum(a.units) AS days, sum(a.units * c.wage_rate) AS wages,
           bool_and(c.wage_method = 'day' AND c.wage_rate IS NOT NULL) IS TRUE AS by_day
    FROM workers_attendanceday a
    LEFT JOIN workers_labourcontract c ON c.engagement_id = a.engagement_id AND c.starts_on <= a.day
        AND coalesce(c.ended_on, c.ends_on, 'infinity') >= a.day
    WHERE a.project_id = %(project)s AND a.day >= %(month)s AND a.day < %(next)s AND a.units > 0
    GROUP BY a.engagement_id
), hired AS MATERIALIZED (
    SELECT DISTINCT ON (c.engagement_id) c.engagement_id, c.wage_method, c.wage_rate, c.wage_unit,
           c.starts_on <= %(month)s AND coalesce(c.ended_on, c.ends_on, 'infinity') >= %(next)s::date - 1 AS all_month
    FROM workers_labourcontract c
    WHERE c.project_id = %(project)s AND c.starts_on < %(next)s
      AND coalesce(c.ended_on, c.ends_on, 'infinity') >= %(month)s
    ORDER BY c.engagement_id, c.starts_on DESC
), expected AS MATERIALIZED (
    SELECT e.id AS engagement_id, e.worker_id, e.team_id, coalesce(w.days, 0) AS days, h.wage_method, h.wage_rate,
           h.wage_unit,
           CASE h.wage_method
               WHEN 'day' THEN CASE WHEN w.by_day THEN round(w.wages, 2) END
               WHEN 'month' THEN
                   CASE WHEN h.all_month AND e.entered_on <= %(month)s
                             AND coalesce(e.exited_on, 'infinity') >= %(next)s::date - 1 THEN h.wage_rate
                        ELSE least(h.wage_rate, round(h.wage_rate / 21.75 * coalesce(w.days, 0), 2)) END
           END AS due
    FROM workers_engagement e
    LEFT JOIN worked w ON w.engagement_id = e.id
    LEFT JOIN hired h ON h.engagement_id = e.id
    WHERE e.project_id = %(project)s
)
"""
ON_A_LINE = """
    x.days AS days, x.wage_method, x.wage_rate, x.wage_unit,
    CASE WHEN x.wage_method = 'piece' THEN round(l.quantity * x.wage_rate, 2) ELSE x.due END AS due
"""

# Drafts alone: what was submitted keeps what was found then. A back payment is compared with nothing: it says why.
_COMPARE = f"""
WITH {EXPECTED}, fresh AS (
    SELECT l.id AS line_id, {ON_A_LINE}
    FROM accounts_payrollline l
    JOIN accounts_payrollsheet s ON s.id = l.sheet_id AND s.state = 'draft' AND s.kind = 'ordinary'
    LEFT JOIN expected x ON x.engagement_id = l.engagement_id
    WHERE l.payroll_id = %(payroll)s AND l.paid = 0
)
UPDATE accounts_payrollline l
SET attended_days = coalesce(f.days, 0), expected_due = f.due, wage_method = coalesce(f.wage_method, ''),
    unit = coalesce(f.wage_unit, '')
FROM fresh f
WHERE f.line_id = l.id
  AND (l.attended_days, l.expected_due, l.wage_method, l.unit)
      IS DISTINCT FROM (coalesce(f.days, 0), f.due, coalesce(f.wage_method, ''), coalesce(f.wage_unit, ''))
"""

# Lines that say what attendance and contract said follow them; what somebody wrote by hand stays.
_FOLLOW = f"""
WITH {EXPECTED}, fresh AS (
    SELECT l.id AS line_id, {ON_A_LINE}
    FROM accounts_payrollline l
    JOIN accounts_payrollsheet s ON s.id = l.sheet_id AND s.state = 'draft' AND s.kind = 'ordinary'
    JOIN expected x ON x.engagement_id = l.engagement_id
    WHERE l.payroll_id = %(payroll)s AND l.paid = 0 AND l.days = l.attended_days AND l.due = l.expected_due
)
UPDATE accounts_payrollline l
SET days = f.days, attended_days = f.days, rate = f.wage_rate, due = f.due, expected_due = f.due,
    net = f.due - l.deducted
FROM fresh f
WHERE f.line_id = l.id AND f.due >= l.deducted AND (l.days, l.due) IS DISTINCT FROM (f.days, f.due)
"""


def parameters(project: Project, month: date) -> dict:
    return {"project": project.pk, "month": month, "next": next_month(month)}


def compare(project: Project, month: date, payroll: int) -> int:
    """Write beside each unpaid line of the payroll's drafts what attendance and contract say now."""
    return _run(_COMPARE, project, month, payroll)


def follow(project: Project, month: date, payroll: int) -> int:
    """Bring drafted lines that nobody changed by hand up to the attendance and contracts of now."""
    return _run(_FOLLOW, project, month, payroll)


def _run(sql: str, project: Project, month: date, payroll: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters(project, month) | {"payroll": payroll})
        return cursor.rowcount
