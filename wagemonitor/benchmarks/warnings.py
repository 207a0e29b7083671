"""The work desk of warnings, with as many of them as the largest table of the run (a province: 100,000)."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from alerts.enums import OPEN_STATES, Level, Subject, WarningState
from alerts.models import RuleSetting
from core.triggers import without_triggers
from wagemonitor.benchmarks.base import LIMIT, OURS, Benchmark, Contestant, Within
from wagemonitor.benchmarks.province import analyse
from wagemonitor.benchmarks.search import bare, browser, visit
from wagemonitor.seed.copying import copy

MOST = 0.5  # seconds a page
LEVELS, SUBJECTS = tuple(Level), tuple(Subject)
COLUMNS = (
    *("project_id", "setting_id", "rule_code", "subject_key", "subject", "title", "level", "basis", "message"),
    *("evidence", "fingerprint", "shown", "release_when", "state", "release_kind", "raised_at", "seen_at", "due_on"),
    *("released_at", "office_level", "home_level"),
)
BARE = """
SELECT w.id, w.title, w.message, w.level, w.due_on, w.state, p.name, r.name FROM alerts_warning AS w
JOIN projects_project AS p ON p.id = w.project_id JOIN organizations_region AS r ON r.code = p.jurisdiction_id
WHERE p.jurisdiction_id LIKE '53%' AND w.state IN ('new', 'accepted', 'verifying', 'correcting', 'corrected')
ORDER BY w.due_on, w.id LIMIT 51
"""
ASKED = {
    "desk": ("首页：未办结", ""),
    "red": ("红色，按级别", "?level=red&sort=-severity"),
    "office": ("本级可处置", "?desk=office"),
    "urgent": ("逾期、将到期、上报本级", "?desk=urgent"),
    "place": ("一个市，实名制", "?region=530900&subject=real_name"),
    "age": ("30 日以上", "?age=31-&sort=-raised_at"),
    "words": ("按项目名称检索", "?q=项目"),
    "all": ("全部状态", "?state=all&sort=-raised_at"),
}


class Warnings(Benchmark):
    name, order, unit = "warnings", 75, "page"
    title = "预警工作台：全省预警，各种筛选"
    promises = tuple(Within(MOST, of=key) for key in ASKED)
    notes = ("整个页面：权限、上排数字、筛选、封顶的总数、模板。四分之三已解除，其余未办结；直接查询只取首页的行。",)

    def prepare(self) -> None:
        setting = RuleSetting.objects.filter(rule_code="BENCH-00").first() or RuleSetting.objects.create(
            rule_code="BENCH-00", version=1, level=Level.ORANGE, valid_from=date(2020, 5, 1)
        )
        rows = _rows(self.scale.table, self.scale.projects, setting.pk, timezone.localdate())
        with transaction.atomic(), without_triggers():
            copy("alerts_warning", COLUMNS, rows)
        analyse("alerts_warning")

    def tidy(self) -> None:
        with transaction.atomic(), without_triggers(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM alerts_warning WHERE rule_code = 'BENCH-00'")
            cursor.execute("DELETE FROM alerts_rulesetting WHERE rule_code = 'BENCH-00'")

    def contestants(self) -> list[Contestant]:
        client, address = browser(self.province.officer), reverse("alerts:warning_list")
        found = [
            Contestant(key, f"预警：{label}", OURS, 1, visit(client, f"{address}{query}"))
            for key, (label, query) in ASKED.items()
        ]
        found.append(Contestant("bare", "直接查询", LIMIT, 1, bare(BARE)))
        for one in found:
            one.run()
        return found


def _rows(count: int, projects: int, setting: int, today: date) -> Iterator[tuple]:
    return (tuple(_row(n, n % (projects - 1) + 1, setting, today)[name] for name in COLUMNS) for n in range(count))


def _row(number: int, project: int, setting: int, today: date) -> dict:
    """Projects, subjects, levels, ages and states take turns, the same at every run."""
    days, home = number * 7919 % 400, 4 if number % 11 == 0 else 6
    raised = timezone.make_aware(datetime.combine(today, time(12))) - timedelta(days=days)
    is_open = number % 4 == 0
    return {
        "project_id": project,
        "setting_id": setting,
        "rule_code": "BENCH-00",
        "subject_key": str(number),
        "subject": str(SUBJECTS[number // 3 % len(SUBJECTS)]),
        "title": "工资逾期未发",
        "level": str(LEVELS[number % len(LEVELS)]),
        "basis": "《保障农民工工资支付条例》第十三条",
        "message": f"{1 + days % 12}月有 {number % 40} 人工资未发。",
        "evidence": '{"columns": [], "rows": []}',
        "fingerprint": "",
        "shown": "",
        "release_when": "补发后自动解除。",
        "state": str(OPEN_STATES[number // 4 % len(OPEN_STATES)] if is_open else WarningState.RELEASED),
        "release_kind": "" if is_open else "data",
        "raised_at": raised,
        "seen_at": raised,
        "due_on": today - timedelta(days=days - 30),
        "released_at": None if is_open else raised + timedelta(days=number % 29),
        "office_level": home if number % 5 else home - 2,
        "home_level": home,
    }
