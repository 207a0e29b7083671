"""All rules over everything, and over what has just changed."""

from collections.abc import Iterable

from django.db import connection, transaction

from alerts.engine import sweep
from alerts.rules import rules
from core.triggers import without_triggers
from wagemonitor.benchmarks.base import LIMIT, OURS, Benchmark, Contestant, Cost, Figure
from wagemonitor.benchmarks.province import MONTH, analyse
from wagemonitor.benchmarks.statistics import fill_month

TODAY = MONTH.replace(day=20)
MILLISECONDS_FOR_SIX = 15
TABLES = tuple(f"workers_{name}" for name in ("engagement", "worker", "labourcontract", "bankcard", "attendancemonth"))
RAISED = "alerts_warning, alerts_disposal, alerts_rulerun"


class Rules(Benchmark):
    name, order, unit = "rules", 70, "sweep"
    title = "规则：全部项目、五十个项目、一个项目"
    promises = (Cost("all", at_most=0.02, of="fifty"),)
    notes = ("全部项目指没有变化的一夜；测量用的省没有工资和专户资料，首夜的预警已先行写入，不计时。",)

    def prepare(self) -> None:
        fill_month(self.scale)
        self._sweep()
        analyse("alerts_warning", "alerts_disposal")

    def tidy(self) -> None:
        with transaction.atomic(), without_triggers(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {RAISED} CASCADE")
            cursor.execute("TRUNCATE projects_changedproject")
        fill_month(None)

    def contestants(self) -> list[Contestant]:
        last = self.scale.projects - 1
        fifty = range(max(1, last - 50), last)
        return [
            Contestant("all", "全部项目，无变化的一夜", OURS, 1, self._sweep),
            Contestant("fifty", "五十个项目", OURS, 1, lambda: self._sweep(fifty)),
            Contestant("one", "一个项目", OURS, 1, lambda: self._sweep([last // 2 or 1])),
            Contestant("count", "所涉各表 count(*)", LIMIT, 1, _count),
        ]

    def more_figures(self, by_key: dict[str, Contestant]) -> list[Figure]:
        sixes = len(rules()) / 6
        ratio = by_key["all"].seconds / by_key["count"].seconds / sixes
        one = by_key["one"].seconds * 1000 / sixes
        return [
            Figure("一夜的时间，为 count(*) 的倍数，每六条规则", ratio, "×", at_most=1.5),
            Figure("一个项目的时间，每六条规则", one, "ms", at_most=MILLISECONDS_FOR_SIX),
        ]

    @staticmethod
    def _sweep(projects: Iterable[int] | None = None) -> None:
        runs = sweep(TODAY, projects)
        crashed = [run.rule_code for run in runs if run.error]
        assert not crashed, crashed


def _count() -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            cursor.fetchone()
