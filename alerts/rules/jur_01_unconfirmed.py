from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql
from projects.enums import RequestState
from projects.models import JurisdictionRequest
from projects.selectors.jurisdiction import WITHIN_WORKDAYS


class JurisdictionUnconfirmed(Rule):
    """项目纳入监管后 5 个工作日内（省级同意延期的，延至批准之日）未确认管辖属地；满 {orange_after} 日为橙色。"""

    code = "JUR-01"
    title = "管辖属地逾期未确认"
    subject = Subject.DATA
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第七条、第三十八条"
    source = "湘人社规〔2024〕13号二（二）（5 个工作日内确定，特殊情形不超过 30 日）"
    release_when = "确认管辖属地后自动解除。"
    remedy = "确认本项目的管辖属地。"
    # The office above asks the one that is late.
    above_home = 2
    orange_after = Parameter(30, "升为橙色（纳入监管后）", "日", stricter="less")
    columns = (
        Column("region", "拟定管辖属地"),
        Column("supervised_from", "纳入监管日期", "day"),
        Column("due_on", "确认期限", "day"),
    )
    link = "project"

    def find(self, today: date) -> Sql:
        """The same term as `projects.selectors.jurisdiction.with_term` (a test compares)."""
        return self.sql(
            """
            WITH extended AS (
                SELECT r.project_id, max(r.until) AS until
                FROM swept JOIN projects_jurisdictionrequest r ON r.project_id = swept.project_id
                WHERE r.kind = %(extension)s AND r.state = %(granted)s GROUP BY r.project_id
            ),
            due AS (
                SELECT p.id AS project_id, p.supervised_from, p.jurisdiction_id,
                       coalesce(extended.until, last.day, p.supervised_from + 7) AS due_on
                FROM swept
                JOIN projects_project p ON p.id = swept.project_id AND p.jurisdiction_confirmed_on IS NULL
                LEFT JOIN extended ON extended.project_id = p.id
                LEFT JOIN core_calendarday entered ON entered.day = p.supervised_from
                LEFT JOIN core_calendarday last
                    ON last.is_workday AND last.workday_number = entered.workday_number + %(within)s
            )
            SELECT due.project_id, '' AS subject_key, due.supervised_from, due.due_on, r.name AS region,
                   CASE WHEN %(today)s::date - due.supervised_from > %(orange_after)s THEN 2 ELSE 1 END AS severity
            FROM due JOIN organizations_region r ON r.code = due.jurisdiction_id
            WHERE due.due_on < %(today)s
            """,
            today,
            extension=JurisdictionRequest.Kind.EXTENSION.value,
            granted=RequestState.GRANTED.value,
            within=WITHIN_WORKDAYS,
        )

    def message(self, facts: Facts) -> str:
        return (
            f"项目于 {facts.supervised_from} 纳入监管，应在 {facts.due_on} 前确认管辖属地（拟定为{facts.region}），"
            f"至今未确认。"
        )

    def evidence(self, today: date) -> Sql:
        return self.sql(
            """
            SELECT project_id, subject_key, project_id AS link_id, r.*
            FROM fresh CROSS JOIN LATERAL jsonb_to_record(facts) AS r(region text, supervised_from date, due_on date)
            """,
            today,
        )
