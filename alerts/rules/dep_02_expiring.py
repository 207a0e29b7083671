from datetime import date

from accounts.enums import DepositForm, DepositState, InstrumentState
from accounts.models.deposits import EXPIRES_SOON
from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql

FIND = """
SELECT d.project_id, i.id::text AS subject_key, i.form, i.ends_on, i.ends_on < %(today)s AS has_ended,
       CASE WHEN i.ends_on < %(today)s THEN 3 ELSE 1 END AS severity,
       concat_ws(',', i.keeper_name, i.document_number, i.balance) AS shown
FROM swept
JOIN accounts_deposit d ON d.project_id = swept.project_id AND d.state = %(held)s
JOIN accounts_depositinstrument i ON i.deposit_id = d.id AND i.state = %(in_force)s
WHERE i.ends_on <= %(today)s::date + %(soon)s
"""


class DepositExpiring(Rule):
    """工资保证金的保函或保单在 {soon} 日内到期而没有续保；项目尚未完工已经到期的，为红色。"""

    code = "DEP-02"
    title = "工资保证金保函、保单到期"
    subject = Subject.DEPOSIT
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第三十二条；《工程建设领域农民工工资保证金规定》（人社部发〔2021〕65号）"
    release_when = "续保或改为现金存储，并由银行、保险公司确认后自动解除。"
    remedy = "在到期前续保，或改为现金存储工资保证金。"
    soon = Parameter(EXPIRES_SOON, "到期前提醒", "日", stricter="more")
    columns = (
        Column("form", "方式", "choice", choices=DepositForm.choices),
        Column("keeper_name", "经办机构"),
        Column("document_number", "保函（保单）号"),
        Column("balance", "可动用金额（元）", "money"),
        Column("ends_on", "到期日", "day"),
    )
    link = "deposit"

    def find(self, today: date) -> Sql:
        states = {"held": DepositState.HELD, "in_force": InstrumentState.IN_FORCE}
        return self.sql(FIND, today, **states)

    def message(self, facts: Facts) -> str:
        form = DepositForm(facts.form).label
        if facts.has_ended:
            return f"工资保证金的{form}已于 {facts.ends_on} 到期，项目尚未完工，没有续保。"
        return f"工资保证金的{form}将于 {facts.ends_on} 到期，尚未续保。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            """
            SELECT fresh.project_id, fresh.subject_key, i.deposit_id AS link_id, i.form, i.keeper_name,
                   i.document_number, i.balance, i.ends_on
            FROM fresh JOIN accounts_depositinstrument i ON i.id = fresh.subject_key::bigint
            """,
            today,
        )
