from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Sql
from alerts.rules.pausing import PausesForFestival
from projects.enums import Status

ON_SITE = """(
    SELECT count(*) FROM workers_engagement e
    WHERE e.project_id = {project} AND e.entered_on <= %(today)s
      AND (e.exited_on IS NULL OR e.exited_on >= %(today)s)
)"""


class NobodyAttends(PausesForFestival):
    """在建项目连续 {days} 日（线性工程 {linear_days} 日）没有任何人员考勤，超过 {red_after} 日升为红色；
    春节前 {festival_before} 日至春节后 {festival_after} 日不计。"""

    code = "REAL-03"
    title = "在建项目无人考勤"
    subject = Subject.ATTENDANCE
    level = Level.ORANGE
    basis = "《保障农民工工资支付条例》第二十八条；《建筑工人实名制管理办法》"
    release_when = "有新的考勤记录，或项目进度登记为停工、完工后自动解除。"
    remedy = "恢复考勤并逐日报送；已停工、完工的，登记工程进度。"
    statuses = (Status.IN_PROGRESS,)
    days = Parameter(7, "无考勤天数", "日", stricter="less")
    linear_days = Parameter(18, "线性工程无考勤天数", "日", stricter="less")
    red_after = Parameter(30, "升为红色（无考勤天数）", "日", stricter="less")
    ascending = (("days", "red_after"), ("linear_days", "red_after"))
    columns = (
        Column("last_day", "最近考勤日", "day"),
        Column("working_since", "在建起始日", "day"),
        Column("on_site", "在场人数", "number"),
    )
    link = "project"

    def find(self, today: date) -> Sql:
        """The days before today count: a day that is not over proves nothing. Silence begins with the last attendance,
        the start or the resumption, whichever is latest; the days around the Spring Festival are nobody's."""
        return self.sql(
            f"""
            WITH started AS (
                SELECT p.id, greatest(p.actual_start_on, resumed.on) AS working_since,
                       CASE WHEN p.is_linear THEN %(linear_since)s ELSE %(since)s END::date AS since
                FROM swept
                JOIN projects_project p ON p.id = swept.project_id
                LEFT JOIN LATERAL (
                    SELECT max(c.on) AS on FROM projects_statuschange c
                    WHERE c.project_id = p.id AND c.status = %(in_progress)s
                ) resumed ON true
            ),
            silent AS (
                SELECT s.* FROM started s
                WHERE s.working_since < s.since
                  AND NOT EXISTS (
                      SELECT 1 FROM workers_attendancemonth a
                      WHERE a.project_id = s.id AND a.month >= date_trunc('month', s.since)::date
                        AND a.last_day >= s.since AND a.days > 0
                  )
            )
            SELECT s.id AS project_id, '' AS subject_key, s.working_since, last.day AS last_day,
                   CASE WHEN greatest(s.working_since, last.day) < %(red_since)s THEN 3 ELSE 2 END AS severity,
                   {ON_SITE.format(project="s.id")} AS shown
            FROM silent s
            LEFT JOIN LATERAL (
                SELECT max(a.last_day) AS day FROM workers_attendancemonth a WHERE a.project_id = s.id AND a.days > 0
            ) last ON true
            """,
            today,
            in_progress=Status.IN_PROGRESS,
            linear_since=self.festival.back(today, self.linear_days),
            since=self.festival.back(today, self.days),
            red_since=self.festival.back(today, self.red_after),
        )

    def message(self, facts: Facts) -> str:
        if facts.last_day:
            return f"最近一次考勤在 {facts.last_day}，此后一直没有人员考勤，项目仍登记为在建。"
        return f"项目自 {facts.working_since} 在建，至今没有任何人员考勤。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            SELECT fresh.project_id, fresh.subject_key, fresh.project_id AS link_id,
                   (fresh.facts->>'last_day')::date AS last_day,
                   (fresh.facts->>'working_since')::date AS working_since,
                   {ON_SITE.format(project="fresh.project_id")} AS on_site
            FROM fresh
            """,
            today,
        )
