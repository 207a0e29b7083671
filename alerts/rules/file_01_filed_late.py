from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql
from projects.models.project import FILING_DAYS


class FiledLate(Rule):
    """项目在施工许可后 10 个工作日内（依法不需办理施工许可的，在实际开工前）未纳入监管；
    逾期超过 {orange_after} 日为橙色，{red_after} 日为红色。"""

    code = "FILE-01"
    title = "项目逾期纳入监管"
    subject = Subject.DATA
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第三十八条"
    source = "湘人社规〔2024〕13号（施工许可后 10 个工作日内推送项目信息）"
    release_when = "更正施工许可日期后不再逾期的自动解除；确属逾期的，督促整改后由监管部门核实解除。"
    remedy = "施工许可日期有误的，予以更正；确属逾期纳入的，书面说明原因和整改措施。"
    orange_after = Parameter(30, "升为橙色（逾期）", "日", stricter="less")
    red_after = Parameter(90, "升为红色（逾期）", "日", stricter="less")
    ascending = (("orange_after", "red_after"),)
    columns = (
        Column("permitted_on", "施工许可日期", "day"),
        Column("actual_start_on", "实际开工日期", "day"),
        Column("due_on", "应纳入监管", "day"),
        Column("supervised_from", "纳入监管日期", "day"),
    )
    link = "project"

    def find(self, today: date) -> Sql:
        """The same term as `ProjectQuerySet.with_filing_deadline`, for all projects in one join (a test compares)."""
        return self.sql(
            """
            WITH permitted AS (
                SELECT swept.project_id, min(p.issued_on) AS issued_on
                FROM swept JOIN projects_permit p ON p.project_id = swept.project_id GROUP BY swept.project_id
            ),
            due AS (
                SELECT p.id AS project_id, p.supervised_from, p.actual_start_on, permitted.issued_on AS permitted_on,
                       CASE WHEN p.permit_exempt THEN p.actual_start_on - 1 ELSE last.day END AS due_on
                FROM swept
                JOIN projects_project p ON p.id = swept.project_id
                LEFT JOIN permitted ON permitted.project_id = p.id
                LEFT JOIN core_calendarday begun ON begun.day = permitted.issued_on
                LEFT JOIN core_calendarday last
                    ON last.is_workday AND last.workday_number = begun.workday_number + %(filing_days)s
            )
            SELECT project_id, '' AS subject_key, permitted_on, actual_start_on, due_on, supervised_from,
                   CASE WHEN supervised_from - due_on > %(red_after)s THEN 3
                        WHEN supervised_from - due_on > %(orange_after)s THEN 2 ELSE 1 END AS severity
            FROM due WHERE supervised_from > due_on
            """,
            today,
            filing_days=FILING_DAYS,
        )

    def message(self, facts: Facts) -> str:
        if facts.permitted_on:
            return (
                f"施工许可于 {facts.permitted_on} 发放，应在 {facts.due_on} 前纳入监管，"
                f"实际于 {facts.supervised_from} 纳入。"
            )
        return f"项目于 {facts.actual_start_on} 开工，应在开工前纳入监管，实际于 {facts.supervised_from} 纳入。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            """
            SELECT project_id, subject_key, project_id AS link_id, r.*
            FROM fresh
            CROSS JOIN LATERAL jsonb_to_record(facts)
                AS r(permitted_on date, actual_start_on date, due_on date, supervised_from date)
            """,
            today,
        )
