"""What follows from people at work, month by month: attendance, payrolls, ledger, payouts. Set-based SQL over the
temporary table `sites` (a row a project), so that 150 projects and 4,704 go the same way.

A month is written as it came to pass: people at work, and on the 15th the wages of the month before. So the rules can
be run between the months and find what they would have found then.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from core import crypto
from core.months import around, next_month
from core.triggers import without_triggers
from projects.enums import Status
from wagemonitor.seed.copying import copy, execute, first_free
from wagemonitor.seed.fill import Made, moment
from wagemonitor.seed.units import Units
from workers.models.attendance import DAY_BITS
from workers.partitions import ensure

MONTHS = 3
SILENCE = 27  # days; longer than the half month in which linear projects may report


@dataclass(frozen=True)
class Span:
    """The months that are filled. Wages are paid on the 15th of the following month."""

    today: date

    @property
    def months(self) -> list[date]:
        """The full months behind us, oldest first, and the current one."""
        return around(self.today, back=MONTHS)

    @property
    def paid_months(self) -> list[date]:
        return [month for month in self.months if self.pay_day(month) < self.today]

    @staticmethod
    def pay_day(month: date) -> date:
        return next_month(month).replace(day=15)


def prepare(made: list[Made], span: Span) -> None:
    """`sites`: until when people worked, and which faults to plant."""
    execute("DROP TABLE IF EXISTS sites")
    execute(
        """CREATE TEMPORARY TABLE sites (
            project_id bigint PRIMARY KEY, works_until date, faults text[], fault_month date, account_id bigint,
            bank_id bigint
        )"""
    )
    copy("sites", ["project_id", "works_until", "faults", "fault_month"], (_site(item, span) for item in made))
    execute("DROP TABLE IF EXISTS ranked")
    execute(RANKED)
    execute("ANALYZE sites, ranked")
    ensure(span.months)


def _site(item: Made, span: Span) -> tuple:
    today, paid = span.today, span.paid_months or span.months
    until = {
        Status.PREPARING: date(2000, 1, 1),
        Status.SUSPENDED: today - timedelta(days=21),
        Status.COMPLETED: today - timedelta(days=49),  # the works; then the acceptance
    }.get(item.site.status, today - timedelta(days=SILENCE if "silent" in item.site.faults else 1))
    return item.id, until, sorted(item.site.faults), paid[0] if item.id % 2 else paid[-1]


# A worker's place in the project, and a number from 0 to 99 that is the same for the same person and day.
RANKED = """
CREATE TEMPORARY TABLE ranked AS
SELECT e.id, e.project_id, e.worker_id, e.entered_on,
       least(s.works_until, e.exited_on) AS works_until, s.faults, s.fault_month,
       row_number() OVER (PARTITION BY e.project_id ORDER BY e.entered_on, e.id) AS place
FROM workers_engagement e JOIN sites s USING (project_id)
"""
DAYS = """
INSERT INTO workers_attendanceday (engagement_id, day, project_id, units, first_in, last_out, source)
SELECT id, day, project_id, CASE WHEN chance < 5 THEN 0.5 ELSE 1 END,
       time '06:50' + chance %% 40 * interval '1 minute',
       time '17:30' + chance %% 50 * interval '1 minute' - CASE WHEN chance < 5 THEN interval '6 hours' ELSE '0' END,
       'device'
