from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, month_text, people, yuan
from alerts.rules.wages import PAY_DAY, TOLD
from projects.enums import Status

# Deducted without a word, on a sheet that has left the draft or was paid; advances paid before explain themselves.
# Paid in part, past the pay day: of a month of which PAY-01 says nothing.
SHORT = f"""
    short AS (
        SELECT l.id, l.project_id, l.month, l.name, l.engagement_id, l.team_id, l.due, l.net, l.paid,
               l.deducted - l.advance_deducted AS cut, l.deduction_reason = '' AS unexplained
        FROM {{scope}}
        JOIN accounts_payrollline l ON l.project_id = scope.project_id {{month}}
        JOIN accounts_payrollsheet s ON s.id = l.sheet_id
        WHERE l.deducted > l.advance_deducted AND l.deduction_reason = '' AND (l.paid > 0 OR s.state <> 'draft')
        UNION ALL
        SELECT l.id, l.project_id, l.month, l.name, l.engagement_id, l.team_id, l.due, l.net, l.paid, 0, false
        FROM {{scope}}
        JOIN accounts_payrollline l ON l.project_id = scope.project_id {{month}}
        JOIN projects_project p ON p.id = l.project_id
        WHERE l.paid < l.net AND l.paid > 0
          AND NOT (l.deducted > l.advance_deducted AND l.deduction_reason = '')
          AND {PAY_DAY.format(month="l.month")} + %(grace)s < %(today)s
          AND NOT {TOLD.format(project="l.project_id", month="l.month")}
    )
"""


class ShortPaid(Rule):
    """实发少于应发而未写明扣款原因（扣款超过当月工资 {share}% 的为橙色），或超过工资发放日 {grace} 日只发放了一部分。
    该月已有“工资逾期未发”预警的，部分发放由其一并预警。"""

    code = "PAY-03"
    title = "未足额支付工资"
    subject = Subject.PAY
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第十五条、第三十一条；《工资支付暂行规定》第十五条、第十六条"
    release_when = "写明扣款原因并经本人确认，或补足差额后自动解除；已发放的，核实后上传证据解除。"
    remedy = "补足少发的工资；依法扣款的，写明原因并经本人确认。"
    statuses = tuple(Status.values)
    ends_with_status = False
    reads_warnings = True  # of PAY-01, which speaks first
    grace = Parameter(5, "工资发放日后宽限", "日", stricter="less")
    share = Parameter(20, "橙色：扣款超过当月工资", "%", stricter="less")
    columns = (
        Column("name", "姓名"),
        Column("team", "班组"),
        Column("due", "应发（元）", "money", total=True),
        Column("cut", "未说明的扣款（元）", "money", total=True),
        Column("net", "实发（元）", "money", total=True),
        Column("paid", "已代发（元）", "money", total=True),
    )
    evidence_order = "cut DESC, name"
    link = "worker"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {SHORT.format(scope="swept AS scope", month="")}
            SELECT project_id, to_char(month, 'YYYY-MM') AS subject_key, month,
                   count(*) FILTER (WHERE unexplained) AS cut_people, sum(cut) AS cut,
                   count(*) FILTER (WHERE NOT unexplained) AS part_people,
                   coalesce(sum(net - paid) FILTER (WHERE NOT unexplained), 0) AS part,
                   (array_agg(name ORDER BY cut DESC, name))[:3] AS names,
                   CASE WHEN bool_or(cut * 100 > due * %(share)s) THEN 2 ELSE 1 END AS severity,
                   sum(hashtext(concat_ws(',', id, name, due, cut, net, paid))) AS shown
            FROM short
            GROUP BY project_id, month
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        parts = []
        if facts.cut_people:
            parts.append(f"{facts.cut_people} 人被扣款 {yuan(facts.cut)}，没有写明原因")
        if facts.part_people:
            parts.append(f"{facts.part_people} 人只发放了一部分，尚差 {yuan(facts.part)}")
        who = people(facts.names, facts.cut_people + facts.part_people)
        return f"{month_text(facts.month)}，{'；'.join(parts)}（{who}）。"

    def evidence(self, today: date) -> Sql:
        month = "AND l.month = (scope.facts->>'month')::date"
        return self.sql(
            f"""
            WITH {SHORT.format(scope="fresh AS scope", month=month)}
            SELECT s.project_id, to_char(s.month, 'YYYY-MM') AS subject_key, e.worker_id AS link_id, s.name,
                   t.name AS team, s.due, s.cut, s.net, s.paid
            FROM short s
            LEFT JOIN workers_engagement e ON e.id = s.engagement_id
            LEFT JOIN workers_team t ON t.id = coalesce(s.team_id, e.team_id)
            """,
            today,
        )
