from datetime import date, timedelta

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Sql, month_text, people
from alerts.rules.pausing import PausesForFestival
from core.months import next_month, previous_month
from projects.enums import Status
from workers.enums import REQUIRED_POSTS, Post

# A site where somebody attended in the month; its key managers, and the working days on which each was to be there:
# from the entry to the exit, without days of suspension and those around the Spring Festival.
ABSENT = """
    site AS (
        SELECT p.id AS project_id, p.actual_start_on
        FROM projects_project p
        WHERE p.id IN (SELECT project_id FROM {scope}) AND EXISTS (
            SELECT 1 FROM workers_attendancemonth a
            WHERE a.project_id = p.id AND a.month = %(month)s AND a.days > 0
        )
    ),
    workday AS (
        SELECT c.day FROM core_calendarday c
        WHERE c.day >= %(month)s AND c.day < %(end)s AND c.is_workday AND NOT c.day = ANY(%(holidays)s::date[])
    ),
    manager AS MATERIALIZED (
        SELECT e.id, e.project_id, e.worker_id, e.post, e.exited_on,
               greatest(e.entered_on, site.actual_start_on) AS since
        FROM site
        JOIN workers_engagement e ON e.project_id = site.project_id AND e.post = ANY(%(posts)s)
    ),
    expected AS (
        SELECT m.id, m.project_id, m.worker_id, m.post, count(*) AS workdays
        FROM manager m
        JOIN workday ON workday.day >= m.since AND (m.exited_on IS NULL OR workday.day <= m.exited_on)
        LEFT JOIN projects_suspension s ON s.project_id = m.project_id
            AND workday.day >= s.began_on AND (s.ended_on IS NULL OR workday.day < s.ended_on)
        WHERE s.id IS NULL
        GROUP BY m.id, m.project_id, m.worker_id, m.post
    ),
    absent AS (
        SELECT x.*, w.name, coalesce(a.days, 0) AS days, round(coalesce(a.days, 0) * 100 / x.workdays) AS rate
        FROM expected x
        JOIN workers_worker w ON w.id = x.worker_id
        LEFT JOIN workers_attendancemonth a ON a.engagement_id = x.id AND a.month = %(month)s
        WHERE coalesce(a.days, 0) * 100 < x.workdays * %(rate)s
    )
"""


class ManagersAbsent(PausesForFestival):
    """项目负责人、安全员、劳资专管员上月到岗率（出勤天数÷应到岗工作日）低于 {rate}%；低于 {orange_rate}% 为橙色。
    停工的日子，春节前 {festival_before} 日至春节后 {festival_after} 日不计。"""

    code = "KEY-01"
    title = "关键岗位人员到岗率不足"
    subject = Subject.ATTENDANCE
    level = Level.YELLOW
    basis = "《建筑工人实名制管理办法》（建市〔2019〕18号）"
    source = "吉林省 2023 年规定（关键岗位人员月到岗率不低于 80%）"
    release_when = "补报上月考勤，或下一个月到岗率达到要求后自动解除。"
    remedy = "项目负责人、安全员、劳资专管员到岗履职；考勤漏报的，予以补报。"
    statuses = (Status.IN_PROGRESS,)
    rate = Parameter(80, "到岗率不低于", "%", stricter="more")
    orange_rate = Parameter(50, "升为橙色（到岗率低于）", "%", stricter="more")
    grace = Parameter(5, "次月几日起核对", "日", stricter="less")
    ascending = (("orange_rate", "rate"),)
    columns = (
        Column("name", "姓名"),
        Column("post", "岗位", "choice", choices=Post.choices),
        Column("days", "出勤天数", "number"),
        Column("workdays", "应到岗工作日", "number"),
        Column("rate", "到岗率（%）", "number"),
    )
    evidence_order = "rate, name"
    link = "worker"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {ABSENT.format(scope="swept AS scope")}
            SELECT project_id, '' AS subject_key, %(month)s::date AS month, count(*) AS people,
                   (array_agg(name ORDER BY rate, id))[:3] AS names,
                   md5(string_agg(concat_ws(',', id, days, workdays), ';' ORDER BY id)) AS which,
                   sum(hashtext(concat_ws(',', id, name, post))) AS shown,
                   CASE WHEN min(rate) < %(orange_rate)s THEN 2 ELSE 1 END AS severity
            FROM absent GROUP BY project_id
            """,
            today,
            **self._month(today),
        )

    def _month(self, today: date) -> dict:
        """The last month whose attendance must have come."""
        month = previous_month(today - timedelta(self.grace - 1))
        days = (month + timedelta(n) for n in range((next_month(month) - month).days))
        holidays = [day for day in days if self.festival.covers(day)]
        return {
            "month": month,
            "end": next_month(month),
            "holidays": holidays,
            "posts": [post.value for post in REQUIRED_POSTS],
        }

    def message(self, facts: Facts) -> str:
        return f"{month_text(facts.month)}关键岗位人员{people(facts.names, facts.people)}到岗率低于 {self.rate}%。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {ABSENT.format(scope="fresh AS scope")}
            SELECT project_id, '' AS subject_key, worker_id AS link_id, name, post, days, workdays, rate FROM absent
            """,
            today,
            **self._month(today),
        )
