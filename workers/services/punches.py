"""Clockings, and the attendance days that follow from them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction

from core.staging import stage
from workers import partitions
from workers.enums import AttendanceSource, WorkRole
from workers.models.devices import LONGEST_SHIFT, standard_defaults
from workers.services import presence, standards
from workers.services.attendance import DayRow, WrittenDays, write_days


class PunchRow(NamedTuple):
    engagement_id: int
    at: datetime  # aware
    direction: str = ""
    means: str = ""
    device_id: int | None = None


@transaction.atomic
def write_punches(rows: Iterable[PunchRow], *, source: AttendanceSource = AttendanceSource.DEVICE) -> WrittenDays:
    """Keep the clockings and write the days they make, from all clockings known. Counts are of days.

    A device that says no means stands for its own."""
    with connection.cursor() as cursor:
        stage("punch_staging", _COLUMNS, rows)
        span = _span(cursor)
        if span is None:
            return WrittenDays()
        cursor.execute(_INSERT)
        cursor.execute(_SEEN)
        presence.follow(cursor)
        cursor.execute(_TOUCHED, {"zone": settings.TIME_ZONE})
        days = derive(cursor, *span)
    return write_days(days, source=source)


_COLUMNS = {
    "engagement_id": "int8",
    "at": "timestamptz",
    "direction": "varchar",
    "means": "varchar",
    "device_id": "int8",
}


def _span(cursor) -> tuple[date, date] | None:
    """First and last local day of what came, with the partitions of its months made."""
    cursor.execute("SELECT DISTINCT (at AT TIME ZONE %s)::date FROM punch_staging ORDER BY 1", [settings.TIME_ZONE])
    days = [day for (day,) in cursor.fetchall()]
    if not days:
        return None
    around = (day + timedelta(step) for day in (days[0], *days, days[-1]) for step in (-1, 0, 1))
    partitions.ensure({day.replace(day=1) for day in around})
    return days[0], days[-1]


def derive(cursor, first: date, last: date) -> list[DayRow]:
    """The days that follow from the clockings of `punch_touched(engagement_id, day)` and from their neighbours, by the
    standard in force on each day."""
    values = standard_defaults() | {
        "zone": settings.TIME_ZONE,
        "from": first - timedelta(2),
        "to": last + timedelta(3),
        "shift": LONGEST_SHIFT,
        "manager": WorkRole.MANAGER,
    }
    cursor.execute(_DAYS, values)
    return [DayRow(*row) for row in cursor.fetchall()]


_INSERT = """
INSERT INTO workers_punch AS p (engagement_id, at, project_id, direction, means, device_id)
SELECT DISTINCT ON (s.engagement_id, s.at) s.engagement_id, s.at, e.project_id, s.direction,
    coalesce(nullif(s.means, ''), d.means, ''), s.device_id
FROM punch_staging AS s JOIN workers_engagement AS e ON e.id = s.engagement_id
LEFT JOIN workers_device AS d ON d.id = s.device_id AND d.project_id = e.project_id
ORDER BY s.engagement_id, s.at, s.ctid DESC
ON CONFLICT (engagement_id, at) DO UPDATE SET
    direction = excluded.direction, means = excluded.means, device_id = coalesce(excluded.device_id, p.device_id)
WHERE (p.direction, p.means) IS DISTINCT FROM (excluded.direction, excluded.means)
    OR excluded.device_id IS NOT NULL AND p.device_id IS DISTINCT FROM excluded.device_id
"""

_SEEN = """
UPDATE workers_device AS d SET last_seen_at = s.at
FROM (SELECT device_id, max(at) AS at FROM punch_staging WHERE device_id IS NOT NULL GROUP BY device_id) AS s
WHERE d.id = s.device_id AND (d.last_seen_at IS NULL OR d.last_seen_at < s.at)
"""

_TOUCHED = """
DROP TABLE IF EXISTS pg_temp.punch_touched;
CREATE TEMPORARY TABLE punch_touched ON COMMIT DROP AS
SELECT DISTINCT engagement_id, (at AT TIME ZONE %(zone)s)::date AS day FROM punch_staging;
ANALYZE punch_touched
"""

# The days of the touched clockings and their neighbours, which a night shift may reach; of the neighbours only those
# that follow from clockings anyway. A manager's clocking by other than the prescribed means is kept but makes no day:
# a day that stood on such clockings alone becomes none.
_DAYS = f"""
WITH told AS MATERIALIZED (
    SELECT p.engagement_id, p.at, p.direction, p.means, p.at AT TIME ZONE %(zone)s AS local, e.project_id, e.work_role
    FROM workers_punch AS p JOIN workers_engagement AS e ON e.id = p.engagement_id
    WHERE p.at >= %(from)s::timestamp AT TIME ZONE %(zone)s AND p.at < %(to)s::timestamp AT TIME ZONE %(zone)s
        AND p.engagement_id IN (SELECT engagement_id FROM punch_touched)
), asked AS (
    SELECT DISTINCT project_id, local::date AS day FROM told
), {standards.STANDARDS}, known AS (
    SELECT t.*, lag(t.direction) OVER own AS direction_before, lag(t.at) OVER own AS at_before
    FROM told AS t JOIN standards AS s ON s.project_id = t.project_id AND s.day = t.local::date
    WHERE t.work_role <> %(manager)s OR t.means = ANY(s.manager_means)
    WINDOW own AS (PARTITION BY t.engagement_id ORDER BY t.at)
), placed AS (
    SELECT *, CASE WHEN direction = '02' AND direction_before = '01' AND at - at_before <= %(shift)s
        THEN at_before AT TIME ZONE %(zone)s ELSE local END::date AS day
    FROM known
), summed AS (
    SELECT engagement_id, project_id, day, count(*) AS punches, max(at) - min(at) AS span,
        (min(local) FILTER (WHERE direction <> '02'))::time AS first_in,
        (max(local) FILTER (WHERE direction = '02' OR (direction = '' AND at > at_before)))::time AS last_out
    FROM placed GROUP BY engagement_id, project_id, day
), void AS (
    SELECT DISTINCT t.engagement_id, t.project_id, t.local::date AS day
    FROM told AS t JOIN punch_touched AS c ON c.engagement_id = t.engagement_id AND c.day = t.local::date
    WHERE t.work_role = %(manager)s
        AND NOT EXISTS (SELECT FROM summed WHERE engagement_id = t.engagement_id AND day = t.local::date)
)
SELECT s.engagement_id, s.day,
    CASE WHEN s.punches < v.min_punches OR s.span < v.half_span THEN 0 WHEN s.span < v.full_span THEN 0.5 ELSE 1 END,
    s.first_in, s.last_out
FROM summed AS s
JOIN standards AS v ON v.project_id = s.project_id AND v.day = s.day
WHERE EXISTS (SELECT FROM punch_touched AS t WHERE t.engagement_id = s.engagement_id AND t.day = s.day)
    OR EXISTS (SELECT FROM punch_touched AS t WHERE t.engagement_id = s.engagement_id AND abs(t.day - s.day) = 1)
    AND EXISTS (SELECT FROM workers_attendanceday AS d WHERE d.engagement_id = s.engagement_id AND d.day = s.day
        AND d.source IN ('device', 'push'))
UNION ALL
SELECT v.engagement_id, v.day, 0, NULL, NULL
FROM void AS v
JOIN workers_attendanceday AS d
    ON d.engagement_id = v.engagement_id AND d.day = v.day AND d.source IN ('device', 'push')
ORDER BY 1, 2
"""
