"""All rules over everything, and over what has just changed: in a province that has lived for three months, with
attendance, payrolls, accounts, deposits and warnings."""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from accounts.services import store_forecasts
from alerts import findings
from alerts.engine import MEMORY, check_changed, sweep
from alerts.models import RuleRun
from alerts.rules import Rule, rules
from projects.models import ChangedProject, Project
from wagemonitor.benchmarks.base import LIMIT, OURS, PEER, Benchmark, Contestant, Cost, Figure, Ratio
from wagemonitor.benchmarks.database import environment, own_database
from wagemonitor.benchmarks.multiply import multiply
from wagemonitor.benchmarks.province import analyse

TODAY = date(2026, 11, 20)
MILLISECONDS_FOR_SIX = 15
A_TABLE = re.compile(r"\b(?:projects|workers|accounts|alerts)_[a-z]+\b")
COUNTED = "SELECT count(*), coalesce(sum(length(to_jsonb(f)::text)), 0) FROM ({find}) f"
LOOPED = 20  # projects the loop is given


class Rules(Benchmark):
    name, order, unit = "rules", 70, "project"
    in_province = False
    title = "规则：全部项目、五十个项目、一个项目"
    promises = (
        Cost("by_hand", at_most=1.3, of="all"),
        Ratio("loop", at_least=25, of="all"),
        Ratio("count", of="all"),
    )
    notes = (
        "全部项目指没有变化的一夜：各规则在三个月的考勤、工资、流水上各查一遍，并与在案预警对照。",
        "一个项目：同一连接刚查过另一个变动的项目，如工作时间的进程，查询计划已备。",
        "手写 SQL 为同样的查询直接执行并数出结果，不与预警对照；逐个项目为同样的规则一次只查一个项目。",
    )

    def prepare(self) -> None:
        self.stack = ExitStack()
        self.stack.enter_context(
            own_database(
                f"{self.province.database}_lived",
                self._live,
                keep=self.province.keep,
                reuse=self.province.reuse,
            )
        )
        self._sweep()
        ChangedProject.objects.all().delete()  # it has just been asked about them
        analyse()
        self.projects = list(Project.objects.order_by("pk").values_list("pk", flat=True))

    def _live(self) -> None:
        projects, workers = self.scale.projects // self.scale.copies, self.scale.workers // self.scale.copies
        call_command("seed", projects=projects, workers=workers, today=TODAY, verbosity=0)
        multiply(self.scale.copies)

    def tidy(self) -> None:
        self.stack.close()

    def contestants(self) -> list[Contestant]:
        every, middle = len(self.projects), len(self.projects) // 2
        fifty, few = self.projects[middle : middle + 50], self.projects[middle : middle + LOOPED]
        return [
            Contestant("all", "全部项目，无变化的一夜", OURS, every, self._sweep),
            Contestant("by_hand", "手写 SQL", LIMIT, every, lambda: _by_hand(self.projects)),
            Contestant("count", "所涉各表 count(*)", LIMIT, every, _count),
            Contestant("loop", "逐个项目", PEER, len(few), lambda: [_by_hand([project]) for project in few]),
            Contestant("fifty", "五十个项目，自变动至预警", OURS, len(fifty), _changed, before=lambda: _mark(fifty)),
            Contestant("one", "一个项目，自变动至预警", OURS, 1, _changed, before=lambda: _after_another(*fifty[:2])),
        ]

    def more_figures(self, by_key: dict[str, Contestant]) -> list[Figure]:
        sixes = len(rules()) / 6
        night, one = by_key["all"].seconds, by_key["one"].seconds
        return [
            Figure("一夜，为 count(*) 的倍数，每六条规则", night / by_key["count"].seconds / sixes, "×", at_most=1.5),
            Figure("五十个项目 ÷ 一夜", by_key["fifty"].seconds / night, "÷", at_most=0.02),
            Figure("一个项目，每六条规则", one * 1000 / sixes, "ms", at_most=MILLISECONDS_FOR_SIX),
            Figure("资金预测，规则查之前，全部项目", _seconds_of(lambda: store_forecasts(TODAY)), "s"),
            Figure("一夜的内存峰值", self._peak_megabytes(), "MB"),
            *_each_rule(),
        ]

    def _peak_megabytes(self) -> float:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            peak = Path(folder) / "peak"
            subprocess.run(
                [sys.executable, "-m", "wagemonitor.benchmarks.child", str(peak), "sweep", f"--today={TODAY}"],
                cwd=settings.BASE_DIR,
                env=environment(folder),
                stdout=subprocess.DEVNULL,
                check=True,
            )
            return float(peak.read_text())

    @staticmethod
    def _sweep(projects: Iterable[int] | None = None) -> None:
        crashed = [run.rule_code for run in sweep(TODAY, projects) if run.error]
        assert not crashed, crashed


def _each_rule() -> list[Figure]:
    """Of the latest night."""
    last = RuleRun.objects.filter(projects__isnull=True).order_by("rule_code", "-id").distinct("rule_code")
    return [Figure(f"{run.rule_code}，命中 {run.found}", run.milliseconds, "ms") for run in last]


def _seconds_of(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _mark(projects: list[int]) -> None:
    ChangedProject.objects.bulk_create(ChangedProject(project_id=pk) for pk in projects)


def _after_another(project: int, another: int) -> None:
    """The plans of a worker's session are kept from one change to the next; the night before made them anew."""
    _mark([another])
    _changed()
    _mark([project])


def _changed() -> None:
    assert check_changed(TODAY)


def _by_hand(projects: list[int]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(MEMORY)
        findings.make_tables(cursor, few=False)
        findings.ask_about(cursor, projects)
        for rule in rules():
            _ask(cursor.execute, rule())


def _ask(execute: Callable, rule: Rule) -> None:
    query = rule.find(TODAY)
    execute(COUNTED.format(find=query.text), query.params)


def _touched() -> list[str]:
    """What the rules read, by their own words; temporary tables and views of the night's scope left out."""
    named = {table for rule in rules() for table in A_TABLE.findall(rule().find(TODAY).text)}
    return sorted(named & set(connection.introspection.table_names()))


def _count() -> None:
    with connection.cursor() as cursor:
        for table in _touched():
            cursor.execute(f"SELECT count(*) FROM {table}")
            cursor.fetchone()
