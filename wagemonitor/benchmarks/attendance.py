"""Attendance days into the month's partition, with the roll-up that rules and statistics read."""

import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from statistics import median

from django.db import connection, transaction
from import_export import fields, resources, widgets
from tablib import Dataset

from wagemonitor.benchmarks.base import LIMIT, OURS, PEER, Benchmark, Contestant, Figure, Ratio
from wagemonitor.benchmarks.province import MONTH, analyse
from workers import partitions
from workers.enums import AttendanceSource
from workers.models import AttendanceDay
from workers.services import DayRow, write_days

COLUMNS = ("engagement_id", "day", "project_id", "units", "first_in", "last_out", "source")
TYPES = ["int8", "date", "int8", "numeric", "time", "time", "varchar"]
DAYS = [MONTH + timedelta(days=day) for day in range(20)]
PARTITION = f"workers_attendanceday_{MONTH:%Y%m}"
FULL, SOURCE = Decimal(1), str(AttendanceSource.SHEET)


class Attendance(Benchmark):
    name, order, unit = "attendance", 20, "days"
    title = "考勤日写入按月分区的表，并维护月汇总"
    promises = (
        Ratio("copy", at_least=0.25),
        Ratio("bulk_create", at_least=8),
        Ratio("import_export", at_least=300),
        Ratio("copy", of="again"),
    )
    notes = ("极限是同样的行用二进制 COPY 写进同一分区；bulk_create 和 django-import-export 不维护月汇总。",)

    def prepare(self) -> None:
        partitions.ensure([MONTH])
        with connection.cursor() as cursor:
            wanted = max(1, self.scale.days // len(DAYS))
            cursor.execute("SELECT id, project_id FROM workers_engagement ORDER BY id LIMIT %s", [wanted])
            self.people = cursor.fetchall()
        self.size = len(self.people) * len(DAYS)
        self.without_roll_up: list[float] = []
        self.tidy()

    def tidy(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {PARTITION}")
            cursor.execute("DELETE FROM workers_attendancemonth WHERE month = %s", [MONTH])
            cursor.execute("TRUNCATE projects_changedproject")
        analyse("workers_attendancemonth", PARTITION)

    def contestants(self) -> list[Contestant]:
        size, few = self.size, min(self.size, self.scale.peer)
        more = min(self.size, self.scale.peer * 40)
        label, tidy = "bulk_create(update_conflicts)", self.tidy
        return [
            Contestant("ours", "write_days", OURS, size, self._run_ours, tidy),
            Contestant("again", "write_days，同样的行再来一遍", OURS, size, self._write, tidy, before=self._write),
            Contestant("copy", "COPY", LIMIT, size, self._run_copy, tidy),
            Contestant("bulk_create", label, PEER, more, lambda: _bulk(self, more), tidy),
            Contestant("import_export", "django-import-export", PEER, few, lambda: _sheet(self, few), tidy),
        ]

    def more_figures(self, by_key: dict[str, Contestant]) -> list[Figure]:
        ratio = by_key["copy"].seconds / median(self.without_roll_up)
        return [Figure("write_days 不计月汇总 × COPY", ratio, "×", at_least=0.35)]

    # --- ours and the limit ------------------------------------------------------------------------------------------

    def _run_ours(self) -> None:
        began, roll_up = time.perf_counter(), _Stopwatch("attendance_touched")
        with connection.execute_wrapper(roll_up):
            self._write()
        self.without_roll_up.append(time.perf_counter() - began - roll_up.seconds)

    def _write(self) -> None:
        rows = (DayRow(engagement, day, FULL) for engagement, _ in self.people for day in DAYS)
        written = write_days(rows, source=AttendanceSource.SHEET)
        assert written.created + written.unchanged == self.size, written

    def _run_copy(self) -> None:
        _copy(self.full_rows())

    def full_rows(self) -> Iterator[tuple]:
        people = self.people
        return ((one, day, project, FULL, None, None, SOURCE) for one, project in people for day in DAYS)


class _Stopwatch:
    """Sums the time of the statements that name something."""

    def __init__(self, word: str):
        self.word, self.seconds = word, 0.0

    def __call__(self, execute, statement, params, many, context):
        began = time.perf_counter()
        try:
            return execute(statement, params, many, context)
        finally:
            if self.word in str(statement):
                self.seconds += time.perf_counter() - began


def _copy(rows: Iterable[tuple]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        command = f"COPY workers_attendanceday ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
        with cursor.copy(command) as copy:
            copy.set_types(TYPES)
            for row in rows:
                copy.write_row(row)


# --- peers -----------------------------------------------------------------------------------------------------------


def _bulk(row: Attendance, count: int) -> None:
    days = (AttendanceDay(**dict(zip(COLUMNS, values, strict=True))) for values in islice(row.full_rows(), count))
    with transaction.atomic():
        AttendanceDay.objects.bulk_create(
            days,
            batch_size=5_000,
            update_conflicts=True,
            unique_fields=["engagement", "day"],
            update_fields=["project", "units", "first_in", "last_out", "source"],
        )


class _Days(resources.ModelResource):
    engagement = fields.Field("engagement_id", "engagement", widget=widgets.IntegerWidget())
    project = fields.Field("project_id", "project", widget=widgets.IntegerWidget())

    class Meta:
        model = AttendanceDay
        import_id_fields = ("engagement", "day")
        fields = ("engagement", "day", "project", "units", "source")
        skip_diff = True


def _sheet(row: Attendance, count: int) -> None:
    data = Dataset(headers=["engagement", "day", "project", "units", "source"])
    for engagement, day, project, units, _, _, source in islice(row.full_rows(), count):
        data.append([engagement, f"{day:%Y-%m-%d}", project, str(units), source])
    result = _Days().import_data(data, use_transactions=True)
    assert result.totals["new"] == count, (result.totals, result.row_errors()[:1])
