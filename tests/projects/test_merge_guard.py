"""A model that hangs on a project says what a merge does with it where a unique constraint could stand in the way."""

import pytest
from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.test.utils import isolate_apps
from pgtrigger import Protect

from core.scoping import ScopedModel
from core.triggers import append_only
from projects.models import Project
from projects.models.merging import Fold, Stays, append_only_but_for_merges
from projects.services.merge_parts import (
    at_risk,
    key_columns,
    linked_models,
    parts,
    project_columns,
    rules_of,
    uniques,
)

HELP = "see docs/how-to/add-a-model.md, 合并"


def faults(model: type[models.Model]) -> list[str]:
    rules = rules_of(model)
    if isinstance(rules, Stays):
        return [] if rules.because.strip() else [f"{model.__name__} stays without a reason; {HELP}"]
    said = [
        f"{model.__name__}.on_merge does not say what becomes of {unique.name}; {HELP}"
        for unique in at_risk(model)
        if unique.name not in rules
    ]
    unknown = set(rules) - {unique.name for unique in uniques(model)}
    said += [f"{model.__name__}.on_merge names {name}, which is no unique constraint" for name in unknown]
    said += [
        f"{model.__name__}.{c.name} is unique by an expression, or excludes by more than overlaps"
        for c in model._meta.constraints
        if _odd(model, c)
    ]
    return said + _immovable(model)


def _odd(model, constraint) -> bool:
    """No pairs are found by it: such a model stays. An expression in which nothing moves stands in no way."""
    if isinstance(constraint, ExclusionConstraint):
        operators = {operator for _, operator in constraint.expressions}
        return constraint.condition is not None or bool(operators - {RangeOperators.EQUAL, RangeOperators.OVERLAPS})
    if not isinstance(constraint, UniqueConstraint):
        return False
    read = {part.name for expression in constraint.expressions for part in expression.flatten() if _is_field(part)}
    return not constraint.fields and any(model._meta.get_field(name).is_relation for name in read)


def _is_field(part) -> bool:
    return isinstance(part, models.F)


def _immovable(model) -> list[str]:
    fixed = [
        t for t in getattr(model._meta, "triggers", []) if isinstance(t, Protect) and "UPDATE" in str(t.operation)
    ]
    if not (fixed and project_columns(model)):
        return []
    return [f"{model.__name__} is append-only and cannot move: append_only_but_for_merges(), or Stays"]


def concerned() -> list[type[models.Model]]:
    return sorted({*linked_models(), *(part.model for part in parts())}, key=lambda model: model._meta.label)


@pytest.mark.parametrize("model", concerned(), ids=lambda model: model._meta.label)
def test_every_model_of_a_project_says_what_a_merge_does_with_it(model):
    assert faults(model) == []


def test_parents_come_before_what_hangs_on_them():
    places = {part.model: part.number for part in parts()}
    assert all(places[parent] < part.number for part in parts() for parent in part.parents.values())


def test_models_whose_rows_fold_hang_on_nothing_of_their_own_kind():
    """Re-pointing a row at a folded row of its own table would need another round."""
    for part in parts():
        own = [f.name for f in part.model._meta.concrete_fields if f.related_model is part.model]
        assert not (part.folds and own), part.label


def test_every_key_can_be_written_down():
    assert all(key_columns(part.model) for part in parts())


def test_no_relation_to_projects_goes_unseen():
    """A column of that name without a foreign key would be left behind."""
    for model in apps.get_models():
        names = {field.attname for field in model._meta.concrete_fields if field.related_model is None}
        assert "project_id" not in names, model


# --- the guard bites -----------------------------------------------------------------------------------------------


@isolate_apps("projects")
def test_a_unique_constraint_without_a_word_is_a_fault():
    class Poster(ScopedModel):
        project = models.ForeignKey(Project, models.PROTECT, related_name="+")
        month = models.DateField()

        class Meta:
            app_label = "projects"
            constraints = [UniqueConstraint(fields=["project", "month"], condition=~Q(month=None), name="poster_once")]

    assert "poster_once" in faults(Poster)[0]
    Poster.on_merge = {"poster_once": Fold()}
    assert faults(Poster) == []
    Poster.on_merge = {"poster_once": Fold(), "poster_twice": Fold()}
    assert "poster_twice" in faults(Poster)[0]


@isolate_apps("projects")
def test_one_row_a_project_without_a_word_is_a_fault():
    class Score(ScopedModel):
        project = models.OneToOneField(Project, models.PROTECT, related_name="+")

        class Meta:
            app_label = "projects"

    assert "project" in faults(Score)[0]


@isolate_apps("projects")
def test_an_append_only_table_that_cannot_move_is_a_fault():
    class Note(ScopedModel):
        project = models.ForeignKey(Project, models.PROTECT, related_name="+")

        class Meta:
            app_label = "projects"
            triggers = append_only()

    assert "cannot move" in faults(Note)[0]
    Note._meta.triggers = append_only_but_for_merges()
    assert faults(Note) == []
    Note._meta.triggers, Note.on_merge = append_only(), Stays("what was noted there")
    assert faults(Note) == []
