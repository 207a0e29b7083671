from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, people
from workers.models.deadline import DEFAULT_DAYS

# The term is the place's (RegistrationDeadline, the longest prefix), counted from the entry, of people who were there
# before the project came onto the platform from that day on. Kept in view for a while only, as CON-01.
LATE = """
    term AS (
        SELECT p.id AS project_id, p.supervised_from, coalesce(d.days, %(default)s) AS days
        FROM {scope}
        JOIN projects_project p ON p.id = scope.project_id
        LEFT JOIN LATERAL (
            SELECT t.days FROM workers_registrationdeadline t
            WHERE t.prefix IN (left(p.jurisdiction_id, 2), left(p.jurisdiction_id, 4), p.jurisdiction_id)
            ORDER BY length(t.prefix) DESC LIMIT 1
        ) d ON true
    ),
    late AS (
        SELECT e.id, e.project_id, e.worker_id, w.name, e.entered_on, term.days,
               (e.registered_at AT TIME ZONE 'Asia/Shanghai')::date AS registered_on
        FROM term
        JOIN workers_engagement e ON e.project_id = term.project_id
        JOIN workers_worker w ON w.id = e.worker_id
        WHERE e.registered_at >= (%(today)s::date - %(kept)s)::timestamp AT TIME ZONE 'Asia/Shanghai'
          AND (e.registered_at AT TIME ZONE 'Asia/Shanghai')::date
              > greatest(e.entered_on, term.supervised_from) + term.days
    )
"""


class EnrolledLate(Rule):
    """近 {kept} 日内登记的人员，晚于当地规定的实名登记期限（进场后几日以“实名登记期限”为准）；
    达到 {orange_people} 人为橙色。"""

    code = "REAL-04"
    title = "实名登记逾期"
    subject = Subject.REAL_NAME
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第二十八条；《建筑工人实名制管理办法》（建市〔2019〕18号）"
    release_when = "连续 30 日（以设置为准）没有新的逾期登记，或更正进场日期后自动解除；已整改的可核实后解除。"
    remedy = "此后人员进场按期办理实名制登记，并书面说明逾期原因；进场日期有误的，予以更正。"
    kept = Parameter(30, "逾期登记后保留", "日", stricter="more")
    orange_people = Parameter(20, "升为橙色", "人", stricter="less")
    columns = (
        Column("name", "姓名"),
        Column("entered_on", "进场日期", "day"),
        Column("registered_on", "登记日期", "day"),
        Column("days", "登记期限（日）", "number"),
    )
    evidence_order = "entered_on, name"
    link = "worker"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {LATE.format(scope="swept AS scope")}
            SELECT project_id, '' AS subject_key, count(*) AS people, min(days) AS days,
                   (array_agg(name ORDER BY entered_on, id))[:3] AS names,
                   md5(string_agg(id::text, ',' ORDER BY id)) AS who,
                   sum(hashtext(concat_ws(',', id, name, entered_on))) AS shown,
                   CASE WHEN count(*) >= %(orange_people)s THEN 2 ELSE 1 END AS severity
            FROM late GROUP BY project_id
            """,
            today,
            default=DEFAULT_DAYS,
        )

    def message(self, facts: Facts) -> str:
        term = f"超过 {facts.days} 日" if facts.days else "之后"
        return f"{people(facts.names, facts.people)}在进场{term}才登记实名制信息。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {LATE.format(scope="fresh AS scope")}
            SELECT project_id, '' AS subject_key, worker_id AS link_id, name, entered_on, registered_on, days FROM late
            """,
            today,
            default=DEFAULT_DAYS,
        )
