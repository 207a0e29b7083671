from datetime import date

from accounts.enums import OrderState
from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, month_text
from projects.enums import Status

# By the month in which the bank answered, this one and the last; and payments it has not answered at all.
ANSWERS = """
    answered AS (
        SELECT o.project_id, o.batch_id, r.name, r.amount, o.paid_on,
               (r.settled_at AT TIME ZONE 'Asia/Shanghai')::date AS told_on
        FROM {scope}
        JOIN accounts_payoutorder r ON r.project_id = scope.project_id AND r.state = %(paid)s
            AND r.settled_at >= (date_trunc('month', %(today)s::date) - interval '1 month')::date::timestamp
                AT TIME ZONE 'Asia/Shanghai'
        JOIN LATERAL (
            SELECT p.project_id, r.batch_id, p.paid_on FROM accounts_payout p WHERE p.order_id = r.id
        ) o ON true
    ),
    late AS (
        SELECT a.*, to_char(told_on, 'YYYY-MM') AS month FROM answered a
        WHERE told_on > paid_on + %(days)s AND told_on <= %(today)s
    ),
    unanswered AS (
        SELECT r.project_id, r.batch_id, r.name, r.amount, (b.made_at AT TIME ZONE 'Asia/Shanghai')::date AS sent_on
        FROM {scope}
        JOIN accounts_payoutorder r ON r.project_id = scope.project_id AND r.state = %(waiting)s
        JOIN accounts_payoutbatch b ON b.id = r.batch_id
        WHERE (b.made_at AT TIME ZONE 'Asia/Shanghai')::date + %(answer_days)s < %(today)s
    )
"""


class PayDataLate(Rule):
    """工资发放数据应在发放后 {days} 日内报送：逾期报送（查本月和上月），或提交银行超过 {answer_days} 日没有回报。"""

    code = "DATA-04"
    title = "工资发放数据报送逾期"
    subject = Subject.DATA
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第三十八条；工资发放数据 1 日内报送（山东省农民工工资支付监管平台）"
    release_when = "银行回报全部发放结果后自动解除；逾期回报的，核实原因后上传说明解除，再满一个整月自动解除。"
    statuses = tuple(Status.values)
    ends_with_status = False
    days = Parameter(1, "报送期限", "日")
    answer_days = Parameter(3, "银行回报期限", "日")
    columns = (
        Column("number", "批次号"),
        Column("name", "收款人"),
        Column("amount", "金额（元）", "money", total=True),
        Column("paid_on", "发放（提交）日期", "day"),
        Column("told_on", "报送日期", "day"),
    )
    evidence_order = "paid_on, name"
    link = "project"

    def find(self, today: date) -> Sql:
        return self._sql(
            """
            SELECT project_id, month AS subject_key, month, count(*) AS payments, max(told_on - paid_on) AS days,
                   NULL::date AS since
            FROM late GROUP BY project_id, month
            UNION ALL
            SELECT project_id, 'missing', NULL, count(*), NULL, min(sent_on) FROM unanswered GROUP BY project_id
            """,
            "swept AS scope",
            today,
        )

    def message(self, facts: Facts) -> str:
        if facts.since:
            return f"{facts.since} 起提交银行的 {facts.payments} 笔工资，至今没有回报发放结果。"
        month = month_text(facts.month)
        return f"{month}报送的发放结果中，{facts.payments} 笔逾期，最长在发放后 {facts.days} 日。"

    def evidence(self, today: date) -> Sql:
        return self._sql(
            """
            SELECT l.project_id, fresh.subject_key, l.project_id AS link_id, b.number, l.name, l.amount, l.paid_on,
                   l.told_on
            FROM late l
            JOIN fresh ON fresh.project_id = l.project_id AND fresh.subject_key = l.month
            JOIN accounts_payoutbatch b ON b.id = l.batch_id
            UNION ALL
            SELECT u.project_id, fresh.subject_key, u.project_id, b.number, u.name, u.amount, u.sent_on, NULL
            FROM unanswered u
            JOIN fresh ON fresh.project_id = u.project_id AND fresh.subject_key = 'missing'
            JOIN accounts_payoutbatch b ON b.id = u.batch_id
            """,
            "(SELECT DISTINCT project_id FROM fresh) AS scope",
            today,
        )

    def _sql(self, text: str, scope: str, today: date) -> Sql:
        states = {"paid": OrderState.PAID, "waiting": OrderState.WAITING}
        return self.sql(f"WITH {ANSWERS.format(scope=scope)} {text}", today, **states)
