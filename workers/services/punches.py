"""Clockings, and the attendance days that follow from them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction

from core.staging import stage
from workers import partitions
from workers.enums import AttendanceSource
from workers.services.attendance import DayRow, WrittenDays, write_days

# A day counts with two clockings and four hours between the first and the last (吉林省 2023 年建筑工人实名制考勤规定;
# other provinces differ, so these are parameters). Between two and four hours it is half a day: no rule prescribes it,
# but the employer bears the burden of proof (《保障农民工工资支付条例》第五十条) and the worker was there.
FULL_DAY_PUNCHES = 2
FULL_DAY = timedelta(hours=4)
HALF_DAY = timedelta(hours=2)
# An exit within this time after an entry of the day before closes a night shift: it belongs to that day.
LONGEST_SHIFT = timedelta(hours=16)


class PunchRow(NamedTuple):
    engagement_id: int
    at: datetime  # aware
    direction: str = ""
    means: str = ""


@transaction.atomic
def write_punches(rows: Iterable[PunchRow], *, source: AttendanceSource = AttendanceSource.DEVICE) -> WrittenDays:
    """Keep the clockings and write the days they make, from all clockings known. Counts are of days."""
    with connection.cursor() as cursor:
        stage("punch_staging", _COLUMNS, rows)
        span = _span(cursor)
        if span is None:
            return WrittenDays()
        cursor.execute(_INSERT)
        days = _derive(cursor, *span)
    return write_days(days, source=source)


_COLUMNS = {"engagement_id": "int8", "at": "timestamptz", "direction": "varchar", "means": "varchar"}


def _span(cursor) -> tuple[date, date] | None:
    """First and last local day of what came, with the partitions of its months made."""
    cursor.execute("SELECT DISTINCT (at AT TIME ZONE %s)::date FROM punch_staging ORDER BY 1", [settings.TIME_ZONE])
    days = [day for (day,) in cursor.fetchall()]
    if not days:
        return None
    around = (day + timedelta(step) for day in (days[0], *days, days[-1]) for step in (-1, 0, 1))
    partitions.ensure({day.replace(day=1) for day in around})
    return days[0], days[-1]


def _derive(cursor, first: date, last: date) -> list[DayRow]:
    values = {
        "zone": settings.TIME_ZONE,
        "from": first - timedelta(2),
        "to": last + timedelta(3),
        "punches": FULL_DAY_PUNCHES,
        "full": FULL_DAY,
        "half": HALF_DAY,
        "shift": LONGEST_SHIFT,
    }
    cursor.execute(_DAYS, values)
    return [DayRow(*row) for row in cursor.fetchall()]


_INSERT = """
INSERT INTO workers_punch AS p (engagement_id, at, project_id, direction, means)
SELECT DISTINCT ON (s.engagement_id, s.at) s.engagement_id, s.at, e.project_id, s.direction, s.means
FROM punch_staging AS s JOIN workers_engagement AS e ON e.id = s.engagement_id
ORDER BY s.engagement_id, s.at, s.ctid DESC
ON CONFLICT (engagement_id, at) DO UPDATE SET direction = excluded.direction, means = excluded.means
WHERE (p.direction, p.means) IS DISTINCT FROM (excluded.direction, excluded.means)
"""

# The days of the uploaded clockings and their neighbours, which a night shift may reach; of the neighbours only those
# that follow from clockings anyway.
_DAYS = """
WITH touched AS (
    SELECT DISTINCT engagement_id, (at AT TIME ZONE %(zone)s)::date AS day FROM punch_staging
), known AS (
    SELECT p.engagement_id, p.at, p.direction, p.at AT TIME ZONE %(zone)s AS local,
        lag(p.direction) OVER own AS direction_before, lag(p.at) OVER own AS at_before
    FROM workers_punch AS p
    WHERE p.at >= %(from)s::timestamp AT TIME ZONE %(zone)s AND p.at < %(to)s::timestamp AT TIME ZONE %(zone)s
        AND p.engagement_id IN (SELECT engagement_id FROM touched)
    WINDOW own AS (PARTITION BY p.engagement_id ORDER BY p.at)
), placed AS (
    SELECT *, CASE WHEN direction = '02' AND direction_before = '01' AND at - at_before <= %(shift)s
        THEN at_before AT TIME ZONE %(zone)s ELSE local END::date AS day
    FROM known
), summed AS (
    SELECT engagement_id, day, count(*) AS punches, max(at) - min(at) AS span,
        (min(local) FILTER (WHERE direction <> '02'))::time AS first_in,
        (max(local) FILTER (WHERE direction = '02' OR (direction = '' AND at > at_before)))::time AS last_out
    FROM placed GROUP BY engagement_id, day
)
SELECT s.engagement_id, s.day,
    CASE WHEN s.punches < %(punches)s OR s.span < %(half)s THEN 0 WHEN s.span < %(full)s THEN 0.5 ELSE 1 END,
    s.first_in, s.last_out
FROM summed AS s
WHERE EXISTS (SELECT FROM touched AS t WHERE t.engagement_id = s.engagement_id AND t.day = s.day)
    OR EXISTS (SELECT FROM touched AS t WHERE t.engagement_id = s.engagement_id AND abs(t.day - s.day) = 1)
    AND EXISTS (SELECT FROM workers_attendanceday AS d WHERE d.engagement_id = s.engagement_id AND d.day = s.day
        AND d.source IN ('device', 'push'))
ORDER BY 1, 2
"""
