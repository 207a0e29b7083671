from datetime import date

from accounts.enums import DepositState, InstrumentState, UseState
from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, yuan
from alerts.rules.terms import DUE_AFTER

# Uses that were paid and have not come back, of deposits that hold less than is to be stored.
OPEN_USES = f"""
    uses AS (
        SELECT d.project_id, d.id AS deposit_id, d.differential_amount, i.balance, u.id, u.notice_number, u.amount,
               u.paid_on, {DUE_AFTER.format(since="u.paid_on", days="%(days)s")} AS due_on
        FROM {{scope}}
        JOIN accounts_deposit d ON d.project_id = scope.project_id AND d.state = %(held)s
        JOIN accounts_depositinstrument i ON i.deposit_id = d.id AND i.state = %(in_force)s
            AND i.balance < d.differential_amount
        JOIN accounts_deposituse u ON u.deposit_id = d.id AND u.state = %(paid)s AND u.refilled_on IS NULL
    )
"""


class DepositNotRefilled(Rule):
    """工资保证金动用后，超过 {days} 个工作日仍没有补足；逾期超过 {red_after} 日为红色。"""

    code = "DEP-03"
    title = "工资保证金动用后未补足"
    subject = Subject.DEPOSIT
    level = Level.ORANGE
    basis = (
        "《保障农民工工资支付条例》第三十二条、第五十五条；"
        "《工程建设领域农民工工资保证金规定》（人社部发〔2021〕65号）"
    )
    release_when = "补足到应存储金额，并由银行或保险公司确认后自动解除。"
    remedy = "将工资保证金补足到应存储金额。"
    days = Parameter(10, "补足期限", "个工作日", stricter="less")
    red_after = Parameter(30, "红色：逾期超过", "日", stricter="less")
    columns = (
        Column("notice_number", "支付通知书"),
        Column("amount", "动用金额（元）", "money", total=True),
        Column("paid_on", "支付日期", "day"),
        Column("due_on", "补足期限", "day"),
        Column("balance", "现有余额（元）", "money"),
    )
    evidence_order = "due_on"
    link = "deposit"

    def find(self, today: date) -> Sql:
        return self._sql(
            """
            SELECT project_id, deposit_id::text AS subject_key, balance, differential_amount AS required,
                   min(due_on) AS due_on, count(*) AS shown,
                   CASE WHEN min(due_on) < %(today)s::date - %(red_after)s THEN 3 ELSE 2 END AS severity
            FROM uses
            GROUP BY project_id, deposit_id, balance, differential_amount
            HAVING min(due_on) < %(today)s
            """,
            "swept AS scope",
            today,
        )

    def message(self, facts: Facts) -> str:
        return (
            f"工资保证金应存储 {yuan(facts.required)}，动用后余额 {yuan(facts.balance)}，"
            f"应于 {facts.due_on} 前补足，尚差 {yuan(facts.required - facts.balance)}。"
        )

    def evidence(self, today: date) -> Sql:
        return self._sql(
            """
            SELECT u.project_id, fresh.subject_key, u.deposit_id AS link_id, u.notice_number, u.amount, u.paid_on,
                   u.due_on, u.balance
            FROM uses u
            JOIN fresh ON fresh.project_id = u.project_id AND fresh.subject_key = u.deposit_id::text
            """,
            "(SELECT DISTINCT project_id FROM fresh) AS scope",
            today,
        )

    def _sql(self, text: str, scope: str, today: date) -> Sql:
        states = {"held": DepositState.HELD, "in_force": InstrumentState.IN_FORCE, "paid": UseState.PAID}
        return self.sql(f"WITH {OPEN_USES.format(scope=scope)} {text}", today, **states)
