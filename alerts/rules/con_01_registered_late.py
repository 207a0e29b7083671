from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, people

# A contract signed before its project came onto the platform is due from then on. Kept in view for a while only: what
# was late stays late, the warning is about how the site works now.
LATE = """
    late AS (
        SELECT c.id, c.project_id, e.worker_id, w.name, c.signed_on,
               (c.created_at AT TIME ZONE 'Asia/Shanghai')::date AS registered_on
        FROM {scope}
        JOIN projects_project p ON p.id = scope.project_id
        JOIN workers_labourcontract c ON c.project_id = p.id
        JOIN workers_engagement e ON e.id = c.engagement_id
        JOIN workers_worker w ON w.id = e.worker_id
        WHERE c.created_at >= (%(today)s::date - %(kept)s)::timestamp AT TIME ZONE 'Asia/Shanghai'
          AND (c.created_at AT TIME ZONE 'Asia/Shanghai')::date > greatest(c.signed_on, p.supervised_from) + %(days)s
    )
"""


class ContractRegisteredLate(Rule):
    """近 {kept} 日内登记的劳动合同，晚于签订后 {days} 日；达到 {orange_people} 份为橙色。"""

    code = "CON-01"
    title = "劳动合同逾期登记"
    subject = Subject.REAL_NAME
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第二十八条、第三十八条"
    source = "贵州省合同信息签订后 15 日内录入"
    release_when = "连续 30 日（以设置为准）没有新的逾期登记后自动解除；已整改的可核实后解除。"
    remedy = "补登已签订的劳动合同，此后按期登记，并书面说明逾期原因。"
    days = Parameter(15, "登记期限（签订后）", "日", stricter="less")
    kept = Parameter(30, "逾期登记后保留", "日", stricter="more")
    orange_people = Parameter(20, "升为橙色", "份", stricter="less")
    columns = (
        Column("name", "姓名"),
        Column("signed_on", "签订日期", "day"),
        Column("registered_on", "登记日期", "day"),
        Column("late_days", "逾期天数", "number"),
    )
    evidence_order = "late_days DESC, name"
    link = "worker"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {LATE.format(scope="swept AS scope")}
            SELECT project_id, '' AS subject_key, count(*) AS contracts,
                   (array_agg(name ORDER BY signed_on, id))[:3] AS names,
                   md5(string_agg(id::text, ',' ORDER BY id)) AS which,
                   sum(hashtext(concat_ws(',', id, name, signed_on))) AS shown,
                   CASE WHEN count(*) >= %(orange_people)s THEN 2 ELSE 1 END AS severity
            FROM late GROUP BY project_id
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        return f"{people(facts.names, facts.contracts)}的劳动合同在签订超过 {self.days} 日后才登记。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {LATE.format(scope="fresh AS scope")}
            SELECT project_id, '' AS subject_key, worker_id AS link_id, name, signed_on, registered_on,
                   registered_on - signed_on - %(days)s AS late_days
            FROM late
            """,
            today,
        )
