from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Sql
from alerts.rules.pausing import PausesForFestival
from projects.enums import Status
from workers.selectors.deadlines import Batch, last_due


class AttendanceLate(PausesForFestival):
    """考勤超过报送期限 {days} 日（线性工程按每月 15 日、月末两批报送，超过 {linear_days} 日）仍未报送；
    春节前 {festival_before} 日至春节后 {festival_after} 日不计。"""

    code = "DATA-01"
    title = "考勤未按时报送"
    subject = Subject.DATA
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第二十八条、第三十八条"
    source = "考勤数据当日报送，线性工程每月 15 日、月末两批报送（湘人社规〔2024〕13号）"
    release_when = "补报到期的考勤，或项目进度登记为停工、完工后自动解除。"
    remedy = "补报到期的考勤；已停工、完工的，登记工程进度。"
    statuses = (Status.IN_PROGRESS,)
    days = Parameter(2, "宽限天数", "日", stricter="less")
    linear_days = Parameter(3, "线性工程宽限天数", "日", stricter="less")
    columns = (
        Column("last_day", "最近考勤日", "day"),
        Column("due_from", "应报考勤自", "day"),
        Column("on_site", "在场人数", "number"),
    )
    link = "project"

    def find(self, today: date) -> Sql:
        """Of projects that were at work, with people on site, when the batch began."""
        return self.sql(
            """
            WITH started AS (
                SELECT p.id, p.is_linear, greatest(p.actual_start_on, resumed.on) AS working_since,
                       CASE WHEN p.is_linear THEN %(linear_from)s ELSE %(ordinary_from)s END::date AS due_from
                FROM swept
                JOIN projects_project p ON p.id = swept.project_id
                LEFT JOIN LATERAL (
                    SELECT max(c.on) AS on FROM projects_statuschange c
                    WHERE c.project_id = p.id AND c.status = %(in_progress)s
                ) resumed ON true
            )
            SELECT s.id AS project_id, '' AS subject_key, last.day AS last_day,
                   CASE WHEN s.is_linear THEN s.due_from END AS due_from, present.people AS shown
            FROM started s
            CROSS JOIN LATERAL (
                SELECT count(*) AS people FROM workers_engagement e
                WHERE e.project_id = s.id AND e.entered_on <= s.due_from
                  AND (e.exited_on IS NULL OR e.exited_on >= %(today)s)
            ) present
            LEFT JOIN LATERAL (
                SELECT max(a.last_day) AS day FROM workers_attendancemonth a WHERE a.project_id = s.id AND a.days > 0
            ) last ON true
            WHERE s.working_since <= s.due_from AND present.people > 0
              AND (last.day IS NULL OR last.day < s.due_from)
            """,
            today,
            in_progress=Status.IN_PROGRESS,
            ordinary_from=self.festival.back(today, self.days + 1),
            linear_from=self._batch(today).first,
        )

    def _batch(self, today: date) -> Batch:
        """The latest overdue batch of linear works; one that the Spring Festival cuts into is not asked for."""
        batch = last_due(self.festival.back(today, self.linear_days), is_linear=True)
        while self.festival.covers(batch.first) or self.festival.covers(batch.last):
            batch = last_due(batch.first, is_linear=True)
        return batch

    def message(self, facts: Facts) -> str:
        came = f"最近一次考勤在 {facts.last_day}" if facts.last_day else "至今没有报送过考勤"
        if facts.due_from:
            return f"线性工程 {facts.due_from} 起的一批考勤已过报送期限，{came}。"
        return f"考勤应当日报送，{came}，此后未再报送。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            """
            SELECT fresh.project_id, fresh.subject_key, fresh.project_id AS link_id,
                   (fresh.facts->>'last_day')::date AS last_day, (fresh.facts->>'due_from')::date AS due_from,
                   (
                       SELECT count(*) FROM workers_engagement e
                       WHERE e.project_id = fresh.project_id AND e.entered_on <= %(today)s
                         AND (e.exited_on IS NULL OR e.exited_on >= %(today)s)
                   ) AS on_site
            FROM fresh
            """,
            today,
        )
