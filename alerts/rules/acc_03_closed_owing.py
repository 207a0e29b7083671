from datetime import date

from accounts.enums import AccountStatus
from alerts.enums import Level, Subject
from alerts.models import CaseLead
from alerts.rules.base import Column, Facts, Rule, Sql, yuan
from projects.enums import Status

# Accounts on which money has moved. Wages count only where no other account of the project has taken over: from that
# one they can be paid. A case counts that was under way when the account was closed.
CLOSED = """
    closed AS MATERIALIZED (
        SELECT l.project_id, l.account_id, a.number_last4 AS account, a.cancelled_on, EXISTS (
                   SELECT 1 FROM accounts_accountproject o
                   JOIN accounts_specialaccount other ON other.id = o.account_id
                   WHERE o.project_id = l.project_id AND other.status <> %(cancelled)s
               ) AS has_successor
        FROM {scope}
        JOIN accounts_accountproject l ON l.project_id = scope.project_id
        JOIN accounts_specialaccount a ON a.id = l.account_id AND a.status = %(cancelled)s
        WHERE EXISTS (SELECT 1 FROM accounts_ledgerentry e WHERE e.account_id = a.id)
    ),
    left_behind AS (
        SELECT c.project_id, c.account_id, '工资表未付清' AS what, count(*) AS number, sum(l.net - l.paid) AS amount
        FROM closed c
        JOIN accounts_payrollline l ON l.project_id = c.project_id AND l.paid < l.net
        WHERE NOT c.has_successor
        GROUP BY c.project_id, c.account_id
        UNION ALL
        SELECT c.project_id, c.account_id, '退场人员工资未结清', count(*), sum(d.owed_amount)
        FROM closed c
        JOIN workers_departure d ON d.project_id = c.project_id AND d.settlement = 'owed' AND d.paid_on IS NULL
        WHERE NOT c.has_successor
        GROUP BY c.project_id, c.account_id
        UNION ALL
        SELECT c.project_id, c.account_id, '案源 ' || k.number || ' 未结案', 1, NULL
        FROM closed c
        JOIN alerts_caselead k ON k.project_id = c.project_id AND k.state <> %(case_closed)s
            AND (k.opened_at AT TIME ZONE 'Asia/Shanghai')::date <= c.cancelled_on
        UNION ALL
        SELECT c.project_id, c.account_id, '没有公示满 30 日', 1, NULL
        FROM closed c
        WHERE NOT EXISTS (
            SELECT 1 FROM accounts_closingnotice n
            WHERE n.account_id = c.account_id AND n.withdrawn_at IS NULL AND n.ends_on < c.cancelled_on
        )
    )
"""


class ClosedOwing(Rule):
    """工资专用账户注销时尚有未付清的工资或未结案的案源，或者没有公示满 30 日。"""

    code = "ACC-03"
    title = "违规注销专户"
    subject = Subject.ACCOUNT
    level = Level.RED
    basis = "《保障农民工工资支付条例》第二十七条；《工程建设领域农民工工资专用账户管理暂行办法》（专户注销）"
    release_when = "拖欠的工资付清、案源结案后自动解除；没有公示的，核实后上传证据解除。"
    remedy = "付清拖欠的农民工工资；没有按规定公示的，补行公示，并提交公示照片和无拖欠承诺书。"
    statuses = tuple(Status.values)
    ends_with_status = False
    columns = (
        Column("what", "情形"),
        Column("number", "笔数", "number"),
        Column("amount", "金额（元）", "money", total=True),
        Column("cancelled_on", "注销日期", "day"),
    )
    evidence_order = "amount DESC NULLS LAST, what"
    link = "account"

    def find(self, today: date) -> Sql:
        return self._sql(
            """
            SELECT b.project_id, b.account_id::text AS subject_key, c.account, c.cancelled_on,
                   array_agg(b.what ORDER BY b.amount DESC NULLS LAST, b.what) AS faults,
                   coalesce(sum(b.amount), 0) AS amount, sum(b.number) AS shown
            FROM left_behind b
            JOIN closed c ON c.project_id = b.project_id AND c.account_id = b.account_id
            GROUP BY b.project_id, b.account_id, c.account, c.cancelled_on
            """,
            "swept AS scope",
            today,
        )

    def message(self, facts: Facts) -> str:
        owed = f"，共 {yuan(facts.amount)}" if facts.amount else ""
        return f"尾号 {facts.account} 的工资专用账户于 {facts.cancelled_on} 注销：{'、'.join(facts.faults)}{owed}。"

    def evidence(self, today: date) -> Sql:
        return self._sql(
            """
            SELECT b.project_id, fresh.subject_key, b.account_id AS link_id, b.what, b.number, b.amount, c.cancelled_on
            FROM left_behind b
            JOIN closed c ON c.project_id = b.project_id AND c.account_id = b.account_id
            JOIN fresh ON fresh.project_id = b.project_id AND fresh.subject_key = b.account_id::text
            """,
            "(SELECT DISTINCT project_id FROM fresh) AS scope",
            today,
        )

    def _sql(self, text: str, scope: str, today: date) -> Sql:
        states = {"cancelled": AccountStatus.CANCELLED, "case_closed": CaseLead.State.CLOSED}
        return self.sql(f"WITH {CLOSED.format(scope=scope)} {text}", today, **states)
