from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, people
from workers.enums import Trade

UNCONTRACTED = """
    uncontracted AS (
        SELECT e.id, e.worker_id, e.project_id, e.team_id, e.trade, e.entered_on, w.name
        FROM {scope}
        JOIN workers_engagement e ON e.project_id = scope.project_id
        JOIN workers_worker w ON w.id = e.worker_id
        WHERE e.entered_on < %(today)s::date - %(days)s AND (e.exited_on IS NULL OR e.exited_on >= %(today)s)
          AND NOT EXISTS (SELECT 1 FROM workers_labourcontract c WHERE c.engagement_id = e.id)
          AND EXISTS (SELECT 1 FROM workers_attendancemonth a WHERE a.engagement_id = e.id AND a.days > 0)
    )
"""


class NoContract(Rule):
    """在场人员已有考勤，进场超过 {days} 日仍未登记劳动合同；达到 {orange_people} 人为橙色，{red_people} 人为红色。"""

    code = "REAL-02"
    title = "未签劳动合同进场施工"
    subject = Subject.REAL_NAME
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第二十八条"
    release_when = "为名单中的人员逐一登记劳动合同，或登记退场后自动解除。"
    remedy = "与有关人员依法签订劳动合同并登记；已经离场的，登记退场。"
    days = Parameter(15, "登记期限", "日", stricter="less")
    orange_people = Parameter(10, "升为橙色", "人", stricter="less")
    red_people = Parameter(50, "升为红色", "人", stricter="less")
    ascending = (("orange_people", "red_people"),)
    columns = (
        Column("name", "姓名"),
        Column("team", "班组"),
        Column("trade", "工种", "choice", choices=Trade.choices),
        Column("entered_on", "进场日期", "day"),
        Column("last_day", "最近考勤日", "day"),
    )
    evidence_order = "entered_on, name"
    link = "worker"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {UNCONTRACTED.format(scope="swept AS scope")}
            SELECT project_id, '' AS subject_key, count(*) AS people,
                   CASE WHEN count(*) >= %(red_people)s THEN 3 WHEN count(*) >= %(orange_people)s THEN 2 ELSE 1 END
                       AS severity,
                   md5(string_agg(id::text, ',' ORDER BY id)) AS who,
                   (array_agg(name ORDER BY entered_on, id))[:3] AS names,
                   sum(hashtext(concat_ws(',', id, name, team_id, trade, entered_on, last.day))) AS shown
            FROM uncontracted
            CROSS JOIN LATERAL (
                SELECT max(a.last_day) AS day FROM workers_attendancemonth a WHERE a.engagement_id = uncontracted.id
            ) last
            GROUP BY project_id
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        return f"在场人员{people(facts.names, facts.people)}已有考勤，进场超过 {self.days} 日没有登记劳动合同。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {UNCONTRACTED.format(scope="fresh AS scope")}
            SELECT u.project_id, '' AS subject_key, u.worker_id AS link_id, u.name, t.name AS team, u.trade,
                   u.entered_on,
                   (SELECT max(a.last_day) FROM workers_attendancemonth a WHERE a.engagement_id = u.id) AS last_day
            FROM uncontracted u
            LEFT JOIN workers_team t ON t.id = u.team_id
            """,
            today,
        )
