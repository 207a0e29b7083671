from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from django.db import connection
from django.db.models.expressions import RawSQL

from alerts.enums import Level, Subject
from alerts.rules.base import Column, Facts, Parameter, Rule, Sql
from core import indicators
from projects.indicators import PROJECT_GROUPS
from projects.models import Project
from projects.selectors import incomplete_sql


@lru_cache(maxsize=8)  # a day's changes ask it again and again
def _lacking(before: date) -> tuple[str, tuple]:
    old_enough = RawSQL(
        "SELECT p.id FROM swept JOIN projects_project p ON p.id = swept.project_id WHERE p.supervised_from < %s",
        [before],
    )
    return incomplete_sql(Project.objects.filter(pk__in=old_enough))


class InformationIncomplete(Rule):
    """项目纳入监管超过 {days} 日，应填信息仍不完整。"""

    code = "DATA-02"
    title = "项目信息不完整"
    subject = Subject.DATA
    level = Level.YELLOW
    basis = "《保障农民工工资支付条例》第三十八条"
    source = "工程项目监管数据指标（34 项项目指标，纳入监管 30 日内补齐）"
    release_when = "补齐清单所列各项后自动解除。"
    remedy = "补齐所缺的项目信息。"
    days = Parameter(30, "补齐期限", "日", stricter="less")
    columns = (
        Column("number", "指标序号", "number"),
        Column("group", "指标分组"),
        Column("label", "缺少的内容"),
        Column("unit", "所属单位"),
    )
    link = "project"

    def find(self, today: date) -> Sql:
        lacking, params = _lacking(today - timedelta(self.days))
        text = f"""
            SELECT l.project_id, '' AS subject_key, l.required, l.filled, p.supervised_from
            FROM ({lacking}) l
            JOIN projects_project p ON p.id = l.project_id
        """
        return Sql(text, params)

    def message(self, facts: Facts) -> str:
        return (
            f"项目于 {facts.supervised_from} 纳入监管，超过 {self.days} 日仍缺 {facts.required - facts.filled} 项信息"
            f"（应填 {facts.required} 项，已填 {facts.filled} 项）。"
        )

    def evidence(self, today: date) -> Iterable[dict]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT project_id FROM fresh")
            ids = [row[0] for row in cursor.fetchall()]
        for gap in indicators.gaps_of(Project.objects.filter(pk__in=ids), PROJECT_GROUPS):
            yield {
                "project_id": gap.project_id,
                "subject_key": "",
                "link_id": gap.project_id,
                "number": gap.number,
                "group": gap.group.title,
                "label": gap.label,
                "unit": str(getattr(gap.row, "organization", "")),
            }
