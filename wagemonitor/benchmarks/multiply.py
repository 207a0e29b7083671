"""A province that has lived, several times over: what belongs to projects, workers and accounts is copied with other
numbers, by the database itself. Regions, units, people with logins and settings stay one.

Half a million people would be seeded in an hour; copying fifty thousand nine times takes minutes.
"""

from django.apps import apps
from django.db import connection, models, transaction
from pghistory.models import Event
from tqdm import tqdm

from accounts.models import SpecialAccount
from accounts.services import keep_arrears
from core.fields import BlindIndexField
from projects.models import AcceptedMatch, Project
from workers.models import Worker

APPS = ("projects", "workers", "accounts", "alerts")
LEFT_OUT = {AcceptedMatch}  # one of a listed permit, and the list stays one
# What people call things by: equal names would be found as one project filed twice.
NAMES = {("projects_project", "name"), ("projects_permit", "number"), ("accounts_specialaccount", "name")}
UNIQUE = """
SELECT array_agg(a.attname::text)
FROM pg_index x JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = ANY(x.indkey)
WHERE x.indrelid = %s::regclass AND x.indisunique GROUP BY x.indexrelid
"""
MARK = "INSERT INTO accounts_arrearsmark (project_id) SELECT id FROM projects_project WHERE id > %s"


def multiply(times: int) -> None:
    """`times` is how many there are in the end."""
    if times == 1:
        return
    tables = copied()
    with transaction.atomic(), connection.cursor() as cursor:
        # no triggers and no foreign keys: history, marks and roll-ups are copied like everything else
        cursor.execute("SET LOCAL session_replication_role = replica")
        steps = {model: Copy(model, tables, cursor) for model in tables}
        for model in tqdm(steps, desc="copies", leave=False):
            steps[model].make(cursor, times, {each: step.shift for each, step in steps.items()})
        cursor.execute(MARK, [steps[Project].shift])
    while keep_arrears():
        pass


def copied() -> list[type[models.Model]]:
    """The three and whatever refers to one of them, over any number of others."""
    known = [model for app in APPS for model in apps.get_app_config(app).get_models() if _is_table(model)]
    known = [model for model in known if model not in LEFT_OUT]
    found = {Project, Worker, SpecialAccount}
    while more := {model for model in known if model not in found and found & set(_targets(model).values())}:
        found |= more
    return [model for model in known if model in found]


def _is_table(model: type[models.Model]) -> bool:
    return model._meta.managed and not model._meta.proxy and not issubclass(model, Event)


def _targets(model: type[models.Model]) -> dict[str, type[models.Model]]:
    return {field.column: field.related_model for field in model._meta.concrete_fields if field.is_relation}


class Copy:
    """One table: `shift` is by how much the numbers of one copy lie above those of the copy before."""

    def __init__(self, model: type[models.Model], tables: list[type[models.Model]], cursor):
        self.model, self.table = model, model._meta.db_table
        self.links = {column: target for column, target in _targets(model).items() if target in tables}
        cursor.execute(UNIQUE, [self.table])
        self.unique = [columns for (columns,) in cursor.fetchall()]
        self.has_id = any(field.column == "id" for field in model._meta.concrete_fields)
        cursor.execute(f"SELECT {'coalesce(max(id), 0)' if self.has_id else '0'} FROM {self.table} LIMIT 1")
        self.shift = (cursor.fetchone() or [0])[0]

    def make(self, cursor, times: int, shifts: dict[type[models.Model], int]) -> None:
        fields = [field for field in self.model._meta.concrete_fields if not field.generated]
        columns = ", ".join(f'"{field.column}"' for field in fields)
        values = ", ".join(self._value(field, shifts) for field in fields)
        cursor.execute(
            f"INSERT INTO {self.table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values}"
            f" FROM {self.table} t CROSS JOIN generate_series(1, {times - 1}) AS copy"
        )
        if self.has_id:
            sequence = f"pg_get_serial_sequence('{self.table}', 'id')"
            cursor.execute(f"SELECT setval({sequence}, (SELECT max(id) FROM {self.table})) WHERE {self.shift} > 0")

    def _value(self, field: models.Field, shifts: dict[type[models.Model], int]) -> str:
        column = f't."{field.column}"'
        if field.column == "id":
            return f"{column} + copy * {self.shift}"
        if field.column in self.links:
            return f"{column} + copy * {shifts[self.links[field.column]]}"
        if isinstance(field, BlindIndexField):
            return f"sha256({column} || int4send(copy))"  # the same everywhere, so that people and cards still meet
        if (self.table, field.column) in NAMES:
            return f"CASE {column} WHEN '' THEN '' ELSE {column} || chr(64 + copy) END"
        if self._has_to_differ(field.column):
            other = f"chr(64 + copy) || {column}"
            return "NULL" if field.null else f"CASE {column} WHEN '' THEN '' ELSE {other} END"
        return column

    def _has_to_differ(self, column: str) -> bool:
        """In some unique index nothing else does: its last column of text, else the one that may be left out."""
        for columns in self.unique:
            own = [field for field in self.model._meta.concrete_fields if field.column in columns]
            if any(self._differs(field) for field in own):
                continue
            texts = [field.column for field in own if isinstance(field, models.CharField) and not field.choices]
            if column == (texts or [field.column for field in own if field.null])[-1]:
                return True
        return False

    def _differs(self, field: models.Field) -> bool:
        return field.column == "id" or field.column in self.links or isinstance(field, BlindIndexField)
