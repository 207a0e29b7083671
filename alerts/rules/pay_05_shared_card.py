from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Rule, Sql, month_text, people, yuan

# The key is a digest of the card's blind index: it tells cards apart and gives nothing away.
SHARED = """
    shared AS (
        SELECT l.project_id, l.month, l.card_number_index,
               to_char(l.month, 'YYYY-MM') || ':' || md5(l.card_number_index) AS subject_key,
               min(l.card_last4) AS last4, count(DISTINCT l.id_number_index) AS people, sum(l.net) AS amount,
               (array_agg(DISTINCT l.name ORDER BY l.name))[:3] AS names,
               sum(hashtext(concat_ws(',', l.id, l.name, l.net, l.paid))) AS shown
        FROM {scope}
        JOIN accounts_payrollline l ON l.project_id = scope.project_id
        WHERE l.card_number_index IS NOT NULL
        GROUP BY l.project_id, l.month, l.card_number_index
        HAVING count(DISTINCT l.id_number_index) > 1
    )
"""


class SharedCard(Rule):
    """同一银行卡在当月工资表中为多人收款。"""

    code = "PAY-05"
    title = "一卡多人"
    subject = Subject.PAY
    level = Level.ORANGE
    basis = "《保障农民工工资支付条例》第三十一条（不得以任何理由扣押农民工的银行卡或者变相扣押）"
    release_when = "更正当月工资表，每人使用本人银行卡后自动解除；已发放的，核实后上传证据解除。"
    ends_with_status = False
    columns = (
        Column("name", "姓名"),
        Column("id_number", "证件号码", "id"),
        Column("card_number", "银行卡号", "card"),
        Column("net", "实发工资（元）", "money", total=True),
        Column("paid", "已代发（元）", "money", total=True),
    )
    evidence_order = "name, id"
    link = "worker"

    def find(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {SHARED.format(scope="swept AS scope")}
            SELECT project_id, subject_key, month, last4, people, amount, names, shown FROM shared
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        who = people(facts.names, facts.people)
        return f"{month_text(facts.month)}，尾号 {facts.last4} 的银行卡为{who}收款，共 {yuan(facts.amount)}。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            f"""
            WITH {SHARED.format(scope="(SELECT DISTINCT project_id FROM fresh) AS scope")}
            SELECT l.id, l.project_id, s.subject_key, e.worker_id AS link_id, l.name, l.id_number, l.card_number,
                   l.net, l.paid
            FROM shared s
            JOIN fresh ON fresh.project_id = s.project_id AND fresh.subject_key = s.subject_key
            JOIN accounts_payrollline l ON l.project_id = s.project_id AND l.month = s.month
                AND l.card_number_index = s.card_number_index
            LEFT JOIN workers_engagement e ON e.id = l.engagement_id
            """,
            today,
        )
