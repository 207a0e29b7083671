"""The data indicators of the annex (湘人社规〔2024〕13号: 144 in all), each said once.

The model field already knows label, type, length and choices; an indicator adds only its number in the annex, the path
to the field and when it is required. Groups register by being defined in an app's `indicators.py`:

    BASIC = IndicatorGroup("basic", "基本信息", Project, [
        Indicator(1, "address"),
        Indicator(7, "completed_on", only_when("status", Status.COMPLETED)),
    ])

From the groups come what a record lacks, the completeness of any set of projects in one SQL query, the completeness
rule, forms and the monthly inspection. `core.annex` holds the annex itself, as published.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.urls import reverse

_groups: dict[str, "IndicatorGroup"] = {}


@dataclass(frozen=True, init=False)
class only_when:
    """Required only while the field at `path` (of the same row, or of its project) holds one of `values`."""

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
    label: str = ""  # the annex's word, where one field goes by several (a bank that keeps, a bank that guarantees)

    @property
    def field_name(self) -> str:
        """The form field it is filled in at: forms name a field after the last step of the path."""
        return self.path.rpartition("__")[2]

    def is_required(self, row: models.Model) -> bool:
        return self.condition is None or self.condition.holds(row)

    def is_filled(self, row: models.Model) -> bool:
        return follow(row, self.path) not in (None, "")


@dataclass(eq=False)
class IndicatorGroup:
    """One group of the annex: rows of `model`, each belonging to a project by `project_path`.

    `rows` narrows the model (construction units among the participations); projects matching `expected` must have at
    least one row, and lack the whole group when they have none. `edit` names the address of a row's form, `add` that
    of a new row's form in a project; both take one number. `row_label` is a path to what tells rows apart.
    """

    key: str
    title: str
    model: type[models.Model]
    indicators: list[Indicator]
    project_path: str = "project"
    rows: Q = field(default_factory=Q)
    expected: Q | None = None
    edit: str = ""
    add: str = ""
    row_label: str = ""

    def __post_init__(self):
        if self.key in _groups:
            raise ValueError(f"Two indicator groups are called {self.key}.")
        _groups[self.key] = self

    @cached_property
    def fields(self) -> dict[int, models.Field]:
        return {indicator.number: field_at(self.model, indicator.path) for indicator in self.indicators}

    def label(self, indicator: Indicator) -> str:
        return indicator.label or str(self.fields[indicator.number].verbose_name)

    def missing(self, row: models.Model) -> list[Indicator]:
        return [item for item in self.indicators if item.is_required(row) and not item.is_filled(row)]

    def missing_without_row(self, project: models.Model) -> list[Indicator]:
        """What a project lacks that should have a row and has none: whatever a new row would need at once."""
        conditions = ((item, self._of_project(item)) for item in self.indicators)
        return [
            item for item, condition in conditions if condition is True or (condition and condition.holds(project))
        ]

    def fill_url(self, indicator: Indicator, *, row: models.Model | None, project_id: int) -> str:
        """Where the indicator is filled in, down to the field."""
        address = reverse(self.edit, args=[row.pk]) if row is not None else reverse(self.add, args=[project_id])
        return f"{address}#id_{indicator.field_name}"

    def for_projects(self, project_ids) -> models.QuerySet:
        return self.model._base_manager.filter(self.rows, **{f"{self.project_path}__in": project_ids})

    def parts(self, projects: models.QuerySet) -> list[models.QuerySet]:
        """project, required, filled: a line per row of the model, and one per project that lacks its row."""
        counted = [self._counts(projects.order_by().values("pk"))]
        return counted if self.expected is None else [*counted, self._absent(projects)]

    def _counts(self, project_ids) -> models.QuerySet:
        required = [_one_if(item.condition.q() if item.condition else None) for item in self.indicators]
        filled = [_one_if(self._filled_q(item)) for item in self.indicators]
        rows = self.for_projects(project_ids).order_by()
        return rows.values_list(F(self.project_path), _sum(required), _sum(filled))

    def _absent(self, projects: models.QuerySet) -> models.QuerySet:
        rows = self.model._base_manager.filter(self.rows, **{self.project_path: OuterRef("pk")})
        conditions = [condition for item in self.indicators if (condition := self._of_project(item))]
        required = [_one_if(None if condition is True else condition.q()) for condition in conditions]
        lacking = projects.order_by().filter(self.expected).exclude(Exists(rows))
        return lacking.values_list("pk", _sum(required), Value(0))

    def _of_project(self, indicator: Indicator) -> only_when | bool:
        """The condition as the project itself can answer it: True without one, False where only a row can tell."""
        if indicator.condition is None:
            return True
        link, found, path = indicator.condition.path.partition(f"{self.project_path}__")
        return only_when(path, *indicator.condition.values) if found and not link else False

    def _filled_q(self, indicator: Indicator) -> Q:
        filled = Q(**{f"{indicator.path}__isnull": False})
        if isinstance(self.fields[indicator.number], (models.CharField, models.TextField)):
            filled &= ~Q(**{indicator.path: ""})
        return indicator.condition.q() & filled if indicator.condition else filled


@dataclass(frozen=True)
class Gap:
    """An indicator that is required and empty: in a row, or in a row that is still to be made."""

    group: IndicatorGroup
    indicator: Indicator
    row: models.Model | None
    project_id: int

    @property
    def number(self) -> int:
        return self.indicator.number

    @property
    def label(self) -> str:
        return self.group.label(self.indicator)

    @property
    def heading(self) -> str:
        """The group, and which of its rows where they have names."""
        name = self.row is not None and self.group.row_label and follow(self.row, self.group.row_label)
        return f"{self.group.title}：{name}" if name else self.group.title

    @property
    def url(self) -> str:
        return self.group.fill_url(self.indicator, row=self.row, project_id=self.project_id)


def groups() -> Iterable[IndicatorGroup]:
    return _groups.values()


def group(key: str) -> IndicatorGroup:
    return _groups[key]


def gaps(project: models.Model, of: Iterable[IndicatorGroup]) -> list[Gap]:
    """Everything one project lacks, in the order of the annex."""
    return gaps_of([project], of)


def gaps_of(projects: Iterable[models.Model], of: Iterable[IndicatorGroup]) -> list[Gap]:
    """Everything these projects lack, group by group: at most two queries for each group, however many projects."""
    by_pk = {project.pk: project for project in projects}
    return [gap for each in of for gap in _gaps_in(each, by_pk)]


def _gaps_in(each: IndicatorGroup, projects: dict[int, models.Model]) -> Iterator[Gap]:
    links = {item.condition.path.rpartition("__")[0] for item in each.indicators if item.condition}
    for item in each.indicators:
        links.add(item.path if each.fields[item.number].is_relation else item.path.rpartition("__")[0])
    links.discard("")
    rows = each.for_projects(list(projects)).annotate(of_project=F(each.project_path))
    without = set(projects)
    for row in rows.select_related(*links) if links else rows:
        without.discard(row.of_project)
        yield from (Gap(each, item, row, row.of_project) for item in each.missing(row))
    if without and each.expected is not None:
        model = type(next(iter(projects.values())))
        for pk in (
            model._base_manager.filter(each.expected, pk__in=without).order_by("pk").values_list("pk", flat=True)
        ):
            yield from (Gap(each, item, None, pk) for item in each.missing_without_row(projects[pk]))


def completeness(projects: models.QuerySet, of: Iterable[IndicatorGroup]) -> dict[int, tuple[int, int]]:
    """Project id → (filled, required), over these groups, in one SQL query. What needs nothing is left out."""
    sql, params = completeness_sql(projects, of)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return {project: (filled, required) for project, required, filled in cursor.fetchall()}


def completeness_sql(projects: models.QuerySet, of: Iterable[IndicatorGroup]) -> tuple[str, list]:
    """SELECT project_id, required, filled – to be read as it is or joined to."""
    compiled = [part.query.sql_with_params() for each in of for part in each.parts(projects)]
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


def _one_if(condition: Q | None):
    """1 or 0; without a condition 1."""
    if condition is None:
        return Value(1)
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def _sum(ones: list):
    total = Value(0, output_field=IntegerField())
    for one in ones:
        total = total + one
    return total


def field_at(model: type[models.Model], path: str) -> models.Field:
    """The field at the end of a dunder path of links to one row each; FieldDoesNotExist where there is none."""
    *links, last = path.split("__")
    for name in links:
        link = model._meta.get_field(name)
        if not isinstance(link, models.ForeignKey):
            raise FieldDoesNotExist(f"{model.__name__}.{name} does not lead to one row.")
        model = link.related_model
    return model._meta.get_field(last)
