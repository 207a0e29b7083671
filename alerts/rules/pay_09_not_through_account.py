from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, month_text
from alerts.rules.wages import PAY_DAY, TOLD, UNPAID
from projects.enums import Status

IDLE = f"""
    attended AS MATERIALIZED (
        SELECT a.project_id, a.month, count(*) AS people
        FROM {{scope}}
        JOIN workers_attendancemonth a ON a.project_id = scope.project_id
        WHERE a.days > 0 AND a.month <= date_trunc('month', %(today)s::date) - interval '2 months'
        GROUP BY a.project_id, a.month
    ),
    idle AS (
        SELECT a.* FROM attended a
        JOIN projects_project p ON p.id = a.project_id
        WHERE {UNPAID.format(project="a.project_id", month="a.month")}
          AND {PAY_DAY.format(month="a.month")} + %(grace)s < %(today)s
          AND NOT {TOLD.format(project="a.project_id", month="a.month")}
    )
"""


class NothingThroughAccount(Rule):
    """当月有考勤，当月和次月都没有一笔工资通过专户发放（自第三个月起，且已过工资发放日 {grace} 日）。
    该月已有“工资逾期未发”预警的，由其一并预警。"""

    code = "PAY-09"
    title = "工资未通过专户发放"
    subject = Subject.PAY
    level = Level.RED
    basis = "《保障农民工工资支付条例》第二十六条、第三十一条、第五十五条"
    source = "贵州省工资发放预警指标（一）"
    release_when = "通过专户补发该月工资，或登记垫付、保证金支付后自动解除。"
    remedy = "通过工资专用账户补发该月工资；已由垫付或工资保证金支付的，予以登记。"
    statuses = tuple(Status.values)
    ends_with_status = False
    reads_warnings = True  # of PAY-01, which speaks first
    grace = Parameter(5, "工资发放日后宽限", "日", stricter="less")
    columns = (
        Column("name", "姓名"),
        Column("team", "班组"),
        Column("days", "考勤天数", "number"),
        Column("net", "工资表实发（元）", "money", total=True),
    )
    evidence_order = "team NULLS LAST, name"
    link = "worker"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {IDLE.format(scope="swept AS scope")}
            SELECT project_id, to_char(month, 'YYYY-MM') AS subject_key, month, people FROM idle
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        month = month_text(facts.month)
        return f"{month}有 {facts.people} 人考勤，当月和次月没有一笔工资通过专户发放。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            """
            SELECT fresh.project_id, fresh.subject_key, e.worker_id AS link_id, w.name, t.name AS team, a.days, l.net
            FROM fresh
            JOIN workers_attendancemonth a ON a.project_id = fresh.project_id
                AND a.month = (fresh.facts->>'month')::date AND a.days > 0
            JOIN workers_engagement e ON e.id = a.engagement_id
            JOIN workers_worker w ON w.id = e.worker_id
            LEFT JOIN workers_team t ON t.id = e.team_id
            LEFT JOIN (
                SELECT engagement_id, month, sum(net) AS net FROM accounts_payrollline
                WHERE project_id IN (SELECT project_id FROM fresh) GROUP BY engagement_id, month
            ) l ON l.engagement_id = a.engagement_id AND l.month = a.month
            """,
            today,
        )
