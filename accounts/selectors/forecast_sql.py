"""The forecast's steps, each an SELECT over those before it; docs/decisions/forecast.md says what they mean.

`asked(project_id, as_of, known_on, month, pay_on)`, handed in, holds every question: what is left of the project's
money on the pay day of that month's wages, told from what happened up to `as_of`. `known_on` is the day up to which
payrolls count: `as_of`, or today for what really came of a past pay day.
"""

from accounts.models.wage_due import COVERED, WORTH
from accounts.selectors.labour_cost import DUE

PACE_DAYS = 20  # working days on which a person's pace is taken: four weeks
GONE_AFTER = 10  # working days without attendance after which nobody is expected back
BUSIEST = "1.4"  # days worked for each working day: seven in a week
FESTIVAL_DAYS = 7  # days before and after the Spring Festival's holiday on which sites stand empty
EARLY, LATE = 10, 5  # days by which an appropriation may come before its day, and be late beyond the usual
HABIT_MONTHS = 6

# A payroll's value day: when it was drawn up, at the latest when its wages were due; of back pay when it was drawn up.
_DRAWN_UP = "(s.created_at AT TIME ZONE 'Asia/Shanghai')::date"
_VALUE_ON = f"""(CASE WHEN l.is_back_pay THEN {_DRAWN_UP}
    ELSE least({_DRAWN_UP}, wage_due_on(l.month, p.wage_pay_day)) END)"""

PROJECTS = """
SELECT a.project_id, p.wage_pay_day, min(a.as_of) AS first, max(a.as_of) AS last, min(a.month) AS first_month,
       max(a.month) AS last_month
FROM asked a JOIN projects_project p ON p.id = a.project_id
GROUP BY a.project_id, p.wage_pay_day
"""

# --- money -----------------------------------------------------------------------------------------------------------

# By value date. `came`: appropriations, less those reversed on that day.
FLOWS = """
SELECT e.project_id, e.booked_on AS day, sum(CASE e.direction WHEN 'in' THEN e.amount ELSE -e.amount END) AS moved,
       coalesce(sum(e.amount) FILTER (WHERE e.kind = 'labour_cost' AND e.direction = 'in'), 0)
           - coalesce(sum(e.amount) FILTER (WHERE e.reverses_id IS NOT NULL AND (
               SELECT o.kind = 'labour_cost' AND o.direction = 'in'
               FROM accounts_ledgerentry o WHERE o.id = e.reverses_id)), 0) AS came
FROM projects p
JOIN accounts_ledgerentry e ON e.project_id = p.project_id AND e.booked_on <= p.last
GROUP BY e.project_id, e.booked_on
"""
BALANCES = """
SELECT a.project_id, a.as_of, sum(m.moved) AS balance
FROM (SELECT DISTINCT project_id, as_of FROM asked) a
JOIN flows m ON m.project_id = a.project_id AND m.day <= a.as_of
GROUP BY a.project_id, a.as_of
"""

# --- wages on payrolls -----------------------------------------------------------------------------------------------

