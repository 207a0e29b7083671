"""A month's days derived again from its clockings, when the standard, somebody's role or a device's means changed."""

from datetime import date, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction

from core import audit
from core.months import next_month
from projects.models import Project
from projects.services import lock_open
from workers import partitions
from workers.enums import AttendanceSource
from workers.models import Engagement
from workers.services.attendance import DayRow, WrittenDays, write_days
from workers.services.punches import derive


class DayChange(NamedTuple):
    engagement: Engagement
    day: date
    old_units: Decimal | None
    new_units: Decimal
    first_in: time | None
    last_out: time | None


@transaction.atomic
def changes_of(project: Project, month: date) -> list[DayChange]:
    """What recomputing would change, nothing written. Days that a sheet or a hand wrote stay."""
    rows = _changed_rows(project, month)
    people = Engagement.objects.unscoped("the project is in scope").filter(project=project).select_related("worker")
    known = people.defer("worker__id_number", "worker__phone").in_bulk({row.engagement_id for row, _ in rows})
    return [
        DayChange(known[row.engagement_id], row.day, old, row.units, row.first_in, row.last_out) for row, old in rows
    ]


@transaction.atomic
def recompute(project: Project, month: date, *, by) -> WrittenDays:
    """Refused: a completed project."""
    lock_open(project)
    rows = [row for row, _ in _changed_rows(project, month)]
    written = write_days(rows, source=AttendanceSource.DEVICE)
    if rows:
        audit.record("attendance.recompute", by=by, target=project, month=f"{month:%Y-%m}", days=len(rows))
    return written


def _changed_rows(project: Project, month: date) -> list[tuple[DayRow, Decimal | None]]:
    last = next_month(month) - timedelta(1)
    values = {"project": project.pk, "zone": settings.TIME_ZONE, "first": month, "end": last + timedelta(1)}
    with connection.cursor() as cursor:
        partitions.ensure([month])
        cursor.execute(_TOUCHED, values)
        rows = [row for row in derive(cursor, month, last) if month <= row.day <= last]
        cursor.execute(_STANDING, values)
        standing = {(engagement, day): (units, source) for engagement, day, units, source in cursor.fetchall()}
    changed = []
    for row in rows:
        units, source = standing.get((row.engagement_id, row.day), (None, AttendanceSource.DEVICE))
        if source in (AttendanceSource.DEVICE, AttendanceSource.PUSH) and units != row.units:
            changed.append((row, units))
    return changed


_TOUCHED = """
DROP TABLE IF EXISTS pg_temp.punch_touched;
CREATE TEMPORARY TABLE punch_touched ON COMMIT DROP AS
SELECT DISTINCT p.engagement_id, (p.at AT TIME ZONE %(zone)s)::date AS day
FROM workers_punch AS p JOIN workers_engagement AS e ON e.id = p.engagement_id
WHERE e.project_id = %(project)s AND p.at >= %(first)s::timestamp AT TIME ZONE %(zone)s
    AND p.at < %(end)s::timestamp AT TIME ZONE %(zone)s;
ANALYZE punch_touched
"""

_STANDING = """
SELECT engagement_id, day, units, source FROM workers_attendanceday
WHERE project_id = %(project)s AND day >= %(first)s AND day < %(end)s
"""
