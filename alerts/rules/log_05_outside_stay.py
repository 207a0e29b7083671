from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, people

# Months with a day before the latest entry or after the exit, from the roll-up. The days of earlier stays
# (`Departure`) are taken out as bits; what is left was attended by somebody who was not there.
OUTSIDE = """
    candidate AS MATERIALIZED (
        SELECT a.engagement_id, a.project_id, a.month, a.day_bits, e.worker_id, e.entered_on, e.exited_on, w.name
        FROM {scope}
        JOIN workers_engagement e ON e.project_id = scope.project_id
        JOIN workers_attendancemonth a ON a.engagement_id = e.id AND a.days > 0
            AND (a.first_day < e.entered_on OR a.last_day > e.exited_on)
        JOIN workers_worker w ON w.id = e.worker_id
    ),
    outside AS (
        SELECT c.project_id, c.worker_id, c.name, c.month, c.entered_on, c.exited_on,
               c.day_bits & ~month_bits(c.month, c.entered_on, c.exited_on) & ~coalesce(earlier.bits, 0) AS bits
        FROM candidate c
        LEFT JOIN LATERAL (
            SELECT bit_or(month_bits(c.month, d.entered_on, d.exited_on)) AS bits
            FROM workers_departure d WHERE d.engagement_id = c.engagement_id
        ) earlier ON true
    ),
    outsiders AS (
        SELECT project_id, worker_id, name, month, entered_on, exited_on, bits, bit_count(bits::bit(32)) AS days
        FROM outside WHERE bits <> 0
    )
"""


class AttendanceOutsideStay(Rule):
    """进场前或退场后仍有考勤；达到 {orange_people} 人为橙色。"""

    code = "LOG-05"
    title = "进场前或退场后有考勤"
    subject = Subject.DATA
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第二十八条、第三十八条；《建筑工人实名制管理办法》（建市〔2019〕18号）"
    release_when = "更正进退场日期或考勤后自动解除。"
    remedy = "更正有关人员的进场、退场日期或考勤。"
    ends_with_status = False
    orange_people = Parameter(10, "升为橙色", "人", stricter="less")
    columns = (
        Column("name", "姓名"),
        Column("entered_on", "进场日期", "day"),
        Column("exited_on", "退场日期", "day"),
        Column("month", "月份", "month"),
        Column("days", "在场期间以外出勤", "number"),
    )
    evidence_order = "month DESC, name"
    link = "worker"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {OUTSIDE.format(scope="swept AS scope")}
            SELECT project_id, '' AS subject_key, count(DISTINCT worker_id) AS people, sum(days) AS days,
                   (array_agg(DISTINCT name))[:3] AS names,
                   md5(string_agg(concat_ws(',', worker_id, month, bits), ';' ORDER BY worker_id, month)) AS which,
                   sum(hashtext(concat_ws(',', worker_id, name, entered_on, exited_on))) AS shown,
                   CASE WHEN count(DISTINCT worker_id) >= %(orange_people)s THEN 2 ELSE 1 END AS severity
            FROM outsiders GROUP BY project_id
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        return f"{people(facts.names, facts.people)}在进场前或退场后仍有考勤，共 {facts.days} 天。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {OUTSIDE.format(scope="fresh AS scope")}
            SELECT project_id, '' AS subject_key, worker_id AS link_id, name, entered_on, exited_on, month, days
            FROM outsiders
            """,
            today,
        )
