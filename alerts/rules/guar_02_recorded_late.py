from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql
from alerts.rules.terms import DUE_AFTER

# One received before the project was supervised is to be recorded from that day on.
LATE = f"""
    dated AS (
        SELECT g.*, (g.recorded_at AT TIME ZONE 'Asia/Shanghai')::date AS recorded_on,
               {DUE_AFTER.format(since="greatest(g.received_on, p.supervised_from)", days="%(days)s")} AS due_on
        FROM {{scope}}
        JOIN projects_project p ON p.id = scope.project_id
        JOIN projects_paymentguarantee g ON g.project_id = p.id
    ),
    late AS (SELECT * FROM dated WHERE recorded_on > due_on)
"""


class GuaranteeRecordedLate(Rule):
    """收到工程款支付担保文书后，超过 {days} 个工作日才录入平台；逾期超过 {orange_after} 日为橙色。"""

    code = "GUAR-02"
    title = "支付担保录入逾期"
    subject = Subject.DEPOSIT
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第二十四条"
    source = "工程款支付担保 3 个工作日内录入（湘人社规〔2024〕13号）"
    release_when = "逾期已成事实，核实原因后上传说明解除；收到日期填错的，更正后自动解除。"
    remedy = "收到日期有误的，予以更正；确属逾期登记的，书面说明原因。"
    days = Parameter(3, "录入期限", "个工作日", stricter="less")
    orange_after = Parameter(30, "橙色：逾期超过", "日", stricter="less")
    columns = (
        Column("guarantor_name", "担保单位名称"),
        Column("number", "担保文书编号"),
        Column("received_on", "收到日期", "day"),
        Column("due_on", "录入期限", "day"),
        Column("recorded_on", "录入日期", "day"),
    )
    link = "project"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {LATE.format(scope="swept AS scope")}
            SELECT project_id, id::text AS subject_key, guarantor_name, received_on, due_on, recorded_on,
                   CASE WHEN recorded_on - due_on > %(orange_after)s THEN 2 ELSE 1 END AS severity,
                   number AS shown
            FROM late
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        days = (date.fromisoformat(facts.recorded_on) - date.fromisoformat(facts.due_on)).days
        return (
            f"{facts.guarantor_name}的工程款支付担保于 {facts.received_on} 收到，应于 {facts.due_on} 前录入，"
            f"实际于 {facts.recorded_on} 录入，逾期 {days} 日。"
        )

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {LATE.format(scope="(SELECT DISTINCT project_id FROM fresh) AS scope")}
            SELECT l.project_id, l.id::text AS subject_key, l.project_id AS link_id, l.guarantor_name, l.number,
                   l.received_on, l.due_on, l.recorded_on
            FROM late l
            JOIN fresh ON fresh.project_id = l.project_id AND fresh.subject_key = l.id::text
            """,
            today,
        )
