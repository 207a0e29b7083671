from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, people
from core.months import shifted

# The roll-ups of one person and month at two sites share a bit: a few candidates. Roll-ups, and days that prove it,
# are looked up by their keys (OFFSET keeps them from being joined, which would read whole months): half a day here and
# half a day there is no fault, more than a day is.
TWICE = """
    registered AS MATERIALIZED (
        SELECT e.id, o.id AS other_id, e.worker_id
        FROM {scope}
        JOIN workers_engagement e ON e.project_id = scope.project_id
        JOIN workers_engagement o ON o.worker_id = e.worker_id AND o.project_id <> e.project_id
        JOIN projects_project p ON p.id = o.project_id AND p.merged_into_id IS NULL
    ),
    shared AS MATERIALIZED (
        SELECT r.id AS engagement_id, r.other_id, a.project_id, a.month, r.worker_id, a.day_bits & b.day_bits AS bits,
               (SELECT w.name FROM workers_worker w WHERE w.id = r.worker_id) AS name
        FROM registered r
        CROSS JOIN LATERAL (
            SELECT a.project_id, a.month, a.day_bits FROM workers_attendancemonth a
            WHERE a.engagement_id = r.id AND a.month >= %(since)s OFFSET 0
        ) a
        CROSS JOIN LATERAL (
            SELECT b.day_bits FROM workers_attendancemonth b
            WHERE b.engagement_id = r.other_id AND b.month = a.month OFFSET 0
        ) b
        WHERE a.day_bits & b.day_bits <> 0
    ),
    doubled AS (
        SELECT DISTINCT s.engagement_id, s.other_id, s.project_id, s.worker_id, s.name, s.month + i.bit AS day
        FROM shared s CROSS JOIN generate_series(0, 30) AS i(bit)
        WHERE s.bits & (1 << i.bit) <> 0
    ),
    looked_up AS (
        SELECT d.*,
               (SELECT a.units FROM workers_attendanceday a
                WHERE a.engagement_id = d.engagement_id AND a.day = d.day) AS units,
               (SELECT a.units FROM workers_attendanceday a
                WHERE a.engagement_id = d.other_id AND a.day = d.day) AS units_elsewhere
        FROM doubled d
    ),
    twice AS (
        SELECT project_id, worker_id, name, day, units, sum(units_elsewhere) AS units_elsewhere
        FROM looked_up GROUP BY project_id, worker_id, name, day, units
        HAVING units + sum(units_elsewhere) > 1
    )
"""


class OnTwoSites(Rule):
    """近 {months} 个月内，同一人同一天在两个工地出勤，合计超过一天；达到 {orange_people} 人为橙色。"""

    code = "LOG-02"
    title = "同一人同日在两个工地出勤"
    subject = Subject.DATA
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第二十八条、第三十八条；《建筑工人实名制管理办法》（建市〔2019〕18号）"
    release_when = "两个工地之一更正考勤后自动解除。"
    remedy = "核实有关人员当日实际在岗的工地，更正考勤。"
    ends_with_status = False
    months = Parameter(6, "核对月数", "个月", stricter="more")
    orange_people = Parameter(5, "升为橙色", "人", stricter="less")
    columns = (
        Column("name", "姓名"),
        Column("day", "日期", "day"),
        Column("units", "本工地出勤", "number"),
        Column("units_elsewhere", "另一工地出勤", "number"),
    )
    evidence_order = "day DESC, name"
    link = "worker"

    def find(self, today: date) -> Sql:
        """Which site the other one is stays unsaid: who sees both finds it on the person's page."""
        return self.sql(
            f"""
            WITH {TWICE.format(scope="swept AS scope")}
            SELECT project_id, '' AS subject_key, count(DISTINCT worker_id) AS people, count(*) AS days,
                   (array_agg(DISTINCT name))[:3] AS names, max(day) AS last_day,
                   md5(string_agg(concat_ws(',', worker_id, day), ';' ORDER BY worker_id, day)) AS which,
                   sum(hashtext(concat_ws(',', worker_id, name, day, units, units_elsewhere))) AS shown,
                   CASE WHEN count(DISTINCT worker_id) >= %(orange_people)s THEN 2 ELSE 1 END AS severity
            FROM twice GROUP BY project_id
            """,
            today,
            since=shifted(today, -self.months),
        )

    def message(self, facts: Facts) -> str:
        return (
            f"{people(facts.names, facts.people)}在本工地和另一工地同日都有出勤，共 {facts.days} 人日，"
            f"最近在 {facts.last_day}。"
        )

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {TWICE.format(scope="fresh AS scope")}
            SELECT project_id, '' AS subject_key, worker_id AS link_id, name, day, units, units_elsewhere FROM twice
            """,
            today,
            since=shifted(today, -self.months),
        )
