"""Running single rules in tests, and a rule made for tests."""

from datetime import date

from alerts import engine
from alerts.enums import Level, Subject
from alerts.models import Warning
from alerts.rules import Column, Facts, Parameter, Rule, Sql
from tests.alerts.factories import TODAY


class HasAddress(Rule, register=False):
    """项目登记了地址，且名称不少于 {letters} 个字。"""

    code = "TEST-01"
    title = "登记了地址"
    subject = Subject.DATA
    level = Level.YELLOW
    basis = "测试"
    release_when = "清空地址后自动解除。"
    letters = Parameter(1, "字数", "个")
    columns = (Column("name", "项目名称"), Column("contract_amount", "合同价款", "money", total=True))
    link = "project"

    def find(self, today: date) -> Sql:
        return self.sql(
            """
            SELECT p.id AS project_id, '' AS subject_key, p.address, p.contract_amount AS amount,
                   p.name AS shown
            FROM swept JOIN projects_project p ON p.id = swept.project_id
            WHERE p.address <> '' AND length(p.name) >= %(letters)s
            """,
            today,
        )

    def message(self, facts: Facts) -> str:
        return f"地址是{facts.address}。"

    def evidence(self, today: date) -> Sql:
        return self.sql(
            """
            SELECT p.id AS project_id, '' AS subject_key, p.id AS link_id, p.name, p.contract_amount
            FROM fresh JOIN projects_project p ON p.id = fresh.project_id
            """,
            today,
        )


class Crashes(Rule, register=False):
    """总是出错的规则。"""

    code = "TEST-02"
    title = "出错"
    subject = Subject.DATA
    level = Level.YELLOW
    basis = "测试"
    release_when = "从不。"

    def find(self, today: date) -> Sql:
        return self.sql("SELECT id AS project_id, '' AS subject_key, 1 / 0 AS fact FROM projects_project", today)

    def message(self, facts: Facts) -> str:
        return ""


class Stammers(HasAddress, register=False):
    """能找到问题，却说不出来的规则。"""

    code = "TEST-03"

    def message(self, facts: Facts) -> str:
        return facts.nothing


class AboutWarnings(Rule, register=False):
    """有未办结的预警。"""

    code = "TEST-04"
    title = "有预警"
    subject = Subject.DATA
    level = Level.YELLOW
    basis = "测试"
    release_when = "办结后自动解除。"
    reads_warnings = True

    def find(self, today: date) -> Sql:
        return self.sql(
            "SELECT DISTINCT project_id, '' AS subject_key FROM alerts_warning WHERE rule_code = 'TEST-01'", today
        )

    def message(self, facts: Facts) -> str:
        return "有预警。"


def sweep(*only: type[Rule], today: date = TODAY, projects=None) -> list:
    return engine.sweep(today, None if projects is None else [p.pk for p in projects], only=list(only) or [HasAddress])


def raised(rule: type[Rule], today: date = TODAY) -> list[Warning]:
    """The open warnings of this rule after a full sweep that must not crash."""
    runs = engine.sweep(today, only=[rule])
    assert [run.error for run in runs] == [""]
    return list(Warning.objects.open().filter(rule_code=rule.code).order_by("project_id", "subject_key"))
