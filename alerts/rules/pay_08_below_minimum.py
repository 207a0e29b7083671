from datetime import date
from decimal import Decimal

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, month_text, people, yuan
from projects.enums import Status

# What each person was paid for a month, back pay for it included, advances that were deducted added; the days of the
# payroll, else those of the attendance. Days nobody knows count as a whole month. Without a line below the minimum
# that counts there is no person below it, and without one no average: only such months are added up.
_DAYS = """LEFT JOIN workers_attendancemonth a ON l.days IS NULL AND a.engagement_id = l.engagement_id
            AND a.month = l.month"""
LOW = f"""
    doubtful AS MATERIALIZED (
        SELECT DISTINCT l.project_id, l.month
        FROM {{scope}}
        JOIN accounts_payrollline l ON l.project_id = scope.project_id {{month}} AND l.paid > 0
            AND l.net + l.advance_deducted < %(minimum)s
        {_DAYS}
        WHERE coalesce(l.days, a.days, 31) >= least(%(days)s, %(full_days)s)
    ),
    wages AS (
        SELECT l.project_id, l.month, l.id_number_index, min(l.name) AS name, min(l.engagement_id) AS engagement_id,
               sum(l.net + l.advance_deducted) AS amount, max(coalesce(l.days, a.days)) AS days
        FROM doubtful d
        JOIN accounts_payrollline l ON l.project_id = d.project_id AND l.month = d.month AND l.paid > 0
        {_DAYS}
        GROUP BY l.project_id, l.month, l.id_number_index
    ),
    low AS (
        SELECT w.*, amount < %(minimum)s AND days >= %(full_days)s AS is_low,
               days IS NULL OR days >= %(days)s AS counts,
               avg(amount) FILTER (WHERE days IS NULL OR days >= %(days)s) OVER own AS average
        FROM wages w
        WINDOW own AS (PARTITION BY project_id, month)
    )
"""


class BelowMinimum(Rule):
    """当月发放的人均工资低于当地最低工资标准 {minimum} 元（红色；出勤不足 {days} 日的人员不计入，避免春节、进退场
    当月误报）；出勤满 {full_days} 日的个人低于该标准的，黄色。"""

    code = "PAY-08"
    title = "工资低于最低工资标准"
    subject = Subject.PAY
    level = Level.YELLOW
    basis = "《中华人民共和国劳动法》第四十八条；《最低工资规定》第十二条"
    source = "贵州省工资发放预警指标（二）"
    release_when = "补发该月工资差额，或更正工资表后自动解除；确有依据的，核实后上传证据解除。"
    remedy = "补发低于最低工资标准的差额；确有依据的，提交证明材料。"
    statuses = tuple(Status.values)
    ends_with_status = False
    minimum = Parameter(Decimal("1890"), "当地月最低工资标准", "元", stricter="more")
    # Keeps months of few days out of the mean, which may move either way.
    days = Parameter(15, "计入人均的最少出勤", "日")
    full_days = Parameter(22, "个人满勤天数", "日", stricter="less")
    ascending = (("days", "full_days"),)
    columns = (
        Column("name", "姓名"),
        Column("team", "班组"),
        Column("days", "出勤天数", "number"),
        Column("amount", "当月工资（元）", "money", total=True),
    )
    evidence_order = "amount, name"
    link = "worker"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {LOW.format(scope="swept AS scope", month="")}
            SELECT project_id, to_char(month, 'YYYY-MM') AS subject_key, month, round(average, 2) AS average,
                   count(*) FILTER (WHERE counts) AS counted, count(*) FILTER (WHERE is_low) AS low,
                   coalesce((array_agg(name ORDER BY amount, name) FILTER (WHERE is_low))[:3], '{{}}') AS names,
                   coalesce(average < %(minimum)s, false) AS is_average,
                   CASE WHEN average < %(minimum)s THEN 3 ELSE 1 END AS severity,
                   sum(hashtext(concat_ws(',', name, days, amount))) AS shown
            FROM low
            GROUP BY project_id, month, average
            HAVING average < %(minimum)s OR count(*) FILTER (WHERE is_low) > 0
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        month = month_text(facts.month)
        if facts.is_average:
            average = f"人均 {yuan(facts.average)}，低于最低工资标准 {yuan(self.minimum)}"
            return f"{month}发放工资 {facts.counted} 人，{average}。"
        return f"{month}，{people(facts.names, facts.low)}满勤而工资低于最低工资标准 {yuan(self.minimum)}。"

    def evidence(self, today: date) -> Sql:
        month = "AND l.month = (scope.facts->>'month')::date"
        return self.sql(
            f"""
            WITH {LOW.format(scope="fresh AS scope", month=month)}
            SELECT l.project_id, to_char(l.month, 'YYYY-MM') AS subject_key, e.worker_id AS link_id, l.name,
                   t.name AS team, l.days, l.amount
            FROM low l
            LEFT JOIN workers_engagement e ON e.id = l.engagement_id
            LEFT JOIN workers_team t ON t.id = e.team_id
            WHERE l.is_low OR (l.counts AND l.average < %(minimum)s)
            """,
            today,
        )
