from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql
from alerts.rules.pausing import RUNNING_DAYS
from projects.enums import Status


class NoWageClerk(Rule):
    """项目开工超过 {days} 日（停工期间不计），没有在任的劳资专管员。"""

    code = "OFF-01"
    title = "未配备劳资专管员"
    subject = Subject.REAL_NAME
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第二十八条"
    release_when = "登记在任的劳资专管员后自动解除。"
    remedy = "配备劳资专管员，并在平台登记。"
    statuses = (Status.IN_PROGRESS, Status.SUSPENDED)
    days = Parameter(30, "配备期限", "日", stricter="less")
    columns = (Column("actual_start_on", "实际开工日期", "day"), Column("left_on", "上任离任日期", "day"))
    link = "project"

    def find(self, today: date) -> Sql:
        running = RUNNING_DAYS.format(since="p.actual_start_on", project="p.id")
        return self.sql(
            f"""
            SELECT p.id AS project_id, '' AS subject_key, p.actual_start_on,
                   (SELECT max(c.left_on) FROM projects_wageclerk c WHERE c.project_id = p.id) AS shown
            FROM swept
            JOIN projects_project p ON p.id = swept.project_id
            WHERE p.actual_start_on < %(today)s::date - %(days)s AND {running} > %(days)s
              AND NOT EXISTS (
                  SELECT 1 FROM projects_wageclerk c
                  WHERE c.project_id = p.id AND (c.left_on IS NULL OR c.left_on >= %(today)s)
              )
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        return f"项目于 {facts.actual_start_on} 开工，超过 {self.days} 日没有在任的劳资专管员。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            """
            SELECT p.id AS project_id, '' AS subject_key, p.id AS link_id, p.actual_start_on,
                   (SELECT max(c.left_on) FROM projects_wageclerk c WHERE c.project_id = p.id) AS left_on
            FROM fresh JOIN projects_project p ON p.id = fresh.project_id
            """,
            today,
        )
