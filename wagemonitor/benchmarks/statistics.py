"""A month's people and days by place, from the roll-up and from the days themselves."""

from django.db import connection
from django.utils import timezone

from reports import selectors
from reports.figures import Period
from wagemonitor.benchmarks.base import LIMIT, OURS, PEER, Benchmark, Contestant, Ratio, Scale
from wagemonitor.benchmarks.province import MONTH, analyse
from workers import partitions
from workers.models.attendance import DAY_BITS

PARTITION = f"workers_attendanceday_{MONTH:%Y%m}"
DAYS = f"""
INSERT INTO workers_attendanceday (engagement_id, day, project_id, units, source)
SELECT e.id, DATE '{MONTH}' + d, e.project_id, 1, 'sheet'
FROM (SELECT id, project_id FROM workers_engagement ORDER BY id LIMIT %(people)s) AS e, generate_series(0, 19) AS d
"""
TOTALS = f"""
INSERT INTO workers_attendancemonth (engagement_id, project_id, month, days, first_day, last_day, day_bits)
SELECT engagement_id, project_id, DATE '{MONTH}', sum(units), min(day), max(day), {DAY_BITS}
FROM {PARTITION} GROUP BY engagement_id, project_id
"""
FROM_DAYS = f"""
SELECT p.jurisdiction_id, p.industry, count(DISTINCT d.engagement_id), sum(d.units)
FROM workers_attendanceday AS d JOIN projects_project AS p ON p.id = d.project_id
WHERE d.day >= DATE '{MONTH}' AND d.day < DATE '{MONTH}' + interval '1 month' AND d.units > 0
GROUP BY p.jurisdiction_id, p.industry
"""
FROM_TOTALS = f"SELECT count(*), sum(days) FROM workers_attendancemonth WHERE month = DATE '{MONTH}' AND days > 0"


def fill_month(scale: Scale | None) -> None:
    """Twenty days of as many people as the scale says, with their roll-up; None empties the month again."""
    partitions.ensure([MONTH])
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {PARTITION}")
        cursor.execute("DELETE FROM workers_attendancemonth WHERE month = %s", [MONTH])
        if scale:
            cursor.execute(DAYS, {"people": max(1, scale.days // 20)})
            cursor.execute(TOTALS)
    analyse("workers_attendancemonth", PARTITION)


class Statistics(Benchmark):
    name, order, unit = "statistics", 80, "month"
    title = "一个月的出勤人数，按属地和行业"
    promises = (Ratio("totals"), Ratio("days", at_least=40))
    notes = ("本平台按月汇总计；同类为同样的人数直接从考勤日计。",)

    def prepare(self) -> None:
        fill_month(self.scale)
        self.projects = list(range(1, self.scale.projects + 1))
        self.period = Period.of(MONTH, timezone.now())

    def tidy(self) -> None:
        fill_month(None)

    def contestants(self) -> list[Contestant]:
        return [
            Contestant("ours", "按月汇总统计", OURS, 1, self._run_ours),
            Contestant("totals", "月汇总读一遍", LIMIT, 1, lambda: _ask(FROM_TOTALS)),
            Contestant("days", "从考勤日统计", PEER, 1, lambda: _ask(FROM_DAYS)),
        ]

    def _run_ours(self) -> None:
        found = selectors.groups(self.projects, self.period, only=["attending"])
        assert sum(group.figures["attending"] for group in found) > 0


def _ask(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.fetchall()
