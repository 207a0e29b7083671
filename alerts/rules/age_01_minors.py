from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, people
from workers.enums import SPECIAL_TRADES, Gender, Trade

# By what is wrong: whoever entered before the 16th birthday, whether still there or not; of those on site, whoever
# works in a special trade before the 18th or after the age of retirement.
AGES = """
    aged AS (
        SELECT e.id, e.project_id, e.worker_id, w.name, w.birth_date, e.trade, e.entered_on, e.exited_on,
               CASE WHEN e.entered_on < w.birth_date + interval '16 years' THEN 'child'
                    WHEN NOT (e.trade = ANY(%(special)s) AND e.entered_on <= %(today)s
                              AND (e.exited_on IS NULL OR e.exited_on >= %(today)s)) THEN NULL
                    WHEN w.birth_date + interval '18 years' > %(today)s THEN 'minor'
                    WHEN w.birth_date + make_interval(years => CASE WHEN w.gender = %(female)s
                             THEN %(female_limit)s ELSE %(male_limit)s END) < %(today)s THEN 'retired'
               END AS kind
        FROM {scope}
        JOIN workers_engagement e ON e.project_id = scope.project_id
        JOIN workers_worker w ON w.id = e.worker_id AND w.birth_date IS NOT NULL
        WHERE w.birth_date + interval '16 years' > e.entered_on OR e.trade = ANY(%(special)s)
    )
"""
TOLD = {
    "child": "进场时未满 16 周岁，属于招用童工",
    "minor": "未满 18 周岁，从事特种作业",
    "retired": "超过法定退休年龄，从事特种作业",
}


class AgeOutsideLaw(Rule):
    """进场时未满 16 周岁（红色）；未满 18 周岁从事特种作业（橙色）；超过法定退休年龄（男 {male_limit}、
    女 {female_limit} 周岁）从事特种作业（黄色）。"""

    code = "AGE-01"
    title = "用工年龄不符合规定"
    subject = Subject.REAL_NAME
    level = Level.YELLOW
    basis = (
        "《劳动法》第十五条、第六十四条；《禁止使用童工规定》第二条；《未成年工特殊保护规定》第三条；"
        "《特种作业人员安全技术培训考核管理规定》第四条"
    )
    release_when = "更正出生日期、调换工种或登记退场后自动解除；招用童工的，核实处理后由监管部门解除。"
    remedy = (
        "核实有关人员的年龄：招用童工的，立即停止使用并送交其监护人；从事特种作业的，调换工种；"
        "出生日期有误的，予以更正。"
    )
    ends_with_status = False
    # The ages of retirement are national law: no area has its own.
    male_limit = Parameter(63, "男性年龄上限（特种作业）", "周岁")
    female_limit = Parameter(55, "女性年龄上限（特种作业）", "周岁")
    columns = (
        Column("name", "姓名"),
        Column("birth_date", "出生日期", "day"),
        Column("trade", "工种", "choice", choices=Trade.choices),
        Column("entered_on", "进场日期", "day"),
        Column("exited_on", "退场日期", "day"),
    )
    evidence_order = "birth_date, name"
    link = "worker"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {AGES.format(scope="swept AS scope")}
            SELECT project_id, kind AS subject_key, kind, count(*) AS people,
                   (array_agg(name ORDER BY birth_date, id))[:3] AS names,
                   md5(string_agg(id::text, ',' ORDER BY id)) AS who,
                   sum(hashtext(concat_ws(',', id, name, birth_date, trade, entered_on, exited_on))) AS shown,
                   CASE kind WHEN 'child' THEN 3 WHEN 'minor' THEN 2 ELSE 1 END AS severity
            FROM aged WHERE kind IS NOT NULL
            GROUP BY project_id, kind
            """,
            today,
            **self._own,
        )

    def message(self, facts: Facts) -> str:
        return f"{people(facts.names, facts.people)}{TOLD[facts.kind]}。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {AGES.format(scope="(SELECT DISTINCT project_id FROM fresh) AS scope")}
            SELECT aged.project_id, fresh.subject_key, worker_id AS link_id, name, birth_date, trade, entered_on,
                   exited_on
            FROM aged JOIN fresh ON fresh.project_id = aged.project_id AND fresh.subject_key = aged.kind
            """,
            today,
            **self._own,
        )

    @property
    def _own(self) -> dict:
        return {"special": [str(trade) for trade in SPECIAL_TRADES], "female": Gender.FEMALE.value}
