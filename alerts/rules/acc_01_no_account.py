from datetime import date

from accounts.enums import AccountStatus
from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql


class NoSpecialAccount(Rule):
    """施工合同签订（未登记的，按实际开工）超过 {days} 日，仍未开立农民工工资专用账户。"""

    code = "ACC-01"
    title = "未开立工资专用账户"
    subject = Subject.ACCOUNT
    level = Level.RED
    basis = "《保障农民工工资支付条例》第二十六条、第五十五条；《工程建设领域农民工工资专用账户管理暂行办法》"
    release_when = "登记本项目在用的工资专用账户后自动解除。"
    remedy = "开立本项目的农民工工资专用账户，签订三方协议，并在平台登记账户。"
    days = Parameter(30, "开户期限", "日", stricter="less")
    columns = (
        Column("contract_signed_on", "施工合同签订日期", "day"),
        Column("actual_start_on", "实际开工日期", "day"),
        Column("cancelled", "已注销账户", "number"),
    )
    link = "project"

    def find(self, today: date) -> Sql:
        return self.sql(
            """
            SELECT p.id AS project_id, '' AS subject_key,
                   coalesce(p.contract_signed_on, p.actual_start_on) AS since,
                   p.contract_signed_on IS NOT NULL AS signed,
                   concat_ws(',', p.contract_signed_on, p.actual_start_on,
                             (SELECT count(*) FROM accounts_accountproject l WHERE l.project_id = p.id)) AS shown
            FROM swept
            JOIN projects_project p ON p.id = swept.project_id
            WHERE coalesce(p.contract_signed_on, p.actual_start_on) < %(today)s::date - %(days)s
              AND NOT EXISTS (
                  SELECT 1
                  FROM accounts_accountproject l
                  JOIN accounts_specialaccount a ON a.id = l.account_id
                  WHERE l.project_id = p.id AND a.status <> %(cancelled)s
              )
            """,
            today,
            cancelled=AccountStatus.CANCELLED,
        )

    def message(self, facts: Facts) -> str:
        since = "施工合同签订" if facts.signed else "实际开工"
        return f"{since}于 {facts.since}，超过 {self.days} 日仍未开立农民工工资专用账户。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            """
            SELECT p.id AS project_id, '' AS subject_key, p.id AS link_id, p.contract_signed_on, p.actual_start_on,
                   (SELECT count(*) FROM accounts_accountproject l WHERE l.project_id = p.id) AS cancelled
            FROM fresh JOIN projects_project p ON p.id = fresh.project_id
            """,
            today,
        )