# What is open of the lines now, and payments taken back to the days they were made on: owed on a day = open now, plus
# what was paid after it, less what was paid by then and came back later.
OPEN = f"""
SELECT l.project_id, l.month, {_VALUE_ON} AS value_on, sum(l.net - l.paid) AS amount
FROM projects p
JOIN accounts_payrollline l ON l.project_id = p.project_id AND l.paid < l.net AND l.month <= p.last_month
JOIN accounts_payrollsheet s ON s.id = l.sheet_id
GROUP BY 1, 2, 3
"""
LATER = f"""
SELECT l.project_id, l.month, {_VALUE_ON} AS value_on, y.paid_on, y.returned_on, sum(y.amount) AS amount
FROM (
    SELECT y.project_id, y.line_id, y.amount, y.paid_on, NULL::date AS returned_on
    FROM projects p
    JOIN accounts_payout y ON y.project_id = p.project_id AND y.returned_id IS NULL AND y.paid_on > p.first
    UNION ALL
    SELECT y.project_id, y.line_id, y.amount, y.paid_on, r.booked_on
    FROM projects p
    JOIN accounts_payout y ON y.project_id = p.project_id AND y.returned_id IS NOT NULL
    JOIN accounts_ledgerentry r ON r.id = y.returned_id AND r.booked_on > p.first
) y
JOIN projects p ON p.project_id = y.project_id
JOIN accounts_payrollline l ON l.id = y.line_id
JOIN accounts_payrollsheet s ON s.id = l.sheet_id
GROUP BY 1, 2, 3, 4, 5
"""
OWED = """
SELECT project_id, as_of, known_on, month, sum(amount) AS owed FROM (
    SELECT a.project_id, a.as_of, a.known_on, a.month, o.amount
    FROM asked a JOIN open_lines o ON o.project_id = a.project_id AND o.month <= a.month AND o.value_on <= a.known_on
    UNION ALL
    SELECT a.project_id, a.as_of, a.known_on, a.month,
           CASE WHEN l.returned_on IS NULL THEN l.amount ELSE -l.amount END
    FROM asked a
    JOIN later l ON l.project_id = a.project_id AND l.month <= a.month AND l.value_on <= a.known_on
        AND CASE WHEN l.returned_on IS NULL THEN l.paid_on > a.as_of
                 ELSE l.paid_on <= a.as_of AND l.returned_on > a.as_of END
) rows GROUP BY 1, 2, 3, 4
"""
# Put down as owed at an exit, beyond what lines hold.
AT_EXIT = f"""
SELECT a.project_id, a.as_of, a.known_on, a.month, sum(greatest(0, d.owed_amount + d.paid_before - (
    SELECT coalesce(sum(l.net), 0) FROM accounts_payrollline l WHERE {COVERED.format(d="d")}))) AS owed
FROM asked a
JOIN workers_departure d ON d.project_id = a.project_id AND d.settlement = 'owed' AND d.exited_on <= a.as_of
    AND (d.paid_on IS NULL OR d.paid_on > a.as_of) AND d.owed_due_on <= a.pay_on
GROUP BY 1, 2, 3, 4
"""
LISTED = f"""
SELECT l.project_id, l.month, l.engagement_id, l.id_number_index AS person, l.net, {_VALUE_ON} AS value_on
FROM projects p
JOIN accounts_payrollline l ON l.project_id = p.project_id
    AND l.month >= (p.first_month - interval '2 months')::date AND l.month <= p.last_month
JOIN accounts_payrollsheet s ON s.id = l.sheet_id
"""
SUMS = """
SELECT a.project_id, a.as_of, a.known_on, a.month, l.month AS of_month, sum(l.net) AS net
FROM asked a
JOIN listed l ON l.project_id = a.project_id AND l.month <= a.month AND l.value_on <= a.known_on
GROUP BY 1, 2, 3, 4, 5
"""

# --- wages from attendance and contracts -----------------------------------------------------------------------------

