from datetime import date

from accounts.enums import MovementDirection, MovementKind
from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, month_text
from projects.enums import Status

# By the month in which they came, this one and the last: the bank's present ways. What the first days of account and
# project brought with them was not due before. What the portal writes itself (openings, reversals) is no bank's.
ENTRIES = """
    received AS (
        SELECT e.id, e.project_id, e.account_id, e.serial, e.direction, e.kind, e.amount, e.booked_on,
               (e.created_at AT TIME ZONE 'Asia/Shanghai')::date AS received_on,
               greatest(e.booked_on, p.supervised_from, (a.created_at AT TIME ZONE 'Asia/Shanghai')::date) AS due_on
        FROM {scope}
        JOIN projects_project p ON p.id = scope.project_id
        JOIN accounts_ledgerentry e ON e.project_id = p.id
            AND e.created_at >= (date_trunc('month', %(today)s::date) - interval '1 month')::date::timestamp
                AT TIME ZONE 'Asia/Shanghai'
            AND NOT e.kind = ANY(%(own)s)
        JOIN accounts_specialaccount a ON a.id = e.account_id
    ),
    late AS (
        SELECT r.*, to_char(received_on, 'YYYY-MM') AS month FROM received r
        WHERE received_on > due_on + %(days)s AND received_on <= %(today)s
    ),
    unseen AS (
        SELECT o.project_id, o.account_id, o.id, o.serial, o.amount, o.paid_on
        FROM {scope}
        JOIN accounts_payout o ON o.project_id = scope.project_id AND o.entry_id IS NULL AND o.order_id IS NOT NULL
        WHERE o.paid_on < %(today)s::date - %(days)s AND NOT EXISTS (
            SELECT 1 FROM accounts_ledgerentry e WHERE e.account_id = o.account_id AND e.booked_on >= o.paid_on
        )
    )
"""


class LedgerLate(Rule):
    """专户流水应当日报送：发生后超过 {days} 日才收到，或工资已报发放而超过 {days} 日没有收到流水（查本月和上月）。"""

    code = "DATA-03"
    title = "专户流水报送逾期"
    subject = Subject.DATA
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第三十八条；《工程建设领域农民工工资专用账户管理暂行办法》"
    source = "专户资金当日推送（湘人社规〔2024〕13号）"
    release_when = "缺少的流水补报后自动解除；逾期收到的，核实原因后上传说明解除，再满一个整月自动解除。"
    remedy = "补报所缺的专户流水，并书面说明逾期原因。"
    statuses = tuple(Status.values)
    ends_with_status = False
    days = Parameter(1, "宽限天数", "日", stricter="less")
    columns = (
        Column("serial", "流水号"),
        Column("direction", "收支", "choice", choices=MovementDirection.choices),
        Column("amount", "金额（元）", "money", total=True),
        Column("booked_on", "发生日期", "day"),
        Column("received_on", "收到日期", "day"),
    )
    evidence_order = "booked_on, serial"
    link = "account"

    def find(self, today: date) -> Sql:
        return self._sql(
            """
            SELECT l.project_id, l.account_id || ':' || l.month AS subject_key, a.number_last4 AS account, l.month,
                   count(*) AS movements, max(l.received_on - l.due_on) AS days, NULL::date AS since
            FROM late l
            JOIN accounts_specialaccount a ON a.id = l.account_id
            GROUP BY l.project_id, l.account_id, l.month, a.number_last4
            UNION ALL
            SELECT u.project_id, u.account_id || ':missing', a.number_last4, NULL, count(*), NULL, min(u.paid_on)
            FROM unseen u
            JOIN accounts_specialaccount a ON a.id = u.account_id
            GROUP BY u.project_id, u.account_id, a.number_last4
            """,
            "swept AS scope",
            today,
        )

    def message(self, facts: Facts) -> str:
        account = f"尾号 {facts.account} 的工资专用账户"
        if facts.since:
            return f"{account}自 {facts.since} 起有 {facts.movements} 笔工资已报发放，没有收到流水。"
        month = month_text(facts.month)
        return f"{account}{month}收到的流水中，{facts.movements} 笔逾期报送，最长 {facts.days} 日（应当日报送）。"

    def evidence(self, today: date) -> Sql:
        return self._sql(
            """
            SELECT l.project_id, fresh.subject_key, l.account_id AS link_id, l.serial, l.direction, l.amount,
                   l.booked_on, l.received_on
            FROM late l
            JOIN fresh ON fresh.project_id = l.project_id AND fresh.subject_key = l.account_id || ':' || l.month
            UNION ALL
            SELECT u.project_id, fresh.subject_key, u.account_id, u.serial, 'out', u.amount, u.paid_on, NULL
            FROM unseen u
            JOIN fresh ON fresh.project_id = u.project_id AND fresh.subject_key = u.account_id || ':missing'
            """,
            "(SELECT DISTINCT project_id FROM fresh) AS scope",
            today,
        )

    def _sql(self, text: str, scope: str, today: date) -> Sql:
        own = [MovementKind.OPENING, MovementKind.REVERSAL]
        return self.sql(f"WITH {ENTRIES.format(scope=scope)} {text}", today, own=own)
