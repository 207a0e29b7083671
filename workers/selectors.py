"""Questions about people on sites."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db import connection

from core import crypto
from projects.models import Project


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