# `n`: working days up to this one, `before` those before it, those around the Spring Festival not counted.
CALENDAR = f"""
SELECT day, sum(counts) OVER (ORDER BY day) AS n, sum(counts) OVER (ORDER BY day) - counts AS before
FROM (
    SELECT c.day, (c.is_workday AND NOT EXISTS (
        SELECT 1 FROM core_workdayoverride o
        WHERE NOT o.is_workday AND (o.name LIKE '%%春节%%' OR o.name ILIKE '%%spring festival%%')
          AND o.day BETWEEN c.day - {FESTIVAL_DAYS} AND c.day + {FESTIVAL_DAYS}
    ))::int AS counts
    FROM core_calendarday c
    WHERE c.day BETWEEN (SELECT min(as_of) FROM asked) - 150 AND (SELECT max(pay_on) FROM asked) + 31
) days
"""
# The first of the last twenty working days: where `n` first came to that.
WINDOWS = f"""
SELECT a.as_of, now.n, (SELECT min(c.day) FROM calendar c WHERE c.n = greatest(now.n - {PACE_DAYS} + 1, 1)) AS first
FROM (SELECT DISTINCT as_of FROM asked) a JOIN calendar now ON now.day = a.as_of
"""
# The roll-up answers for a month unless somebody attended after the day asked about; then its days do.
NEEDED = """
SELECT a.project_id, a.as_of, m::date AS month
FROM (SELECT DISTINCT project_id, as_of FROM asked) a
CROSS JOIN LATERAL (SELECT date_trunc('month', a.as_of::timestamp) AS month) this
CROSS JOIN generate_series(this.month - interval '2 months', this.month, interval '1 month') m
"""
SPLIT = """
SELECT n.project_id, n.as_of, n.month FROM needed n
WHERE EXISTS (SELECT 1 FROM workers_attendancemonth m
              WHERE m.project_id = n.project_id AND m.month = n.month AND m.last_day > n.as_of)
"""
WORKED = """
SELECT n.project_id, n.as_of, n.month, m.engagement_id, m.days, m.first_day, m.last_day
FROM needed n
JOIN workers_attendancemonth m ON m.project_id = n.project_id AND m.month = n.month
WHERE m.days > 0 AND m.last_day <= n.as_of
UNION ALL
SELECT s.project_id, s.as_of, s.month, d.engagement_id, sum(d.units), min(d.day), max(d.day)
FROM split s
JOIN workers_attendanceday d ON d.project_id = s.project_id AND d.day >= s.month AND d.day <= s.as_of
    AND d.day < (s.month + interval '1 month')::date
JOIN workers_attendancemonth m ON m.engagement_id = d.engagement_id AND m.month = s.month AND m.last_day > s.as_of
WHERE d.units > 0
GROUP BY 1, 2, 3, 4
"""
# Days attended for each working day of the last four weeks, a month's days spread evenly between its first and last.
PACE = f"""
SELECT w.project_id, w.as_of, w.engagement_id,
       CASE WHEN e.exited_on <= w.as_of OR v.n - max(last.n) > {GONE_AFTER} THEN 0 ELSE least({BUSIEST}, coalesce(
           sum(w.days * greatest(last.n - greatest(first.before, start.before), 0) / nullif(last.n - first.before, 0))
           / nullif(v.n - greatest(min(first.before), start.before), 0), 0)) END AS rate
FROM worked w
JOIN windows v ON v.as_of = w.as_of
JOIN calendar first ON first.day = w.first_day
JOIN calendar last ON last.day = w.last_day
JOIN calendar start ON start.day = v.first
JOIN workers_engagement e ON e.id = w.engagement_id
GROUP BY w.project_id, w.as_of, w.engagement_id, e.exited_on, v.n, start.before
"""
# A person's month to be told from attendance: days so far, and days by the month's end at this pace.
STAYS = """
SELECT q.project_id, q.as_of, q.known_on, q.month, p.engagement_id, coalesce(w.days, 0) AS days,
       coalesce(w.last_day, least(q.as_of, q.last_day)) AS last_day,
       least(coalesce(w.days, 0) + p.rate * q.ahead, extract(day FROM q.last_day)) AS in_all
FROM (
    SELECT DISTINCT a.project_id, a.as_of, a.known_on, m.month::date AS month, b.last_day,
           greatest(ends.n - greatest(now.n, begins.n), 0) AS ahead
    FROM asked a
    CROSS JOIN LATERAL (VALUES (a.month), ((a.month - interval '1 month')::date)) m(month)
    CROSS JOIN LATERAL (SELECT (m.month + interval '1 month' - interval '1 day')::date AS last_day) b
    JOIN calendar now ON now.day = a.as_of
    JOIN calendar begins ON begins.day = m.month - 1
    JOIN calendar ends ON ends.day = b.last_day
) q
JOIN pace p ON p.project_id = q.project_id AND p.as_of = q.as_of
LEFT JOIN worked w ON w.project_id = q.project_id AND w.as_of = q.as_of AND w.month = q.month
    AND w.engagement_id = p.engagement_id
WHERE coalesce(w.days, 0) + p.rate * q.ahead > 0
"""
# As `WageDue` has its `unlisted` rows, of the payrolls known by then.
UNLISTED = """
SELECT y.* FROM stays y
WHERE NOT EXISTS (SELECT 1 FROM listed l WHERE l.engagement_id = y.engagement_id AND l.month = y.month
                  AND l.value_on <= y.known_on)
  AND NOT EXISTS (
      SELECT 1 FROM listed l
      JOIN workers_worker w ON w.id_number_index = l.person
      JOIN workers_engagement e ON e.worker_id = w.id
      WHERE l.engagement_id IS NULL AND l.project_id = y.project_id AND l.month = y.month
        AND l.value_on <= y.known_on AND e.id = y.engagement_id)
  AND NOT EXISTS (
      SELECT 1 FROM workers_departure d
      WHERE d.engagement_id = y.engagement_id AND d.settlement = 'owed' AND d.exited_on <= y.as_of
        AND d.exited_on >= y.last_day)
"""
# The contract of the time, of each person.
TERMS = """
SELECT DISTINCT ON (u.engagement_id, u.last_day) u.engagement_id, u.last_day, c.wage_method, c.wage_rate
FROM (SELECT DISTINCT engagement_id, last_day FROM unlisted) u
JOIN workers_labourcontract c ON c.engagement_id = u.engagement_id AND c.starts_on <= u.last_day
ORDER BY u.engagement_id, u.last_day, c.starts_on DESC, c.id DESC
"""
# Piece work: the middle one of the person's last months.
TYPICAL = f"""
SELECT u.engagement_id, u.month, u.known_on, percentile_disc(0.5) WITHIN GROUP (ORDER BY l.due) AS amount
FROM unlisted u
JOIN projects p ON p.project_id = u.project_id
LEFT JOIN terms t ON t.engagement_id = u.engagement_id AND t.last_day = u.last_day
JOIN accounts_payrollline l ON l.engagement_id = u.engagement_id AND l.month < u.month
    AND l.month >= (u.month - interval '{HABIT_MONTHS} months')::date
JOIN accounts_payrollsheet s ON s.id = l.sheet_id
WHERE {WORTH.format(contract="t", days="u.in_all")} IS NULL AND {_VALUE_ON} <= u.known_on
GROUP BY 1, 2, 3
"""
VALUED = f"""
SELECT v.project_id, v.as_of, v.known_on, v.month, v.engagement_id, v.days, v.in_all,
       least(v.accrued, v.amount) AS accrued, greatest(v.amount - v.accrued, 0) AS to_come
FROM (
    SELECT u.*, coalesce({WORTH.format(contract="t", days="u.in_all")}, y.amount, 0) AS amount,
           coalesce({WORTH.format(contract="t", days="u.days")}, round(coalesce(y.amount, 0) * u.days / u.in_all, 2))
               AS accrued
    FROM unlisted u
    LEFT JOIN terms t ON t.engagement_id = u.engagement_id AND t.last_day = u.last_day
    LEFT JOIN typical y ON y.engagement_id = u.engagement_id AND y.month = u.month AND y.known_on = u.known_on
) v
"""
ACCRUED = """
SELECT a.project_id, a.as_of, a.known_on, a.month, sum(v.accrued) AS accrued, sum(v.to_come) AS to_come,
       coalesce(sum(v.accrued + v.to_come) FILTER (WHERE v.month = a.month), 0) AS of_month
FROM asked a
JOIN valued v ON v.project_id = a.project_id AND v.as_of = a.as_of AND v.known_on = a.known_on
    AND v.month IN (a.month, (a.month - interval '1 month')::date)
GROUP BY 1, 2, 3, 4
"""

