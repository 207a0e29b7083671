from datetime import date

from accounts.enums import ALLOWED_OUT, MovementDirection, MovementKind
from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Rule, Sql, month_text, yuan

# A movement that the bank has reversed never left the account.
DIVERTED = """
    diverted AS (
        SELECT e.*, date_trunc('month', e.booked_on)::date AS month
        FROM {scope}
        JOIN accounts_ledgerentry e ON e.project_id = scope.project_id
        WHERE e.direction = %(out)s AND NOT e.kind = ANY(%(allowed)s)
          AND NOT EXISTS (SELECT 1 FROM accounts_ledgerentry r WHERE r.reverses_id = e.id)
    )
"""


class MoneyDiverted(Rule):
    """工资专用账户资金用于支付农民工工资以外的用途。"""

    code = "ACC-02"
    title = "专户资金挪用"
    subject = Subject.ACCOUNT
    level = Level.RED
    basis = "《保障农民工工资支付条例》第三十一条、第五十五条；《工程建设领域农民工工资专用账户管理暂行办法》"
    release_when = "银行冲正该笔支出后自动解除；款项已退回专户的，核实后上传证据解除。"
    remedy = "将挪用的款项如数退回工资专用账户，并提交银行回单。"
    ends_with_status = False
    columns = (
        Column("booked_on", "日期", "day"),
        Column("serial", "银行流水号"),
        Column("counterparty_name", "收款方"),
        Column("kind", "交易类型", "choice", choices=MovementKind.choices),
        Column("summary", "摘要"),
        Column("amount", "金额（元）", "money", total=True),
    )
    evidence_order = "amount DESC, sequence"
    link = "account"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {DIVERTED.format(scope="swept AS scope")}
            SELECT d.project_id, d.account_id || ':' || to_char(d.month, 'YYYY-MM') AS subject_key,
                   d.month, a.number_last4 AS account, count(*) AS movements, sum(d.amount) AS amount,
                   (array_agg(d.counterparty_name ORDER BY d.amount DESC, d.id))[1] AS payee, sum(hashtext(
                       concat_ws(',', d.id, d.kind, d.counterparty_name, d.summary, d.amount))) AS shown
            FROM diverted d
            JOIN accounts_specialaccount a ON a.id = d.account_id
            GROUP BY d.project_id, d.account_id, d.month, a.number_last4
            """,
            today,
            out=MovementDirection.OUT,
            allowed=list(ALLOWED_OUT),
        )

    def message(self, facts: Facts) -> str:
        where = f"尾号 {facts.account} 的工资专用账户于{month_text(facts.month)}"
        payee = facts.payee or "未载明的收款方"
        if facts.movements == 1:
            return f"{where}向{payee}支出 {yuan(facts.amount)}，不属于工资。"
        return f"{where}有 {facts.movements} 笔支出不属于工资，共 {yuan(facts.amount)}，最大一笔付给{payee}。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {DIVERTED.format(scope="(SELECT DISTINCT project_id FROM fresh) AS scope")}
            SELECT d.project_id, fresh.subject_key, d.account_id AS link_id, d.sequence,
                   d.booked_on, d.serial, d.counterparty_name, d.kind, d.summary, d.amount
            FROM diverted d
            JOIN fresh ON fresh.project_id = d.project_id
                AND fresh.subject_key = d.account_id || ':' || to_char(d.month, 'YYYY-MM')
            """,
            today,
            out=MovementDirection.OUT,
            allowed=list(ALLOWED_OUT),
        )