FROM (
    SELECT r.*, d.day::date AS day, abs(hashint8(r.id * 4001 + (d.day::date - date '2020-01-01'))) %% 100 AS chance
    FROM ranked r
    CROSS JOIN generate_series(%(start)s::date, %(end)s::date, interval '1 day') AS d(day)
    WHERE d.day >= r.entered_on AND d.day <= r.works_until
      AND NOT ('ghost_pay' = ANY(r.faults) AND r.place = 2 AND r.fault_month = date_trunc('month', d.day))
) worked
WHERE chance < CASE extract(isodow FROM day) WHEN 7 THEN 35 ELSE 93 END
"""
TOTALS = f"""
INSERT INTO workers_attendancemonth (engagement_id, project_id, month, days, first_day, last_day, day_bits)
SELECT engagement_id, project_id, date_trunc('month', day)::date, sum(units), min(day), max(day), {DAY_BITS}
FROM workers_attendanceday d JOIN sites USING (project_id)
WHERE day >= %(start)s AND day <= %(end)s AND units > 0
GROUP BY engagement_id, project_id, date_trunc('month', day)::date
"""


def attendance(month: date, span: Span) -> int:
    """The days of a month up to yesterday, with the roll-up; returns how many."""
    params = {"start": month, "end": min(next_month(month) - timedelta(days=1), span.today - timedelta(days=1))}
    written = execute(DAYS, params)
    execute(TOTALS, params)
    return written


ACCOUNT = [
    "id", "holder_id", "name", "number", "number_index", "number_last4", "bank_id", "bank_name", "opened_on", "status",
    "has_agreement", "created_at",
]  # fmt: skip


def accounts(random: Random, made: list[Made], units: Units) -> int:
    """One special account a project, opened a fortnight after the contract."""
    having = [item for item in made if item.site.status != Status.PREPARING and "no_account" not in item.site.faults]
    numbers = range(first_free("accounts_specialaccount"), first_free("accounts_specialaccount") + len(having))
    copy("accounts_specialaccount", ACCOUNT, _accounts(random, having, units, numbers))
    links = zip(numbers, having, strict=True)
    since = [(number, item.id, item.site.signed_on + timedelta(days=14)) for number, item in links]
    copy("accounts_accountproject", ["account_id", "project_id", "since"], since)
    return execute(
        """UPDATE sites SET account_id = a.id, bank_id = a.bank_id
           FROM accounts_specialaccount a JOIN accounts_accountproject l ON l.account_id = a.id
           WHERE l.project_id = sites.project_id"""
    )


def _accounts(random: Random, having: list[Made], units: Units, numbers: range) -> Iterator[tuple]:
    for order, item in zip(numbers, having, strict=True):
        number = f"25{random.randint(10, 99)}{random.randint(0, 999_999):06d}{order:09d}"
        opened = item.site.signed_on + timedelta(days=14)
        name = f"{units.name_of[item.contractor]}{item.site.name}农民工工资专用账户"
        yield (
            order, item.contractor, name, crypto.encrypt(number), crypto.blind_index(number), number[-4:], item.bank,
            units.name_of[item.bank], opened, "active", True, moment(opened),
        )  # fmt: skip


PAYROLLS = """
INSERT INTO accounts_payroll (project_id, month, pay_on, created_at)
SELECT DISTINCT m.project_id, m.month, %(pay_on)s::date, %(pay_on)s::date - interval '5 days'
FROM workers_attendancemonth m JOIN sites s USING (project_id)
WHERE m.month = %(month)s AND s.account_id IS NOT NULL
"""
SHEETS = """
INSERT INTO accounts_payrollsheet (payroll_id, project_id, team_id, kind, state, reason, created_at)
SELECT p.id, p.project_id, t.id, 'ordinary', 'draft', '', p.created_at
FROM accounts_payroll p JOIN sites USING (project_id) JOIN workers_team t ON t.project_id = p.project_id
WHERE p.month = %(month)s
UNION ALL
SELECT p.id, p.project_id, NULL, 'ordinary', 'draft', '', p.created_at
FROM accounts_payroll p JOIN sites USING (project_id)
WHERE p.month = %(month)s
"""
# Of those, what the month needed; and what the account has paid in full was paid before the steps were the portal's.
WITHOUT_LINES = """
DELETE FROM accounts_payrollsheet s USING accounts_payroll p, sites
WHERE p.id = s.payroll_id AND p.month = %(month)s AND sites.project_id = p.project_id
  AND NOT EXISTS (SELECT 1 FROM accounts_payrollline l WHERE l.sheet_id = s.id)
"""
PAID_SHEETS = """
WITH paid AS (
    UPDATE accounts_payrollsheet s SET state = 'paid'
    FROM accounts_payroll p, sites
    WHERE p.id = s.payroll_id AND p.month = %s AND sites.project_id = p.project_id
      AND NOT EXISTS (SELECT 1 FROM accounts_payrollline l WHERE l.sheet_id = s.id AND l.paid < l.net)
    RETURNING s.id, s.project_id
)
INSERT INTO accounts_payrollstep
    (sheet_id, project_id, from_state, to_state, means, scans, text, people, net, at)
SELECT paid.id, paid.project_id, 'at_bank', 'paid', 'portal', 0, '平台启用分步办理前已发放', count(*), sum(l.net),
       %s::date + interval '17 hours'