# --- appropriations to come ------------------------------------------------------------------------------------------

# What the contracts make due, the value of a month known once it is over; until then the middle one of those known.
DUES = f"""
SELECT d.project_id, a.as_of, d.month, d.due_on,
       CASE WHEN d.measured IS NULL OR d.month + interval '1 month' <= a.as_of THEN d.due END AS due
FROM (SELECT project_id, as_of, date_trunc('month', max(pay_on)::timestamp)::date AS upto FROM asked GROUP BY 1, 2) a
CROSS JOIN LATERAL ({DUE.format(project="a.project_id", month="a.upto")}) d
JOIN accounts_labourcostterm t ON t.id = d.term_id AND t.first_month <= a.as_of
"""
# From ten days before one is due up to ten days before the next is: what came then was for that one.
SLOTS = f"""
SELECT f.project_id, f.as_of, f.due_on, f.due, f.due_on - {EARLY} AS opens,
       coalesce(lead(f.due_on) OVER own - {EARLY}, f.due_on + 31 - {EARLY}) AS closes
FROM (
    SELECT d.project_id, d.as_of, d.due_on, sum(coalesce(d.due, k.due, 0)) AS due
    FROM dues d
    LEFT JOIN (
        SELECT project_id, as_of, percentile_disc(0.5) WITHIN GROUP (ORDER BY due) AS due
        FROM dues WHERE due IS NOT NULL AND month >= as_of - interval '{HABIT_MONTHS + 1} months' GROUP BY 1, 2
    ) k ON k.project_id = d.project_id AND k.as_of = d.as_of
    GROUP BY 1, 2, 3
) f
WINDOW own AS (PARTITION BY f.project_id, f.as_of ORDER BY f.due_on)
"""
FILLED = """
SELECT s.project_id, s.as_of, s.due_on, s.due, s.opens, s.closes, coalesce(sum(m.came), 0) AS came,
       coalesce(sum(m.came * (m.day - s.due_on)), 0) AS came_days
FROM slots s
LEFT JOIN flows m ON m.project_id = s.project_id AND m.day >= s.opens AND m.day < s.closes AND m.day <= s.as_of
GROUP BY 1, 2, 3, 4, 5, 6
"""
# How much of what was due came, and how many days after. Nothing known yet: the contract's word.
HABITS = f"""
SELECT project_id, as_of, least(1, greatest(0, sum(came) / nullif(sum(due), 0))) AS share,
       coalesce(round(sum(came_days) / nullif(sum(came), 0)), 0)::int AS lag
FROM filled WHERE due > 0 AND closes <= as_of AND due_on > as_of - interval '{HABIT_MONTHS} months' GROUP BY 1, 2
"""
# Without a term, what usually came in a month and on which day.
USUAL = f"""
SELECT x.project_id, x.as_of, percentile_disc(0.5) WITHIN GROUP (ORDER BY x.came) AS amount,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY x.day) AS day
FROM (
    SELECT a.project_id, a.as_of, m.month, coalesce(sum(v.came), 0) AS came,
           (sum(v.came * extract(day FROM v.day)) / nullif(sum(v.came), 0))::int AS day
    FROM (SELECT DISTINCT project_id, as_of FROM asked) a
    CROSS JOIN LATERAL (SELECT date_trunc('month', a.as_of::timestamp) AS month) this
    CROSS JOIN generate_series(this.month - interval '{HABIT_MONTHS} months', this.month - interval '1 month',
                               interval '1 month') m(month)
    JOIN (SELECT project_id, min(day) AS day FROM flows WHERE came > 0 GROUP BY 1) began
        ON began.project_id = a.project_id AND began.day < m.month + interval '1 month'
    LEFT JOIN flows v ON v.project_id = a.project_id AND v.came <> 0 AND v.day >= m.month
        AND v.day < m.month + interval '1 month'
    WHERE NOT EXISTS (SELECT 1 FROM dues d WHERE d.project_id = a.project_id AND d.as_of = a.as_of)
    GROUP BY 1, 2, 3
) x GROUP BY 1, 2
"""
EXPECTED = f"""
SELECT e.project_id, e.as_of, e.due_on, greatest(e.usual_on, e.as_of + 1) AS day, e.amount, e.by_contract
FROM (
    SELECT f.project_id, f.as_of, f.due_on, f.due_on + coalesce(h.lag, 0) AS usual_on, true AS by_contract,
           round(f.due * coalesce(h.share, 1), 2) - f.came AS amount
    FROM filled f
    LEFT JOIN habits h ON h.project_id = f.project_id AND h.as_of = f.as_of
    WHERE f.closes > f.as_of
    UNION ALL
    SELECT u.project_id, u.as_of, b.due_on, b.due_on, false, u.amount - coalesce(sum(v.came), 0)
    FROM usual u
    JOIN (SELECT project_id, as_of, max(pay_on) AS upto FROM asked GROUP BY 1, 2) a
        ON a.project_id = u.project_id AND a.as_of = u.as_of
    CROSS JOIN generate_series(date_trunc('month', u.as_of::timestamp), a.upto::timestamp, interval '1 month') m(month)
    CROSS JOIN LATERAL (SELECT least(m.month + (u.day - 1) * interval '1 day',
                                     m.month + interval '1 month' - interval '1 day')::date AS due_on) b
    LEFT JOIN flows v ON v.project_id = u.project_id AND v.day >= m.month AND v.day < m.month + interval '1 month'
        AND v.day <= u.as_of
    WHERE u.day IS NOT NULL
    GROUP BY u.project_id, u.as_of, b.due_on, u.amount
) e
WHERE e.amount > 0 AND e.usual_on >= e.as_of - {LATE}
"""
INFLOW = """
SELECT a.project_id, a.as_of, a.known_on, a.month, sum(e.amount) AS amount
FROM asked a
JOIN expected e ON e.project_id = a.project_id AND e.as_of = a.as_of AND e.day <= a.pay_on
GROUP BY 1, 2, 3, 4
"""

