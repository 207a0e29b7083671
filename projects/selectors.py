"""Questions about projects that pages, rules and reports share."""

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

from core import indicators
from core.indicators import Gap
from projects.indicators import PROJECT_GROUPS, WAGE_CLERK
from projects.models import Project
from projects.models.project import ProjectQuerySet


def projects_for(user) -> ProjectQuerySet:
    return Project.objects.visible_to(user)


def open_projects(user) -> ProjectQuerySet:
    return projects_for(user).under_supervision()


def completeness_for(projects: QuerySet[Project]) -> dict[int, tuple[int, int]]:
    """Project id → (filled, required) of the project indicators, in one query."""
    return indicators.completeness(projects, PROJECT_GROUPS)


def gaps_of(project: Project) -> list[Gap]:
    """What is missing, in the order of the annex."""
    return indicators.gaps(project, PROJECT_GROUPS)


def clerk_gaps_of(project: Project) -> list[Gap]:
    return indicators.gaps(project, [WAGE_CLERK])


def incomplete_sql(projects: QuerySet[Project]) -> tuple[str, list]:
    """SELECT project_id, required, filled of those among `projects` that lack a required indicator."""
    counted, params = indicators.completeness_sql(projects, PROJECT_GROUPS)
    return f"SELECT project_id, required, filled FROM ({counted}) AS counts WHERE filled < required", params


def incomplete(projects: ProjectQuerySet) -> ProjectQuerySet:
    sql, params = incomplete_sql(projects)
    return projects.filter(pk__in=RawSQL(f"SELECT project_id FROM ({sql}) AS lacking", params))


def incomplete_since(projects: ProjectQuerySet, day: date) -> ProjectQuerySet:
    """Open projects that entered supervision on `day` or before and still lack something."""
    return incomplete(projects.under_supervision().filter(supervised_from__lte=day))


def with_open_warnings(projects: ProjectQuerySet) -> ProjectQuerySet:
    warnings = Project._meta.get_field("warnings").related_model._default_manager.open()
    return projects.filter(Exists(warnings.filter(project=OuterRef("pk"))))
