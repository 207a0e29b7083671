"""Which models take part in a merge, and in which order: read from the models, those of the apps above too."""

from dataclasses import dataclass, field
from functools import cache
from graphlib import TopologicalSorter

from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import connection
from django.db.models import ForeignKey, Model, UniqueConstraint
from django.db.models.sql import Query
from pghistory.models import Event

from core.models import Attachment
from projects.models import Project
from projects.models.merging import Fold, Rule, Stays


@dataclass(frozen=True)
class Unique:
    """A unique constraint, or one that excludes overlaps, by its name and columns."""

    name: str
    columns: tuple[str, ...]
    constraint: UniqueConstraint | None = field(default=None, compare=False)
    overlapping: tuple[str, ...] = ()  # SQL of ranges that must not overlap where the columns are equal


@dataclass(frozen=True)
class Part:
    """One model in a merge. `parents`: columns that lead to models whose rows may be folded."""

    number: int
    model: type[Model]
    projects: tuple[str, ...]
    parents: dict[str, type[Model]]
    rules: dict[Unique, Rule]

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def keys(self) -> list[str]:
        return key_columns(self.model)

    @property
    def folds(self) -> bool:
        return any(isinstance(rule, Fold) for rule in self.rules.values())


def key_columns(model: type[Model]) -> list[str]:
    return [field.column for field in getattr(model._meta.pk, "fields", [model._meta.pk])]


def project_columns(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.column for field in _foreign_keys(model) if field.related_model is Project)


def _foreign_keys(model: type[Model]) -> list[ForeignKey]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]


@cache
def linked_models() -> tuple[type[Model], ...]:
    """Every model with a key to a project. Row history stays what it was: what happened where."""
    every = apps.get_models(include_auto_created=True)
    return tuple(model for model in every if project_columns(model) and _is_live(model))


def staying_models() -> list[type[Model]]:
    return [model for model in linked_models() if isinstance(rules_of(model), Stays)]


def _is_live(model: type[Model]) -> bool:
    return model is not Project and not issubclass(model, Event) and model._meta.managed


def rules_of(model: type[Model]) -> dict[str, Rule] | Stays:
    return getattr(model, "on_merge", {})


def uniques(model: type[Model]) -> list[Unique]:
    """Every unique constraint, however it was declared."""
    found = [
        Unique(constraint.name, tuple(_column(model, name) for name in constraint.fields), constraint)
        for constraint in model._meta.constraints
        if isinstance(constraint, UniqueConstraint)
    ]
    found += [
        _excluding(model, constraint)
        for constraint in model._meta.constraints
        if isinstance(constraint, ExclusionConstraint)
    ]
    found += [Unique(field.name, (field.column,)) for field in model._meta.concrete_fields if field.unique]
    found += [
        Unique("+".join(names), tuple(_column(model, n) for n in names)) for names in model._meta.unique_together
    ]
    keys = tuple(key_columns(model))
    return [*found, Unique("pk", keys)] if len(keys) > 1 else found


def _excluding(model: type[Model], constraint: ExclusionConstraint) -> Unique:
    """Its equal columns by name; of its ranges the SQL, with columns that no table qualifies."""
    equal, ranges = [], []
    query = Query(model, alias_cols=False)
    for expression, operator in constraint.expressions:
        if operator == RangeOperators.EQUAL:
            equal.append(_column(model, expression))
        else:
            compiler = query.get_compiler(connection=connection)
            sql, params = compiler.compile(expression.resolve_expression(query))
            ranges.append(sql % tuple(f"'{value}'" for value in params))
    return Unique(constraint.name, tuple(equal), overlapping=tuple(ranges))


def _column(model: type[Model], name: str) -> str:
    return model._meta.get_field(name).column


def at_risk(model: type[Model]) -> list[Unique]:
    """The constraints a move of its rows may break: with a project in them, or a row that may be folded."""
    parents = _parents(model)
    moving = {*project_columns(model), *parents}
    return [unique for unique in uniques(model) if moving & set(unique.columns)]


def _parents(model: type[Model]) -> dict[str, type[Model]]:
    foldable = set(_foldable())
    return {f.column: f.related_model for f in _foreign_keys(model) if f.related_model in foldable - {model}}


@cache
def _foldable() -> tuple[type[Model], ...]:
    """Models with rows of their own key that something else may hang on."""
    return tuple(
        model
        for model in linked_models()
        if len(key_columns(model)) == 1
        and not isinstance(rules := rules_of(model), Stays)
        and any(isinstance(rule, Fold) for rule in rules.values())
    )


@cache
def parts() -> tuple[Part, ...]:
    """Parents before children; the files last of all."""
    staying = set(staying_models())
    chosen = [m for m in apps.get_models(include_auto_created=True) if _is_live(m) and m not in staying]
    chosen = [model for model in chosen if project_columns(model) or _parents(model)]
    order = TopologicalSorter({model: [*_parents(model).values()] for model in chosen}).static_order()
    models = [*(model for model in order if model is not Attachment), Attachment]
    return tuple(_part(number, model) for number, model in enumerate(models))


def _part(number: int, model: type[Model]) -> Part:
    rules = rules_of(model)
    by_name = {unique.name: unique for unique in uniques(model)}
    said = {by_name[name]: rule for name, rule in rules.items()}
    return Part(number, model, project_columns(model), _parents(model), said)
