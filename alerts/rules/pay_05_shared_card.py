from datetime import date

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Rule, Sql, month_text, people, yuan

# A card that takes the wages of several people, or of one person while it is bound to another and was never his own.
# Either is to be asked only of a card that is not bound to whom the line names, or is bound to several.
# The key is a digest of the card's blind index: it tells cards apart and gives nothing away.
SHARED = """
    carded AS NOT MATERIALIZED (
        SELECT l.id, l.project_id, l.month, l.card_number_index, l.card_last4, l.id_number_index, l.name, l.net,
               l.paid, l.engagement_id
        FROM {scope}
        JOIN accounts_payrollline l ON l.project_id = scope.project_id
        WHERE l.card_number_index IS NOT NULL AND l.net > 0
    ),
    strange AS MATERIALIZED (
        SELECT c.*, e.worker_id
        FROM carded c
        LEFT JOIN workers_engagement e ON e.id = c.engagement_id
        WHERE NOT EXISTS (
            SELECT 1 FROM workers_bankcard own
            WHERE own.number_index = c.card_number_index AND own.worker_id = e.worker_id
        )
    ),
    foreign_cards AS (
        SELECT c.project_id, c.month, c.card_number_index, min(h.name) AS holder
        FROM strange c
        JOIN workers_bankcard b ON b.number_index = c.card_number_index AND b.is_current
        JOIN workers_worker h ON h.id = b.worker_id AND h.id_number_index <> c.id_number_index
        WHERE c.worker_id IS DISTINCT FROM h.id AND NOT EXISTS (
            SELECT 1 FROM workers_bankcard own
            JOIN workers_worker w ON w.id = own.worker_id
            WHERE own.number_index = c.card_number_index AND w.id_number_index = c.id_number_index
        )
        GROUP BY c.project_id, c.month, c.card_number_index
    ),
    suspects AS MATERIALIZED (
        SELECT project_id, month, card_number_index FROM strange
        UNION
        SELECT c.project_id, c.month, c.card_number_index
        FROM carded c
        JOIN workers_bankcard one ON one.number_index = c.card_number_index
        JOIN workers_bankcard other ON other.number_index = one.number_index AND other.worker_id > one.worker_id
    ),
    shared AS (
        SELECT c.project_id, c.month, c.card_number_index,
               to_char(c.month, 'YYYY-MM') || ':' || md5(c.card_number_index) AS subject_key,
               min(c.card_last4) AS last4, count(DISTINCT c.id_number_index) AS people, sum(c.net) AS amount,
               (array_agg(DISTINCT c.name ORDER BY c.name))[:3] AS names, min(f.holder) AS holder,
               sum(hashtext(concat_ws(',', c.id, c.name, c.net, c.paid))) AS shown
        FROM suspects s
        CROSS JOIN LATERAL (
            SELECT l.* FROM accounts_payrollline l
            WHERE l.card_number_index = s.card_number_index AND l.project_id = s.project_id AND l.month = s.month
              AND l.net > 0
            OFFSET 0
        ) c
        LEFT JOIN foreign_cards f ON f.project_id = c.project_id AND f.month = c.month
            AND f.card_number_index = c.card_number_index
        GROUP BY c.project_id, c.month, c.card_number_index
        HAVING count(DISTINCT c.id_number_index) > 1 OR min(f.holder) IS NOT NULL
    )
"""


class SharedCard(Rule):
    """同一银行卡在当月工资表中为多人收款，或工资发到他人绑定的银行卡。"""

    code = "PAY-05"
    title = "一卡多人"
    subject = Subject.PAY
    level = Level.ORANGE
    basis = "《保障农民工工资支付条例》第三十一条（不得以任何理由扣押农民工的银行卡或者变相扣押）"
    release_when = "更正当月工资表，每人使用本人银行卡后自动解除；已发放的，核实后上传证据解除。"
    remedy = "更正工资表，将工资支付到每名农民工本人的银行账户。"
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
            SELECT project_id, subject_key, month, last4, people, amount, names, holder,
                   shown FROM shared
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        who = people(facts.names, facts.people)
        if facts.people == 1:
            return (
                f"{month_text(facts.month)}，{who}的工资 {yuan(facts.amount)}发到尾号 {facts.last4} 的银行卡，"
                f"该卡绑定在{facts.holder}名下。"
            )
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