FROM paid JOIN accounts_payrollline l ON l.sheet_id = paid.id
GROUP BY paid.id, paid.project_id
"""
LINES = """
INSERT INTO accounts_payrollline (
    payroll_id, sheet_id, project_id, month, engagement_id, team_id, name, id_number, id_number_index, card_number,
    card_number_index, card_last4, bank_name, days, attended_days, rate, wage_method, due, expected_due, deducted,
    deduction_reason, net, paid, remark
)
SELECT p.id, h.id, p.project_id, p.month, r.id, e.team_id, w.name, w.id_number, w.id_number_index,
       c.number, c.number_index, c.last4, c.bank_name, a.days, coalesce(a.days, 0), pay.rate, 'day', pay.due,
       round(coalesce(a.days, 0) * pay.rate, 2), pay.deducted,
       CASE WHEN pay.deducted > 0 THEN '伙食费' ELSE '' END, pay.due - pay.deducted,
       CASE WHEN 'unpaid' = ANY(r.faults) AND %(owed)s THEN 0 ELSE pay.due - pay.deducted END, ''
FROM accounts_payroll p
JOIN ranked r USING (project_id)
JOIN workers_engagement e ON e.id = r.id
JOIN accounts_payrollsheet h ON h.payroll_id = p.id AND h.team_id IS NOT DISTINCT FROM e.team_id
JOIN workers_worker w ON w.id = r.worker_id
JOIN workers_bankcard c ON c.is_current AND c.worker_id = CASE
    WHEN 'shared_card' = ANY(r.faults) AND r.place = 3 AND r.fault_month = p.month
    THEN (SELECT o.worker_id FROM ranked o WHERE o.project_id = r.project_id AND o.place = 4)
    ELSE r.worker_id END
LEFT JOIN workers_attendancemonth a ON a.engagement_id = r.id AND a.month = p.month
LEFT JOIN LATERAL (
    SELECT wage_rate FROM workers_labourcontract l WHERE l.engagement_id = r.id ORDER BY starts_on DESC LIMIT 1
) l ON true
CROSS JOIN LATERAL (
    SELECT coalesce(l.wage_rate, 220) AS rate,
           CASE WHEN 'large_pay' = ANY(r.faults) AND r.place = 1 AND r.fault_month = p.month THEN 68000
                ELSE round(coalesce(a.days, 22) * coalesce(l.wage_rate, 220), 2) END AS due,
           CASE WHEN abs(hashint8(r.id)) %% 10 = 0 AND a.days > 10 THEN 200 ELSE 0 END AS deducted
) pay
WHERE p.month = %(month)s AND e.entered_on < (%(month)s::date + interval '1 month')
  AND (a.days > 0 OR 'ghost_pay' = ANY(r.faults) AND r.place = 2 AND r.fault_month = p.month)
"""
# Wages for somebody the register does not know: the last worker of another project, far away.
STRANGERS = """
INSERT INTO accounts_payrollline (
    payroll_id, sheet_id, project_id, month, name, id_number, id_number_index, card_number, card_number_index,
    card_last4, bank_name, days, rate, due, deducted, net, paid, remark
)
SELECT p.id, h.id, p.project_id, p.month, w.name, w.id_number, w.id_number_index, c.number, c.number_index, c.last4,
       c.bank_name, 20, 240, 4800, 0, 4800, 4800, ''
FROM accounts_payroll p
JOIN sites s USING (project_id)
CROSS JOIN LATERAL (
    SELECT worker_id FROM ranked r WHERE r.project_id <> p.project_id ORDER BY abs(hashint8(r.id * p.id)), r.id LIMIT 1
) stranger
JOIN workers_worker w ON w.id = stranger.worker_id
JOIN workers_bankcard c ON c.worker_id = w.id AND c.is_current
JOIN accounts_payrollsheet h ON h.payroll_id = p.id AND h.team_id IS NULL
WHERE p.month = %(month)s AND s.fault_month = p.month AND 'stranger_paid' = ANY(s.faults)
"""
# What moved on the accounts for one payroll month; `rank` orders movements of one day.
MOVES = """
CREATE TEMPORARY TABLE moves AS
SELECT s.account_id, s.project_id, s.bank_id, a.opened_on AS booked_on, 0 AS rank, 'in' AS direction,
       'labour_cost' AS kind, 100000::numeric AS amount, '首次拨付人工费' AS summary, NULL::bigint AS line_id
FROM sites s JOIN accounts_specialaccount a ON a.id = s.account_id
WHERE NOT EXISTS (SELECT 1 FROM accounts_ledgerentry e WHERE e.account_id = a.id)
UNION ALL
SELECT s.account_id, s.project_id, s.bank_id, p.pay_on - 5, 0, 'in', 'labour_cost',
       ceil(sum(l.net) * 1.03 / 1000) * 1000, '拨付人工费', NULL
FROM accounts_payroll p JOIN accounts_payrollline l ON l.payroll_id = p.id JOIN sites s ON s.project_id = p.project_id
WHERE p.month = %(month)s
GROUP BY s.account_id, s.project_id, s.bank_id, p.pay_on
UNION ALL
SELECT s.account_id, s.project_id, s.bank_id, p.pay_on, 1, 'out', 'wage', l.net,
       '代发工资' || to_char(p.month, 'YYYY"年"FMMM"月"'), l.id
