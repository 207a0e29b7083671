from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql
from alerts.rules.pausing import RUNNING_DAYS
from projects.enums import Status


class NoRoster(Rule):
    """项目开工超过 {days} 日（停工期间不计），没有登记任何实名制人员。"""

    code = "REAL-01"
    title = "未落实实名制登记"
    subject = Subject.REAL_NAME
    level = Level.RED
    basis = "《保障农民工工资支付条例》第二十八条、第五十五条"
    release_when = "登记在场人员后自动解除。"
    remedy = "为进入施工现场的农民工逐人办理实名制登记。"
    statuses = (Status.IN_PROGRESS,)
    days = Parameter(10, "登记期限", "日", stricter="less")
    columns = (Column("actual_start_on", "实际开工日期", "day"), Column("teams", "已建班组", "number"))
    link = "project"

    def find(self, today: date) -> Sql:
        running = RUNNING_DAYS.format(since="p.actual_start_on", project="p.id")
        return self.sql(
            f"""
            SELECT p.id AS project_id, '' AS subject_key, p.actual_start_on,
                   (SELECT count(*) FROM workers_team t WHERE t.project_id = p.id) AS shown
            FROM swept
            JOIN projects_project p ON p.id = swept.project_id
            WHERE p.actual_start_on < %(today)s::date - %(days)s AND {running} > %(days)s
              AND NOT EXISTS (SELECT 1 FROM workers_engagement e WHERE e.project_id = p.id)
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        return f"项目于 {facts.actual_start_on} 开工，超过 {self.days} 日没有登记任何人员。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            """
            SELECT p.id AS project_id, '' AS subject_key, p.id AS link_id, p.actual_start_on,
                   (SELECT count(*) FROM workers_team t WHERE t.project_id = p.id) AS teams
            FROM fresh JOIN projects_project p ON p.id = fresh.project_id
            """,
            today,
        )