# --- the answer ------------------------------------------------------------------------------------------------------

_SAME = "USING (project_id, as_of, known_on, month)"
POSITIONS = f"""
SELECT f.*, f.balance + f.inflow - f.owed - f.accrued - f.to_come AS rest,
       greatest(f.owed + f.accrued + f.to_come - f.balance - f.inflow, 0) AS shortfall
FROM (
    SELECT a.*, coalesce(b.balance, 0)::numeric(16, 2) AS balance,
           (greatest(coalesce(o.owed, 0), 0) + coalesce(x.owed, 0))::numeric(16, 2) AS owed,
           coalesce(c.accrued, 0)::numeric(16, 2) AS accrued, coalesce(c.to_come, 0)::numeric(16, 2) AS to_come,
           coalesce(i.amount, 0)::numeric(16, 2) AS inflow,
           (coalesce(n.net, 0) + coalesce(c.of_month, 0))::numeric(16, 2) AS wages,
           coalesce(z.net, 0)::numeric(16, 2) AS last_wages
    FROM asked a
    LEFT JOIN balances b USING (project_id, as_of)
    LEFT JOIN owed o {_SAME}
    LEFT JOIN at_exit x {_SAME}
    LEFT JOIN accrued c {_SAME}
    LEFT JOIN inflow i {_SAME}
    LEFT JOIN (
        SELECT DISTINCT ON (project_id, as_of, known_on, month) project_id, as_of, known_on, month, net
        FROM sums WHERE of_month < month ORDER BY project_id, as_of, known_on, month, of_month DESC
    ) z {_SAME}
    LEFT JOIN sums n ON n.project_id = a.project_id AND n.as_of = a.as_of AND n.known_on = a.known_on
        AND n.month = a.month AND n.of_month = a.month
) f
"""

STEPS = {
    "projects": PROJECTS, "flows": FLOWS, "balances": BALANCES, "open_lines": OPEN, "later": LATER, "owed": OWED,
    "at_exit": AT_EXIT, "listed": LISTED, "sums": SUMS, "calendar": CALENDAR, "windows": WINDOWS, "needed": NEEDED,
    "split": SPLIT, "worked": WORKED, "pace": PACE, "stays": STAYS, "unlisted": UNLISTED, "terms": TERMS,
    "typical": TYPICAL, "valued": VALUED,
    "accrued": ACCRUED, "dues": DUES, "slots": SLOTS, "filled": FILLED, "habits": HABITS, "usual": USUAL,
    "expected": EXPECTED, "inflow": INFLOW, "positions": POSITIONS,
}  # fmt: skip
