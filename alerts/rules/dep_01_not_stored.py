from datetime import date

from django.db.models.expressions import RawSQL

from accounts.enums import DepositState
from accounts.selectors.deposits import unstored_projects
from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql
from projects.models import Project


class DepositNotStored(Rule):
    """取得施工许可证（不需许可证的，签订施工合同）满 {days} 个工作日，没有存储工资保证金，也没有保函、保险或免予
    存储的核定；逾期超过 {red_after} 日为红色。"""

    code = "DEP-01"
    title = "未存储工资保证金"
    subject = Subject.DEPOSIT
    level = Level.ORANGE
    basis = (
        "《保障农民工工资支付条例》第三十二条、第五十五条；"
        "《工程建设领域农民工工资保证金规定》（人社部发〔2021〕65号）"
    )
    release_when = "存储工资保证金或由银行、保险公司确认保函、保单，或核定免予存储后自动解除。"
    remedy = "存储工资保证金，或提交银行保函、工程保证保险；符合免予存储条件的，申请核定。"
    days = Parameter(20, "存储期限", "个工作日", stricter="less")
    red_after = Parameter(30, "红色：逾期超过", "日", stricter="less")
    columns = (
        Column("deposit_from", "许可证（合同）日期", "day"),
        Column("deposit_due_on", "存储期限", "day"),
        Column("state", "办理状态", "choice", choices=DepositState.choices),
        Column("amount", "应存储（元）", "money"),
    )
    link = "project"

    def find(self, today: date) -> Sql:
        late, params = self._late("SELECT project_id FROM swept", today)
        return Sql(
            f"""
            SELECT l.id AS project_id, '' AS subject_key, l.deposit_from, l.deposit_due_on,
                   CASE WHEN l.deposit_due_on < %s::date - %s THEN 3 ELSE 2 END AS severity,
                   (SELECT string_agg(concat_ws(',', d.id, d.state, d.differential_amount), ';' ORDER BY d.id)
                    FROM accounts_deposit d WHERE d.project_id = l.id) AS shown
            FROM ({late}) l
            """,
            [today, self.red_after, *params],
        )

    def message(self, facts: Facts) -> str:
        return (
            f"自 {facts.deposit_from} 起 {self.days} 个工作日内应存储工资保证金，"
            f"已于 {facts.deposit_due_on} 到期，至今没有存储。"
        )

    def evidence(self, today: date) -> Sql:
        late, params = self._late("SELECT project_id FROM fresh", today)
        return Sql(
            f"""
            SELECT l.id AS project_id, '' AS subject_key, l.id AS link_id, l.deposit_from, l.deposit_due_on, d.state,
                   d.differential_amount AS amount
            FROM ({late}) l
            LEFT JOIN accounts_deposit d ON d.project_id = l.id
            """,
            params,
        )

    def _late(self, projects: str, today: date) -> tuple[str, tuple]:
        """The same projects as the list of those that have not stored."""
        asked = Project.objects.filter(pk__in=RawSQL(projects, []))
        late = unstored_projects(asked, today, self.days).order_by()
        return late.values("id", "deposit_from", "deposit_due_on").query.sql_with_params()
