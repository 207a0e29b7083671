from datetime import date

from alerts.enums import Level, Subject
from alerts.models import CaseLead
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql
from projects.enums import Status

LATE = """
    late AS (
        SELECT l.id, l.project_id, l.number, l.state, l.due_on, l.is_prolonged,
               (l.opened_at AT TIME ZONE 'Asia/Shanghai')::date AS opened_on,
               now_is.workday_number - due.workday_number AS days_late
        FROM {scope}
        JOIN alerts_caselead l ON l.project_id = scope.project_id AND l.state <> %(closed)s AND l.due_on < %(today)s
        JOIN core_calendarday due ON due.day = l.due_on
        JOIN core_calendarday now_is ON now_is.day = %(today)s
    )
"""


class CaseOverdue(Rule):
    """案源超过办理期限（5 个工作日内立案或协调处理，60 个工作日内结案，经批准延长 30 个工作日）仍未办理；
    逾期超过 {red_after} 个工作日为红色。"""

    code = "CASE-01"
    title = "案源办理逾期"
    subject = Subject.DATA
    level = Level.ORANGE
    basis = (
        "《劳动保障监察条例》第十八条、第十九条（60 个工作日内办结，可延长 30 个工作日）；"
        "《关于实施〈劳动保障监察条例〉若干规定》第十八条（5 个工作日内立案）"
    )
    release_when = "登记立案、协调处理或结案后自动解除。"
    remedy = "办理立案、协调处理或结案，并登记办理结果。"
    # The office above asks the one that is late.
    above_home = 2
    statuses = tuple(Status.values)  # a completed project's cases have their terms all the same
    ends_with_status = False
    red_after = Parameter(30, "红色：逾期超过", "个工作日", stricter="less")
    columns = (
        Column("number", "案源编号"),
        Column("state", "状态", "choice", choices=CaseLead.State.choices),
        Column("opened_on", "移送日期", "day"),
        Column("due_on", "办理期限", "day"),
        Column("is_prolonged", "已经延长", "choice", choices=[(True, "是"), (False, "否")]),
    )
    evidence_order = "due_on, id"
    link = "case"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {LATE.format(scope="swept AS scope")}
            SELECT project_id, id::text AS subject_key, number, state, opened_on, due_on,
                   CASE WHEN days_late > %(red_after)s THEN 3 ELSE 2 END AS severity
            FROM late
            """,
            today,
            closed=CaseLead.State.CLOSED.value,
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
            closed=CaseLead.State.CLOSED.value,
        )