FROM accounts_payroll p JOIN accounts_payrollline l ON l.payroll_id = p.id AND l.paid > 0
JOIN sites s ON s.project_id = p.project_id
WHERE p.month = %(month)s
UNION ALL
SELECT s.account_id, s.project_id, s.bank_id, %(pay_on)s::date + 1, 2, 'out', 'other_out', 86500, '材料款', NULL
FROM sites s
WHERE s.account_id IS NOT NULL AND 'diverted' = ANY(s.faults) AND s.fault_month = %(month)s
"""
NUMBERED = """
CREATE TEMPORARY TABLE numbered AS
SELECT m.*, coalesce(last.sequence, 0) + row_number() OVER w AS sequence,
       coalesce(last.balance, 0) + sum(CASE m.direction WHEN 'in' THEN m.amount ELSE -m.amount END) OVER w AS balance,
       row_number() OVER w = count(*) OVER (PARTITION BY m.account_id) AS is_last
FROM moves m
LEFT JOIN LATERAL (
    SELECT sequence, balance FROM accounts_ledgerentry e WHERE e.account_id = m.account_id
    ORDER BY sequence DESC LIMIT 1
) last ON true
WHERE m.amount > 0
WINDOW w AS (PARTITION BY m.account_id ORDER BY m.booked_on, m.rank, m.line_id ROWS UNBOUNDED PRECEDING)
"""
ENTRIES = """
INSERT INTO accounts_ledgerentry (
    account_id, sequence, project_id, bank_id, serial, direction, kind, amount, booked_on, balance, stated_balance,
    summary, counterparty_name, counterparty_number, counterparty_number_index, counterparty_bank, created_at
)
SELECT m.account_id, m.sequence, m.project_id, m.bank_id,
       'LS' || to_char(m.booked_on, 'YYYYMMDD') || lpad(m.account_id::text, 7, '0') || lpad(m.sequence::text, 6, '0'),
       m.direction, m.kind, m.amount, m.booked_on, m.balance,
       m.balance + CASE WHEN 'wrong_balance' = ANY(s.faults) AND s.fault_month = %(month)s AND m.is_last
                        THEN 1000 ELSE 0 END,
       m.summary, coalesce(l.name, CASE m.direction WHEN 'out' THEN '恒远建材经营部' ELSE owner.name END, ''),
       l.card_number, l.card_number_index, coalesce(l.bank_name, ''),
       (m.booked_on + CASE WHEN mod(m.bank_id, 4) = 0 AND mod(m.account_id, 5) = 0 THEN 2 ELSE 0 END + time '17:00')
       AT TIME ZONE 'Asia/Shanghai'
FROM numbered m
JOIN sites s ON s.account_id = m.account_id
LEFT JOIN accounts_payrollline l ON l.id = m.line_id
LEFT JOIN LATERAL (
    SELECT o.name FROM projects_participation p JOIN organizations_organization o ON o.id = p.organization_id
    WHERE p.project_id = m.project_id AND p.participant_type = '008'
) owner ON true
ORDER BY m.account_id, m.sequence
"""
PAYOUTS = """
INSERT INTO accounts_payout (project_id, account_id, serial, entry_id, line_id, month, amount, paid_on, method)
SELECT e.project_id, e.account_id, e.serial, e.id, m.line_id, l.month, e.amount, e.booked_on, 'bank'
FROM numbered m
JOIN accounts_ledgerentry e ON e.account_id = m.account_id AND e.sequence = m.sequence
JOIN accounts_payrollline l ON l.id = m.line_id
"""


def wages(month: date, span: Span) -> int:
    """The payroll of a month, the ledger it moved through, and the payouts; returns the number of lines."""
    owed = month in span.paid_months[-2:]  # the last month alone may still be within its days of grace
    params = {"month": month, "pay_on": span.pay_day(month), "owed": owed}
    execute(PAYROLLS, params)
    execute(SHEETS, params)
    lines = execute(LINES, params) + execute(STRANGERS, params)
    execute(WITHOUT_LINES, params)
    with without_triggers():
        execute(PAID_SHEETS, [month, span.pay_day(month)])
    execute("DROP TABLE IF EXISTS moves, numbered")
    execute(MOVES, params)
    execute("ANALYZE moves")
    execute(NUMBERED)
    execute("ANALYZE numbered")
    execute(ENTRIES, params)
    execute(PAYOUTS)
    return lines
