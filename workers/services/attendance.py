"""The only writer of attendance days, and keeper of their monthly roll-up.

    write_days([DayRow(engagement.pk, day, Decimal("1")), …], source=AttendanceSource.SHEET)

takes any number of rows from any iterable (they are streamed by COPY), of any projects and months; makes missing
partitions; writes only what differs; keeps days that were corrected by hand; recomputes the roll-up of the months it
touched; marks the projects as changed. Checks of what a day may be (entry, exit, future) belong to the doors.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction

from core.months import next_month
from core.staging import analyse, stage
from projects.enums import Status
from projects.models import Project
from projects.services import ProjectClosed, ProjectMerged, mark_changed
from workers import partitions
from workers.enums import AttendanceSource
from workers.models.attendance import DAY_BITS


class DayRow(NamedTuple):
    engagement_id: int
    day: date
    units: Decimal  # 1, 0.5 or 0
    first_in: time | None = None
    last_out: time | None = None


@dataclass(frozen=True)
class WrittenDays:
    """Counts of days; `kept` were corrected by hand and stand against what was to be written."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0


@transaction.atomic
def write_days(rows: Iterable[DayRow], *, source: AttendanceSource) -> WrittenDays:
    """Where a day comes twice, the last row counts. Raises ValueError for an engagement that does not exist, and
    ProjectClosed when a project of these days is completed: nothing is written then."""
    with connection.cursor() as cursor, _without_materialize(cursor):
        stage("attendance_staging", _COLUMNS, rows)
        cursor.execute("DROP TABLE IF EXISTS attendance_changes, attendance_touched")
        months = _months(cursor)
        if not months:
            return WrittenDays()
        partitions.ensure(months)
        _lock_projects(cursor)
        span = {"first": months[0], "end": next_month(months[-1]), "source": str(source)}
        counts = _find_changes(cursor, span)
        if counts.created or counts.updated:
            cursor.execute(_INSERT, span)
            cursor.execute(_UPDATE, span)
            cursor.execute(_TOUCHED)
            for month in months:
                cursor.execute(_ROLL_UP, {"month": month, "end": next_month(month)})
            cursor.execute(_CONCERNED)
            mark_changed(project for (project,) in cursor.fetchall())
    return counts


@contextmanager
def _without_materialize(cursor) -> Iterator[None]:
    """A partition that was empty when last analysed is taken for empty still: a nested loop over its rows, kept in
    memory, then looks free and is quadratic (145 s for 230,000 days). Without that, a hash or the index wins."""
    cursor.execute("SET LOCAL enable_material = off")
    yield
    cursor.execute("SET LOCAL enable_material = on")


_COLUMNS = {"engagement_id": "int8", "day": "date", "units": "numeric", "first_in": "time", "last_out": "time"}


def _months(cursor) -> list[date]:
    cursor.execute("SELECT DISTINCT day FROM attendance_staging")
    return sorted({day.replace(day=1) for (day,) in cursor.fetchall()})


def _lock_projects(cursor) -> None:
    """Writers of one project come one after the other, else each would sum up the month without the other's days.
    What stayed behind when its project was merged takes no more days."""
    cursor.execute(
        "SELECT status, merged_into_id FROM projects_project WHERE id IN (SELECT e.project_id"
        " FROM workers_engagement AS e JOIN attendance_staging AS s ON s.engagement_id = e.id)"
        " ORDER BY id FOR NO KEY UPDATE"
    )
    for status, merged_into in cursor.fetchall():
        if merged_into:
            raise ProjectMerged(Project.every.unscoped("named in a refusal").get(pk=merged_into))
        if status == Status.COMPLETED:
            raise ProjectClosed


def _find_changes(cursor, span: dict) -> WrittenDays:
    cursor.execute(_CHANGES, span)
    cursor.execute(
        "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE is_changed),"
        " count(*) FILTER (WHERE is_kept), count(*) FROM attendance_changes"
    )
    created, updated, kept, total = cursor.fetchone()
    cursor.execute("SELECT count(*) FROM attendance_changes WHERE project_id IS NULL")
    if unknown := cursor.fetchone()[0]:
        raise ValueError(f"{unknown} days belong to no engagement.")
    cursor.execute("DELETE FROM attendance_changes WHERE NOT (is_new OR is_changed)")
    analyse(cursor, "attendance_changes")
    return WrittenDays(created, updated, total - created - updated - kept, kept)


