"""Questions about people on sites."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from core import crypto
from projects.models import Project
from workers.enums import AttendanceSource
from workers.models import AttendanceDay, Engagement


class KnownPerson(NamedTuple):
    name: str
    elsewhere: bool  # engaged at another project as well
    exited_on: date | None  # from this project


_KNOWN = """
SELECT w.id_number_index, w.name, e.exited_on,
    EXISTS (SELECT FROM workers_engagement AS o WHERE o.worker_id = w.id AND o.project_id <> %(project)s)
FROM workers_worker AS w
LEFT JOIN workers_engagement AS e ON e.worker_id = w.id AND e.project_id = %(project)s
WHERE w.id_type = %(id_type)s AND w.id_number_index = ANY(%(indexes)s)
"""


def known_people(project: Project, id_numbers: Iterable[str], id_type: str = "01") -> dict[bytes, KnownPerson]:
    """Those of these people whom the platform knows, by the blind index of their number."""
    indexes = [crypto.blind_index(number) for number in id_numbers]
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"project": project.pk, "id_type": id_type, "indexes": indexes})
        return {bytes(index): KnownPerson(name, elsewhere, exit) for index, name, exit, elsewhere in cursor}


class EngagedPerson(NamedTuple):
    engagement_id: int
    id_number_index: bytes
    name: str
    entered_on: date
    exited_on: date | None


def engaged_people(project: Project) -> Iterator[EngagedPerson]:
    rows = Engagement._base_manager.filter(project=project).values_list(
        "pk", "worker__id_number_index", "worker__name", "entered_on", "exited_on"
    )
    return (EngagedPerson(pk, bytes(index), *rest) for pk, index, *rest in rows)


def days_by_hand(project: Project, first: date, last: date) -> dict[tuple[int, date], Decimal]:
    """(engagement, day) → what somebody entered or corrected by hand."""
    days = AttendanceDay._base_manager.filter(
        project=project, day__range=(first, last), source=AttendanceSource.MANUAL
    )
    return {(engagement, day): units for engagement, day, units in days.values_list("engagement_id", "day", "units")}
