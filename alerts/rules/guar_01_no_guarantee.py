from datetime import date
from decimal import Decimal

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql
from projects.enums import GuaranteeKind, GuaranteeState
from projects.selectors.guarantees import STATE, UNTIL

_STATE = STATE.format(project="p.id")
_UNTIL = UNTIL.format(project="p.id")


class NoPaymentGuarantee(Rule):
    """合同价款 {amount} 元以上的项目开工超过 {days} 日，建设单位没有有效的工程款支付担保；
    有效担保在 {soon} 日内到期而未续保的，提前预警。"""

    code = "GUAR-01"
    title = "未提供工程款支付担保"
    subject = Subject.DEPOSIT
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第二十四条、第五十七条"
    release_when = "登记在有效期内的工程款支付担保，或登记续保后自动解除。"
    remedy = "建设单位提供有效的工程款支付担保，由施工总承包单位在平台登记担保文书。"
    amount = Parameter(Decimal("4000000"), "合同价款不低于", "元", stricter="less")
    days = Parameter(30, "提供期限（开工后）", "日", stricter="less")
    soon = Parameter(30, "到期前提醒", "日", stricter="more")
    columns = (
        Column("guarantor_name", "担保单位名称"),
        Column("kind", "担保形式", "choice", choices=GuaranteeKind.choices),
        Column("number", "担保文书编号"),
        Column("amount", "担保金额（元）", "money"),
        Column("starts_on", "担保开始日期", "day"),
        Column("ends_on", "担保终止日期", "day"),
    )
    evidence_order = "ends_on DESC NULLS LAST"
    link = "project"

    def find(self, today: date) -> Sql:
        """The term does not pause with the works: the guarantee answers for the contract, not for the site."""
        return self.sql(
            f"""
            SELECT project_id, '' AS subject_key, actual_start_on, contract_amount, state, until,
                   CASE WHEN state = 'expiring' THEN 1 ELSE 2 END AS severity, shown
            FROM (
                SELECT p.id AS project_id, p.actual_start_on, p.contract_amount, {_STATE} AS state, {_UNTIL} AS until,
                       (SELECT sum(hashtext(concat_ws(',', g.id, g.guarantor_name, g.kind, g.number, g.amount,
                                                      g.starts_on, g.ends_on)))
                        FROM projects_paymentguarantee g WHERE g.project_id = p.id) AS shown
                FROM swept
                JOIN projects_project p ON p.id = swept.project_id
                WHERE p.contract_amount >= %(amount)s AND p.actual_start_on < %(today)s::date - %(days)s
            ) standing
            WHERE state <> 'in_force'
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        match facts.state:
            case GuaranteeState.EXPIRED:
                return f"工程款支付担保已于 {facts.until} 到期，项目尚未完工，没有登记续保。"
            case GuaranteeState.EXPIRING:
                return f"工程款支付担保将于 {facts.until} 到期，尚未登记续保。"
        return f"项目于 {facts.actual_start_on} 开工，超过 {self.days} 日没有登记建设单位的工程款支付担保。"

    def evidence(self, today: date) -> Sql:
        """Without any guarantee a row of blanks, which leads to the project."""
        return self.sql(
            """
            SELECT fresh.project_id, fresh.subject_key, fresh.project_id AS link_id, g.guarantor_name, g.kind,
                   g.number, g.amount, g.starts_on, g.ends_on
            FROM fresh LEFT JOIN projects_paymentguarantee g ON g.project_id = fresh.project_id
            """,
            today,
        )