# Times that a device measured stay where a sheet says the same day without them. A day confirmed by hand becomes the
# hand's, so that no later sheet takes it back.
_CHANGES = """
CREATE TEMP TABLE attendance_changes ON COMMIT DROP AS
SELECT s.engagement_id, s.day, e.project_id, s.units::numeric(2, 1) AS units,
    coalesce(s.first_in, d.first_in) AS first_in, coalesce(s.last_out, d.last_out) AS last_out,
    d.day IS NULL AS is_new,
    coalesce(CASE WHEN %(source)s = 'manual' THEN differs.so OR d.source <> 'manual'
                  ELSE differs.so AND d.source <> 'manual' END, false) AS is_changed,
    differs.so AND d.source = 'manual' AND %(source)s <> 'manual' AS is_kept
FROM (SELECT DISTINCT ON (engagement_id, day) * FROM attendance_staging ORDER BY engagement_id, day, ctid DESC) AS s
LEFT JOIN workers_engagement AS e ON e.id = s.engagement_id
LEFT JOIN workers_attendanceday AS d
    ON d.engagement_id = s.engagement_id AND d.day = s.day AND d.day >= %(first)s AND d.day < %(end)s
CROSS JOIN LATERAL (SELECT d.day IS NOT NULL AND (d.units, d.first_in, d.last_out) IS DISTINCT FROM
    (s.units, coalesce(s.first_in, d.first_in), coalesce(s.last_out, d.last_out)) AS so) AS differs
"""

# No ON CONFLICT, which costs a third more: the lock on the projects keeps every other writer out.
_INSERT = """
INSERT INTO workers_attendanceday (engagement_id, day, project_id, units, first_in, last_out, source)
SELECT engagement_id, day, project_id, units, first_in, last_out, %(source)s FROM attendance_changes WHERE is_new
"""

_UPDATE = """
UPDATE workers_attendanceday AS d SET
    units = c.units, first_in = c.first_in, last_out = c.last_out, source = %(source)s
FROM attendance_changes AS c
WHERE c.is_changed AND d.engagement_id = c.engagement_id AND d.day = c.day AND d.day >= %(first)s AND d.day < %(end)s
"""

_TOUCHED = """
CREATE TEMP TABLE attendance_touched ON COMMIT DROP AS
SELECT DISTINCT engagement_id, date_trunc('month', day)::date AS month FROM attendance_changes;
ALTER TABLE attendance_touched ADD PRIMARY KEY (month, engagement_id);
ANALYZE attendance_touched
"""

# Besides their own, the other sites where the same people attended in these months: both are told of one day twice.
_CONCERNED = """
SELECT project_id FROM attendance_changes
UNION
SELECT m.project_id FROM attendance_touched AS t
JOIN workers_engagement AS e ON e.id = t.engagement_id
JOIN workers_engagement AS o ON o.worker_id = e.worker_id AND o.id <> e.id
JOIN workers_attendancemonth AS m ON m.engagement_id = o.id AND m.month = t.month AND m.days > 0
"""

_ROLL_UP = f"""
INSERT INTO workers_attendancemonth AS m (engagement_id, project_id, month, days, first_day, last_day, day_bits)
SELECT d.engagement_id, d.project_id, %(month)s::date, sum(d.units),
    min(d.day) FILTER (WHERE d.units > 0), max(d.day) FILTER (WHERE d.units > 0), {DAY_BITS}
FROM workers_attendanceday AS d
WHERE d.day >= %(month)s AND d.day < %(end)s AND d.engagement_id IN (
    SELECT engagement_id FROM attendance_touched WHERE month = %(month)s)
GROUP BY d.engagement_id, d.project_id
ON CONFLICT (engagement_id, month) DO UPDATE SET
    days = excluded.days, first_day = excluded.first_day, last_day = excluded.last_day, day_bits = excluded.day_bits
WHERE (m.days, m.first_day, m.last_day, m.day_bits)
    IS DISTINCT FROM (excluded.days, excluded.first_day, excluded.last_day, excluded.day_bits)
"""
