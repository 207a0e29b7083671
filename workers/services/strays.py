"""Clockings of people who are not in the register: kept aside, taken in once they are."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction

from core import crypto
from core.staging import stage
from projects.models import Project
from projects.services import lock_open, mark_changed
from workers.services.punches import PunchRow, write_punches


class StrayRow(NamedTuple):
    id_number: str
    name: str
    at: datetime
    direction: str = ""
    means: str = ""
    device_id: int | None = None
    team: str = ""


@transaction.atomic
def keep_strays(project: Project, rows: Iterable[StrayRow]) -> int:
    """Answers how many were not known yet."""
    stage("stray_staging", _COLUMNS, map(_staged, rows))
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [project.pk])
        kept = cursor.rowcount
        cursor.execute(_SEEN)
    if kept:
        mark_changed([project.pk])
    return kept


def _staged(row: StrayRow) -> tuple:
    number = row.id_number
    return (
        *(crypto.encrypt(number), crypto.blind_index(number), number[-4:]),
        *(row.name, row.team[:100], row.at, row.direction, row.means, row.device_id),
    )


@transaction.atomic
def take_in_strays(project: Project) -> int:
    """The kept clockings of people who are in the register by now, for the days between their entry and exit."""
    lock_open(project)
    with connection.cursor() as cursor:
        cursor.execute(_REGISTERED, {"project": project.pk, "zone": settings.TIME_ZONE})
        found = cursor.fetchall()
        if found:
            write_punches(PunchRow(*row) for _, *row in found)
            cursor.execute("DELETE FROM workers_straypunch WHERE id = ANY(%s)", [[pk for pk, *_ in found]])
            mark_changed([project.pk])
    return len(found)


_COLUMNS = {
    "id_number": "bytea",
    "id_number_index": "bytea",
    "id_last4": "varchar",
    "name": "varchar",
    "team": "varchar",
    "at": "timestamptz",
    "direction": "varchar",
    "means": "varchar",
    "device_id": "int8",
}

_KEEP = """
INSERT INTO workers_straypunch (project_id, id_type, id_number, id_number_index, id_last4, name, team, at, direction,
    means, device_id, received_at)
SELECT DISTINCT ON (id_number_index, at) %s, '01', id_number, id_number_index, id_last4, name, team, at, direction,
    means, device_id, now()
FROM stray_staging ORDER BY id_number_index, at
ON CONFLICT (project_id, id_number_index, at) DO NOTHING
"""

# A gate where only unregistered people clock is at work all the same.
_SEEN = """
UPDATE workers_device AS d SET last_seen_at = s.at
FROM (SELECT device_id, max(at) AS at FROM stray_staging WHERE device_id IS NOT NULL GROUP BY device_id) AS s
WHERE d.id = s.device_id AND (d.last_seen_at IS NULL OR d.last_seen_at < s.at)
"""

_REGISTERED = """
SELECT s.id, e.id, s.at, s.direction, s.means, s.device_id
FROM workers_straypunch AS s
JOIN workers_worker AS w ON w.id_type = s.id_type AND w.id_number_index = s.id_number_index
JOIN workers_engagement AS e ON e.worker_id = w.id AND e.project_id = s.project_id
WHERE s.project_id = %(project)s AND (s.at AT TIME ZONE %(zone)s)::date >= e.entered_on
    AND (e.exited_on IS NULL OR (s.at AT TIME ZONE %(zone)s)::date <= e.exited_on)
"""
