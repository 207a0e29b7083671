from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, people

# Clockings that wait for their person to be registered (`StrayPunch`); taken in with the roster, they are gone.
STRAYS = """
    strays AS (
        SELECT s.project_id, s.id_number_index, max(s.name) AS name, max(s.id_last4) AS id_last4,
               min(s.at AT TIME ZONE 'Asia/Shanghai')::date AS first_day,
               max(s.at AT TIME ZONE 'Asia/Shanghai')::date AS last_day,
               count(DISTINCT (s.at AT TIME ZONE 'Asia/Shanghai')::date) AS days
        FROM {scope} JOIN workers_straypunch s ON s.project_id = scope.project_id
        GROUP BY s.project_id, s.id_number_index
        HAVING count(DISTINCT (s.at AT TIME ZONE 'Asia/Shanghai')::date) > %(days)s
    )
"""


class UnregisteredPresent(Rule):
    """未登记实名制信息的人员在工地打卡超过 {days} 天；达到 {orange_people} 人为橙色。"""

    code = "REAL-05"
    title = "未登记人员进场施工"
    subject = Subject.REAL_NAME
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第二十八条（未签订劳动合同并进行用工实名登记的人员不得进入项目现场施工）"
    release_when = "登记名单中的人员后自动解除。"
    remedy = "为有关人员办理实名制登记；未登记的人员不得进入施工现场。"
    days = Parameter(1, "打卡天数", "天", stricter="less")
    orange_people = Parameter(10, "升为橙色", "人", stricter="less")
    columns = (
        Column("name", "姓名"),
        Column("id_last4", "证件号后四位"),
        Column("first_day", "首次打卡", "day"),
        Column("last_day", "最近打卡", "day"),
        Column("days", "打卡天数", "number"),
    )
    evidence_order = "first_day, name"
    link = "strays"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {STRAYS.format(scope="swept AS scope")}
            SELECT project_id, '' AS subject_key, count(*) AS people,
                   (array_agg(name ORDER BY first_day, id_number_index))[:3] AS names,
                   md5(string_agg(id_number_index::text, ',' ORDER BY id_number_index)) AS who,
                   sum(hashtext(concat_ws(',', name, first_day, last_day, days))) AS shown,
                   CASE WHEN count(*) >= %(orange_people)s THEN 2 ELSE 1 END AS severity
            FROM strays GROUP BY project_id
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        return f"{people(facts.names, facts.people)}没有登记实名制信息，已在工地打卡超过 {self.days} 天。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {STRAYS.format(scope="fresh AS scope")}
            SELECT project_id, '' AS subject_key, project_id AS link_id, name, id_last4, first_day, last_day, days
            FROM strays
            """,
            today,
        )
