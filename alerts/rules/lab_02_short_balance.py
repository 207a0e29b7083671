from datetime import date

from accounts.enums import AccountStatus, SheetState
from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Rule, Sql, yuan
from alerts.rules.wages import PAY_DAY
from projects.enums import Status

# Wages to be paid now: of a sheet that is approved or at the bank, or past their pay day. Against them what the
# project has on its accounts, as far as a ledger tells; of an account of several projects its own part.
NEED = f"""
    need AS MATERIALIZED (
        SELECT l.project_id, l.month, count(*) AS people, sum(l.net - l.paid) AS amount,
               {PAY_DAY.format(month="l.month")} AS due_on
        FROM {{scope}}
        JOIN projects_project p ON p.id = scope.project_id
        JOIN accounts_payrollline l ON l.project_id = p.id AND l.paid < l.net
        JOIN accounts_payrollsheet s ON s.id = l.sheet_id
        WHERE s.state = ANY(%(under_way)s) OR {PAY_DAY.format(month="l.month")} <= %(today)s
        GROUP BY l.project_id, l.month, p.wage_pay_day
    ),
    held AS (
        SELECT k.project_id, sum(own.balance) AS balance
        FROM (SELECT DISTINCT project_id FROM need) n
        JOIN accounts_accountproject k ON k.project_id = n.project_id
        JOIN accounts_specialaccount a ON a.id = k.account_id AND a.status <> %(cancelled)s
        CROSS JOIN LATERAL (
            SELECT CASE WHEN (SELECT count(*) FROM accounts_accountproject o WHERE o.account_id = a.id) = 1
                THEN (SELECT e.balance FROM accounts_ledgerentry e WHERE e.account_id = a.id
                      ORDER BY e.sequence DESC LIMIT 1)
                ELSE (SELECT sum(CASE e.direction WHEN 'in' THEN e.amount ELSE -e.amount END)
                      FROM accounts_ledgerentry e WHERE e.account_id = a.id AND e.project_id = k.project_id)
            END AS balance
        ) own
        GROUP BY k.project_id
        HAVING sum(own.balance) IS NOT NULL
    )
"""


class BalanceShort(Rule):
    """专户余额不足以支付已审核、已提交银行或已到发放日的工资；已过发放日的为红色。"""

    code = "LAB-02"
    title = "专户余额不足以发放工资"
    subject = Subject.LABOUR_COST
    level = Level.ORANGE
    basis = (
        "《保障农民工工资支付条例》第二十四条、第二十九条；"
        "《工程建设领域农民工工资专用账户管理暂行办法》（专户余额补足）"
    )
    release_when = "补足专户余额，或工资发放到位后自动解除。"
    remedy = "补足工资专用账户余额，按时足额发放工资。"
    statuses = tuple(Status.values)
    ends_with_status = False
    columns = (
        Column("month", "工资月份", "month"),
        Column("people", "待发人数", "number"),
        Column("due_on", "发放日", "day"),
        Column("amount", "待发工资（元）", "money", total=True),
        Column("balance", "专户余额（元）", "money"),
    )
    evidence_order = "month"
    link = "project"

    def find(self, today: date) -> Sql:
        return self._sql(
            """
            SELECT n.project_id, '' AS subject_key, n.amount, h.balance, n.due_on, n.people AS shown,
                   CASE WHEN n.due_on < %(today)s THEN 3 ELSE 2 END AS severity
            FROM (
                SELECT project_id, sum(amount) AS amount, sum(people) AS people, min(due_on) AS due_on
                FROM need GROUP BY project_id
            ) n
            JOIN held h ON h.project_id = n.project_id
            WHERE h.balance < n.amount
            """,
            "swept AS scope",
            today,
        )

    def message(self, facts: Facts) -> str:
        gap = yuan(facts.amount - facts.balance)
        return f"待发工资 {yuan(facts.amount)}（最早 {facts.due_on} 发放），专户余额 {yuan(facts.balance)}，差 {gap}。"

    def evidence(self, today: date) -> Sql:
        return self._sql(
            """
            SELECT n.project_id, '' AS subject_key, n.project_id AS link_id, n.month, n.people, n.due_on, n.amount,
                   h.balance
            FROM need n
            JOIN held h ON h.project_id = n.project_id
            """,
            "(SELECT DISTINCT project_id FROM fresh) AS scope",
            today,
        )

    def _sql(self, text: str, scope: str, today: date) -> Sql:
        under_way = [SheetState.APPROVED, SheetState.AT_BANK]
        known = {"under_way": under_way, "cancelled": AccountStatus.CANCELLED}
        return self.sql(f"WITH {NEED.format(scope=scope)} {text}", today, **known)
