"""Questions about projects that pages, rules and reports share."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.expressions import RawSQL

from core import indicators
from core.indicators import Gap
from projects.indicators import PROJECT_GROUPS, WAGE_CLERK
from projects.models import Participation, Project, ProjectMerge, Suspension
from projects.models.project import ProjectQuerySet


def projects_for(user) -> ProjectQuerySet:
    return Project.objects.visible_to(user)


def with_parties(projects: ProjectQuerySet, *only: str) -> ProjectQuerySet:
    """With places and parties, whole or only these fields of them."""
    parties = Participation.objects.unscoped("parties of projects already in scope").select_related("organization")
    parties = parties.only(*only) if only else parties.select_related("organization__region")
    return projects.select_related("jurisdiction__parent__parent").prefetch_related(
        Prefetch("participations", parties)
    )


def open_projects(user) -> ProjectQuerySet:
    return projects_for(user).under_supervision()


def unconfirmed(user) -> ProjectQuerySet:
    """Open projects in sight whose jurisdiction nobody has confirmed (P4)."""
    return open_projects(user).filter(jurisdiction_confirmed_on=None)


def suspensions_between(project: Project, first: date, last: date) -> list[Suspension]:
    """The spans without work that touch these days, the latest first."""
    return list(project.suspensions.filter(Q(ended_on=None) | Q(ended_on__gt=first), began_on__lte=last))


def merges_of(project: Project) -> QuerySet[ProjectMerge]:
    """What was merged into it, or was and is no more; also what it was itself for a while."""
    merges = ProjectMerge.objects.unscoped("of a project in scope")
    merges = merges.select_related("source", "target", "by", "undone_by")
    return merges.filter(Q(target=project) | Q(source=project) | Q(target__merged_into=project))


def completeness_for(projects: QuerySet[Project]) -> dict[int, tuple[int, int]]:
    """Project id → (filled, required) of the project indicators, in one query."""
    return indicators.completeness(projects, PROJECT_GROUPS)


def gaps_of(project: Project) -> list[Gap]:
    """What is missing, in the order of the annex."""
    return indicators.gaps(project, PROJECT_GROUPS)


def clerk_gaps_of(project: Project) -> list[Gap]:
    return indicators.gaps(project, [WAGE_CLERK])


def filing_deadlines(projects: Iterable[Project]) -> dict[int, date]:
    """Project id → by when it was to be on the platform (P3); a project without such a day is left out."""
    found = Project.objects.unscoped("projects already in scope").among(project.pk for project in projects)
    return dict(found.with_filing_deadline().exclude(filing_due_on=None).values_list("pk", "filing_due_on"))


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


def open_warning_counts(project_ids) -> dict[int, int]:
    """Project id → open warnings; a project without any is left out."""
    warnings = _open_warnings().filter(project__in=project_ids).order_by()
    return dict(warnings.values_list("project").annotate(Count("pk")))


def _open_warnings() -> QuerySet:
    """Projects do not know the app above them: the way back from its foreign key is enough."""
    warnings = Project._meta.get_field("warnings").related_model.objects
    return warnings.open().unscoped("warnings of projects already in scope")


def with_open_warnings(projects: ProjectQuerySet) -> ProjectQuerySet:
    return projects.filter(Exists(_open_warnings().filter(project=OuterRef("pk"))))
