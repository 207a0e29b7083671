from datetime import date

from accounts.enums import OrderState, Refusal
from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, month_text
from projects.enums import Status

# The bank says when it paid; the batch is done when its last answer has come. By the month of that, this one and the
# last; and batches the bank has not answered to the end.
ANSWERS = """
    batches AS (
        SELECT b.id, b.project_id, b.number, b.count, b.total,
               (b.made_at AT TIME ZONE 'Asia/Shanghai')::date AS sent_on,
               (b.done_at AT TIME ZONE 'Asia/Shanghai')::date AS told_on
        FROM {scope}
        JOIN accounts_payoutbatch b ON b.project_id = scope.project_id
        WHERE b.done_at IS NULL OR b.done_at >= (date_trunc('month', %(today)s::date) - interval '1 month')::date
            ::timestamp AT TIME ZONE 'Asia/Shanghai'
    ),
    late AS (
        SELECT b.*, o.paid_on, to_char(b.told_on, 'YYYY-MM') AS month
        FROM batches b
        JOIN (
            SELECT r.batch_id, max((r.settled_at AT TIME ZONE 'Asia/Shanghai')::date) AS paid_on
            FROM batches b JOIN accounts_payoutorder r ON r.batch_id = b.id
            WHERE r.state = %(paid)s OR r.refusal = %(by_bank)s
            GROUP BY r.batch_id
        ) o ON o.batch_id = b.id
        WHERE b.told_on > o.paid_on + %(days)s AND b.told_on <= %(today)s
    ),
    unanswered AS (
        SELECT b.*, w.waiting, w.amount
        FROM batches b
        JOIN (
            SELECT r.batch_id, count(*) AS waiting, sum(r.amount) AS amount
            FROM batches b JOIN accounts_payoutorder r ON r.batch_id = b.id AND r.state = %(waiting)s
            GROUP BY r.batch_id
        ) w ON w.batch_id = b.id
        WHERE b.sent_on + %(answer_days)s < %(today)s
    )
"""


class PayDataLate(Rule):
    """工资发放数据应在发放后 {days} 日内报送：逾期报送（查本月和上月），或提交银行超过 {answer_days} 日没有回报。"""

    code = "DATA-04"
    title = "工资发放数据报送逾期"
    subject = Subject.DATA
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第三十八条"
    source = "工资发放数据 1 日内报送（山东省农民工工资支付监管平台）"
    release_when = "银行回报全部发放结果后自动解除；逾期回报的，核实原因后上传说明解除，再满一个整月自动解除。"
    remedy = "回报全部工资发放结果，并书面说明逾期原因。"
    statuses = tuple(Status.values)
    ends_with_status = False
    days = Parameter(1, "报送期限", "日", stricter="less")
    answer_days = Parameter(3, "银行回报期限", "日", stricter="less")
    columns = (
        Column("number", "批次号"),
        Column("payments", "笔数", "number"),
        Column("amount", "金额（元）", "money", total=True),
        Column("sent_on", "提交银行日期", "day"),
        Column("paid_on", "银行办理日期", "day"),
        Column("told_on", "报送日期", "day"),
    )
    evidence_order = "sent_on, number"
    link = "project"

    def find(self, today: date) -> Sql:
        return self._sql(
            """
            SELECT project_id, month AS subject_key, month, sum(count) AS payments, max(told_on - paid_on) AS days,
                   NULL::date AS since
            FROM late GROUP BY project_id, month
            UNION ALL
            SELECT project_id, 'missing', NULL, sum(waiting), NULL, min(sent_on) FROM unanswered GROUP BY project_id
            """,
            "swept AS scope",
            today,
        )

    def message(self, facts: Facts) -> str:
        if facts.since:
            return f"{facts.since} 起提交银行的 {facts.payments} 笔工资，至今没有回报发放结果。"
        month = month_text(facts.month)
        return f"{month}报送的发放结果中，{facts.payments} 笔逾期，最长在银行办理后 {facts.days} 日。"

    def evidence(self, today: date) -> Sql:
        return self._sql(
            """
            SELECT l.project_id, fresh.subject_key, l.project_id AS link_id, l.number, l.count AS payments,
                   l.total AS amount, l.sent_on, l.paid_on, l.told_on
            FROM late l
            JOIN fresh ON fresh.project_id = l.project_id AND fresh.subject_key = l.month
            UNION ALL
            SELECT u.project_id, fresh.subject_key, u.project_id, u.number, u.waiting, u.amount, u.sent_on, NULL, NULL
            FROM unanswered u
            JOIN fresh ON fresh.project_id = u.project_id AND fresh.subject_key = 'missing'
            """,
            "(SELECT DISTINCT project_id FROM fresh) AS scope",
            today,
        )

    def _sql(self, text: str, scope: str, today: date) -> Sql:
        states = {"paid": OrderState.PAID, "waiting": OrderState.WAITING, "by_bank": Refusal.BANK}
        return self.sql(f"WITH {ANSWERS.format(scope=scope)} {text}", today, **states)
