from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Rule, Sql, yuan

# Where the bank's balance and the running one part further than they had parted before. The same offset on the lines
# after it is no new fault; once the two agree again, what lies before is settled. Lines without a stated balance say
# nothing.
BREAKS = """
    touched AS MATERIALIZED (
        SELECT DISTINCT e.account_id
        FROM {scope}
        JOIN accounts_ledgerentry e ON e.project_id = scope.project_id
        WHERE e.stated_balance <> e.balance
    ),
    stated AS (
        SELECT e.id, e.project_id, e.account_id, e.sequence, e.serial, e.booked_on, e.summary, e.balance,
               e.stated_balance, e.stated_balance - e.balance AS gap,
               lag(e.stated_balance - e.balance, 1, 0) OVER own AS gap_before,
               max(e.sequence) FILTER (WHERE e.stated_balance = e.balance) OVER (PARTITION BY e.account_id) AS agreed
        FROM touched
        JOIN accounts_ledgerentry e ON e.account_id = touched.account_id AND e.stated_balance IS NOT NULL
        WINDOW own AS (PARTITION BY e.account_id ORDER BY e.sequence)
    ),
    breaks AS (
        SELECT * FROM stated WHERE gap <> 0 AND gap <> gap_before AND sequence > coalesce(agreed, 0)
    )
"""


class BalanceBroken(Rule):
    """银行所报余额与按流水逐笔推算的余额不一致。"""

    code = "LOG-01"
    title = "专户余额不衔接"
    subject = Subject.DATA
    level = Level.ORANGE
    basis = "《保障农民工工资支付条例》第三十八条；《工程建设领域农民工工资专用账户管理暂行办法》"
    release_when = "后续流水的银行余额与推算余额重新一致后自动解除；银行书面更正的，核实后上传证据解除。"
    remedy = "核对账户余额，由银行更正流水或书面说明差异原因。"
    ends_with_status = False
    columns = (
        Column("booked_on", "日期", "day"),
        Column("serial", "银行流水号"),
        Column("summary", "摘要"),
        Column("balance", "推算余额（元）", "money"),
        Column("stated_balance", "银行所报余额（元）", "money"),
        Column("gap", "相差（元）", "money"),
    )
    evidence_order = "sequence"
    link = "account"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {BREAKS.format(scope="swept AS scope")}
            SELECT b.project_id, b.account_id::text AS subject_key, a.number_last4 AS account, count(*) AS breaks,
                   (array_agg(b.serial ORDER BY b.sequence))[1] AS serial,
                   (array_agg(b.booked_on ORDER BY b.sequence))[1] AS booked_on,
                   (array_agg(b.gap ORDER BY b.sequence))[1] AS gap,
                   sum(hashtext(concat_ws(',', b.id, b.summary, b.balance, b.stated_balance))) AS shown
            FROM breaks b
            JOIN accounts_specialaccount a ON a.id = b.account_id
            GROUP BY b.project_id, b.account_id, a.number_last4
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        side = "多" if facts.gap > 0 else "少"
        more = f"此后另有 {facts.breaks - 1} 处不衔接。" if facts.breaks > 1 else ""
        return (
            f"尾号 {facts.account} 的工资专用账户自 {facts.booked_on} 流水 {facts.serial} 起，"
            f"银行所报余额比逐笔推算的余额{side} {yuan(abs(facts.gap))}。{more}"
        )

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {BREAKS.format(scope="(SELECT DISTINCT project_id FROM fresh) AS scope")}
            SELECT b.*, fresh.subject_key, b.account_id AS link_id
            FROM breaks b
            JOIN fresh ON fresh.project_id = b.project_id AND fresh.subject_key = b.account_id::text
            """,
            today,
        )
