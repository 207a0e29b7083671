from datetime import date

from alerts.enums import Level, Subject
from alerts.models import CaseLead
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql
from projects.enums import Status

# A case counts as filed on the last day there was for it, so that nobody is called late too early.
LATE = """
    term AS (
        SELECT l.id, l.project_id, l.number, l.state, (l.opened_at AT TIME ZONE 'Asia/Shanghai')::date AS opened_on
        FROM {scope}
        JOIN alerts_caselead l ON l.project_id = scope.project_id AND l.state <> %(closed)s
    ),
    late AS (
        SELECT term.*, due.day AS due_on, extended.day AS extended_to
        FROM term
        JOIN core_calendarday opened ON opened.day = term.opened_on
        JOIN core_calendarday due ON due.is_workday AND due.workday_number = opened.workday_number + %(file_days)s
            + CASE WHEN term.state = %(open)s THEN 0 ELSE %(conclude_days)s END
        LEFT JOIN core_calendarday extended
            ON term.state <> %(open)s AND extended.is_workday
            AND extended.workday_number = due.workday_number + %(extension_days)s
        WHERE due.day < %(today)s
    )
"""


class CaseOverdue(Rule):
    """案源超过 {file_days} 个工作日未立案（或未协调处理），或立案后超过 {conclude_days} 个工作日未结案；
    再超过可以延长的 {extension_days} 个工作日为红色。"""

    code = "CASE-01"
    title = "案源办理逾期"
    subject = Subject.DATA
    level = Level.ORANGE
    basis = (
        "《劳动保障监察条例》第十八条、第十九条（60 个工作日内办结，可延长 30 个工作日）；"
        "《关于实施〈劳动保障监察条例〉若干规定》第十八条（5 个工作日内立案）"
    )
    release_when = "登记立案、协调处理或结案后自动解除。"
    # The office above asks the one that is late.
    above_home = 2
    statuses = tuple(Status.values)  # a completed project's cases have their terms all the same
    ends_with_status = False
    file_days = Parameter(5, "立案期限", "个工作日")
    conclude_days = Parameter(60, "结案期限（立案后）", "个工作日")
    extension_days = Parameter(30, "可以延长", "个工作日")
    columns = (
        Column("number", "案源编号"),
        Column("state", "状态", "choice", choices=CaseLead.State.choices),
        Column("opened_on", "移送日期", "day"),
        Column("due_on", "办理期限", "day"),
        Column("extended_to", "延长至多到", "day"),
    )
    evidence_order = "due_on, id"
    link = "case"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {LATE.format(scope="swept AS scope")}
            SELECT project_id, id::text AS subject_key, number, state, opened_on, due_on,
                   CASE WHEN extended_to < %(today)s THEN 3 ELSE 2 END AS severity
            FROM late
            """,
            today,
            **self._states,
        )

    def message(self, facts: Facts) -> str:
        what = "立案或协调处理" if facts.state == CaseLead.State.OPEN else "结案"
        return f"案源 {facts.number} 于 {facts.opened_on} 移送，应在 {facts.due_on} 前{what}，至今未{what}。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {LATE.format(scope="(SELECT DISTINCT project_id FROM fresh) AS scope")}
            SELECT late.*, fresh.subject_key, late.id AS link_id
            FROM late JOIN fresh ON fresh.project_id = late.project_id AND fresh.subject_key = late.id::text
            """,
            today,
            **self._states,
        )

    @property
    def _states(self) -> dict:
        return {"closed": CaseLead.State.CLOSED.value, "open": CaseLead.State.OPEN.value}
