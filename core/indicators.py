"""The data indicators of the annex (湘人社规〔2024〕13号: 144 in all), each said once.

The model field already knows label, type, length and choices; an indicator adds only its number in the annex, the path
to the field and when it is required. Groups register by being defined in an app's `indicators.py`:

    BASIC = IndicatorGroup("basic", "基本信息", Project, [
        Indicator(1, "address"),
        Indicator(7, "completed_on", only_when("status", Status.COMPLETED)),
    ])

From the groups come what a record lacks, the completeness of any set of projects in one SQL query, the completeness
rule, forms and the monthly inspection.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.db import connection, models
from django.db.models import BooleanField, Case, F, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Cast, Coalesce

_groups: dict[str, "IndicatorGroup"] = {}


@dataclass(frozen=True)
class only_when:
    """Required only while the field at `path` (of the same row) holds one of `values`."""

    path: str
    values: tuple

    def __init__(self, path: str, *values):
        object.__setattr__(self, "path", path)
        object.__setattr__(self, "values", values)

    def q(self) -> Q:
        return Q(**{f"{self.path}__in": self.values})

    def holds(self, row: models.Model) -> bool:
        return follow(row, self.path) in self.values


@dataclass(frozen=True)
class Indicator:
    number: int
    path: str
    condition: only_when | None = None

    def is_required(self, row: models.Model) -> bool:
        return self.condition is None or self.condition.holds(row)

    def is_filled(self, row: models.Model) -> bool:
        return follow(row, self.path) not in (None, "")


@dataclass(eq=False)
class IndicatorGroup:
    """One group of the annex: rows of `model`, each belonging to a project by `project_path`.

    `rows` narrows the model (construction units among the participations); projects matching `expected` must have at
    least one row, and lack the whole group when they have none.
    """

    key: str
    title: str
    model: type[models.Model]
    indicators: list[Indicator]
    project_path: str = "project"
    rows: Q = field(default_factory=Q)
    expected: Q | None = None

    def __post_init__(self):
        if self.key in _groups:
            raise ValueError(f"Two indicator groups are called {self.key}.")
        _groups[self.key] = self

    @cached_property
    def fields(self) -> dict[int, models.Field]:
        return {indicator.number: _field(self.model, indicator.path) for indicator in self.indicators}

    def label(self, indicator: Indicator) -> str:
        return str(self.fields[indicator.number].verbose_name)

    def missing(self, row: models.Model) -> list[Indicator]:
        return [item for item in self.indicators if item.is_required(row) and not item.is_filled(row)]

    def for_projects(self, project_ids) -> models.QuerySet:
        return self.model._base_manager.filter(self.rows, **{f"{self.project_path}__in": project_ids})

    def _counts(self, project_ids) -> models.QuerySet:
        """project, required, filled: one line per row of the model."""
        required = [_one_if(_required_q(item)) for item in self.indicators]
        filled = [_one_if(_required_q(item) & self._filled_q(item)) for item in self.indicators]
        return (
            self.for_projects(project_ids).values_list(F(self.project_path), _sum(required), _sum(filled)).order_by()
        )

    def _absent(self, projects: models.QuerySet) -> models.QuerySet:
        """project, required, 0: projects that should have a row and have none."""
        rows = self.model._base_manager.filter(self.rows, **{self.project_path: OuterRef("pk")})
        always = sum(1 for item in self.indicators if item.condition is None)
        lacking = projects.filter(self.expected).exclude(models.Exists(rows))
        return lacking.values_list("pk", Value(always), Value(0)).order_by()

    def _filled_q(self, indicator: Indicator) -> Q:
        empty = Q(**{f"{indicator.path}__isnull": True})
        if isinstance(self.fields[indicator.number], (models.CharField, models.TextField)):
            empty |= Q(**{indicator.path: ""})
        return ~empty


def groups() -> Iterable[IndicatorGroup]:
    return _groups.values()


def group(key: str) -> IndicatorGroup:
    return _groups[key]


def completeness(projects: models.QuerySet, of: Iterable[IndicatorGroup]) -> dict[int, tuple[int, int]]:
    """Project id → (filled, required), over these groups, in one SQL query."""
    sql, params = completeness_sql(projects, of)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return {project: (filled, required) for project, required, filled in cursor.fetchall()}


def completeness_sql(projects: models.QuerySet, of: Iterable[IndicatorGroup]) -> tuple[str, list]:
    """SELECT project_id, required, filled – to be read as it is or joined to."""
    ids = projects.order_by().values("pk")
    parts = [item._counts(ids) for item in of]
    parts += [item._absent(projects) for item in of if item.expected is not None]
    compiled = [part.query.sql_with_params() for part in parts]
    union = " UNION ALL ".join(f"({sql})" for sql, _ in compiled)
    columns = "sum(required)::int AS required, sum(filled)::int AS filled"
    sql = f"SELECT project_id, {columns} FROM ({union}) AS counted(project_id, required, filled) GROUP BY project_id"
    return sql, [param for _, params in compiled for param in params]


def follow(row: models.Model, path: str):
    """The value at a dunder path, None where a link is missing."""
    value = row
    for name in path.split("__"):
        if value is None:
            return None
        value = getattr(value, name)
    return value


def _required_q(indicator: Indicator) -> Q | None:
    return indicator.condition.q() if indicator.condition else Q(Value(True, output_field=BooleanField()))


def _one_if(condition: Q):
    return Case(When(condition, then=1), default=0, output_field=IntegerField())


def _sum(cases: list):
    total = Value(0)
    for case in cases:
        total = total + case
    return Cast(Coalesce(total, 0), IntegerField())


def _field(model: type[models.Model], path: str) -> models.Field:
    *links, last = path.split("__")
    for name in links:
        model = model._meta.get_field(name).related_model
    return model._meta.get_field(last)
