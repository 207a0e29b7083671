from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Rule, Sql, month_text, people, yuan

# Someone registered after the sheet was taken is no stranger any more.
STRANGERS = """
    strangers AS (
        SELECT l.*
        FROM {scope}
        JOIN accounts_payrollline l ON l.project_id = scope.project_id {month}
        WHERE l.engagement_id IS NULL AND l.net > 0
          AND NOT EXISTS (
              SELECT 1 FROM workers_worker w
              JOIN workers_engagement e ON e.worker_id = w.id
              WHERE w.id_number_index = l.id_number_index AND e.project_id = l.project_id
          )
    )
"""


class UnregisteredPaid(Rule):
    """工资表列有未在本项目实名登记的人员。"""

    code = "PAY-07"
    title = "向未实名登记人员发放工资"
    subject = Subject.PAY
    level = Level.ORANGE
    basis = "《保障农民工工资支付条例》第二十八条、第三十一条"
    release_when = "为该人员补办实名登记，或更正工资表后自动解除。"
    remedy = "为有关人员补办实名制登记；没有在本项目务工的，更正工资表。"
    ends_with_status = False
    columns = (
        Column("name", "姓名"),
        Column("id_number", "证件号码", "id"),
        Column("net", "实发工资（元）", "money", total=True),
        Column("paid", "已代发（元）", "money", total=True),
    )
    evidence_order = "net DESC, name"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {STRANGERS.format(scope="swept AS scope", month="")}
            SELECT project_id, to_char(month, 'YYYY-MM') AS subject_key, month, count(*) AS people, sum(net) AS amount,
                   (array_agg(name ORDER BY net DESC, name))[:3] AS names,
                   sum(hashtext(concat_ws(',', id, name, net, paid))) AS shown
            FROM strangers
            GROUP BY project_id, month
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        who = people(facts.names, facts.people)
        return f"{month_text(facts.month)}工资表中，{who}未在本项目实名登记，列发工资 {yuan(facts.amount)}。"

    def evidence(self, today: date) -> Sql:
        month = "AND l.month = (scope.facts->>'month')::date"
        return self.sql(
            f"""
            WITH {STRANGERS.format(scope="fresh AS scope", month=month)}
            SELECT project_id, to_char(month, 'YYYY-MM') AS subject_key, name, id_number, net, paid FROM strangers
            """,
            today,
        )
