from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, month_text
from projects.enums import Status

# A project's days without work, month by month, as bits; then the roll-ups that share one. A watch stays on a site
# that stands still, so a few people are no fault.
IDLE = """
    idle AS (
        SELECT span.project_id, m.month::date AS month,
               bit_or(month_bits(m.month::date, span.since, span.until)) AS bits
        FROM (
            SELECT s.project_id, s.began_on AS since, coalesce(s.ended_on, %(today)s::date) - 1 AS until
            FROM {scope} JOIN projects_suspension s ON s.project_id = scope.project_id
            UNION ALL
            SELECT p.id, p.completed_on + 1, %(today)s::date - 1
            FROM {scope} JOIN projects_project p ON p.id = scope.project_id AND p.status = %(completed)s
        ) span
        CROSS JOIN generate_series(
            date_trunc('month', span.since::timestamp), span.until::timestamp, interval '1 month'
        ) AS m(month)
        WHERE span.since <= span.until
        GROUP BY span.project_id, m.month
    ),
    attended AS (
        SELECT a.project_id, a.month, e.worker_id, w.name, bit_count((a.day_bits & idle.bits)::bit(32)) AS days
        FROM idle
        JOIN workers_attendancemonth a ON a.project_id = idle.project_id AND a.month = idle.month
            AND a.day_bits & idle.bits <> 0
        JOIN workers_engagement e ON e.id = a.engagement_id
        JOIN workers_worker w ON w.id = e.worker_id
    )
"""


class AttendanceWhileIdle(Rule):
    """停工期间或完工之后仍有考勤，当月超过 {people} 人（留守人员除外）；达到 {orange_people} 人为橙色。"""

    code = "LOG-06"
    title = "停工或完工后有考勤"
    subject = Subject.DATA
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第二十八条、第三十八条（考勤与工程进度应当一致）"
    release_when = "更正停工、复工、完工日期或考勤后自动解除。"
    remedy = "更正停工、复工、完工日期或考勤。"
    statuses = tuple(Status.values)
    ends_with_status = False
    people = Parameter(3, "留守人数", "人", stricter="less")
    orange_people = Parameter(20, "升为橙色", "人", stricter="less")
    ascending = (("people", "orange_people"),)
    columns = (Column("name", "姓名"), Column("month", "月份", "month"), Column("days", "停工期间出勤", "number"))
    evidence_order = "month, days DESC, name"
    link = "worker"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {IDLE.format(scope="swept AS scope")}
            SELECT project_id, to_char(month, 'YYYY-MM') AS subject_key, month, count(*) AS people, sum(days) AS days,
                   sum(hashtext(concat_ws(',', worker_id, name, days))) AS shown,
                   CASE WHEN count(*) >= %(orange_people)s THEN 2 ELSE 1 END AS severity
            FROM attended GROUP BY project_id, month
            HAVING count(*) > %(people)s
            """,
            today,
            completed=Status.COMPLETED,
        )

    def message(self, facts: Facts) -> str:
        return (
            f"{month_text(facts.month)}停工期间或完工之后有 {facts.people} 人出勤，共 {facts.days} 人日，"
            f"与登记的工程进度不符。"
        )

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {IDLE.format(scope="(SELECT DISTINCT project_id FROM fresh) AS scope")}
            SELECT a.project_id, fresh.subject_key, a.worker_id AS link_id, a.name, a.month, a.days
            FROM attended a
            JOIN fresh ON fresh.project_id = a.project_id AND fresh.subject_key = to_char(a.month, 'YYYY-MM')
            """,
            today,
            completed=Status.COMPLETED,
        )
