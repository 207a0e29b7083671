from datetime import date

from alerts.enums import OPEN_STATES, Level, Subject
from alerts.rules.base import Column, Facts, Rule, Sql
from projects.enums import Status

LATE = """
    late AS (
        SELECT w.* FROM {scope} JOIN alerts_warning w ON w.project_id = scope.project_id
        WHERE w.state = ANY(%(open)s) AND w.due_on < %(today)s AND w.rule_code <> %(own)s
    )
"""


class DisposalOverdue(Rule):
    """项目有预警超过处置期限（自产生之日起 30 日，规则另有规定的从其规定）仍未办结。"""

    code = "DISP-01"
    title = "预警处置逾期"
    subject = Subject.DATA
    level = Level.ORANGE
    basis = "《保障农民工工资支付条例》第三十八条"
    source = "预警应在 30 日内核实处置（湘人社规〔2024〕13号）"
    release_when = "逾期的预警全部办结（解除或转案源）后自动解除。"
    remedy = "核实处置逾期的预警，逐条解除或转案源。"
    # The office above asks the one that is late.
    above_home = 2
    reads_warnings = True
    statuses = tuple(Status.values)  # a completed project's warnings have their deadlines all the same
    columns = (
        Column("id", "预警编号", "number"),
        Column("title", "预警名称"),
        Column("level", "级别", "choice", choices=Level.choices),
        Column("message", "预警内容"),
        Column("due_on", "处置期限", "day"),
    )
    evidence_order = "due_on, id"
    link = "warning"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {LATE.format(scope="swept AS scope")}
            SELECT project_id, '' AS subject_key, count(*) AS warnings, min(due_on) AS due_on,
                   md5(string_agg(id::text, ',' ORDER BY id)) AS which,
                   sum(hashtext(concat_ws(',', id, title, level, message, due_on))) AS shown
            FROM late
            GROUP BY project_id
            """,
            today,
            **self._own,
        )

    def message(self, facts: Facts) -> str:
        return f"本项目有 {facts.warnings} 条预警逾期未办结，最早一条应于 {facts.due_on} 前办结。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {LATE.format(scope="fresh AS scope")}
            SELECT project_id, '' AS subject_key, id AS link_id, id, title, level, message, due_on FROM late
            """,
            today,
            **self._own,
        )

    @property
    def _own(self) -> dict:
        return {"open": list(OPEN_STATES), "own": self.code}
