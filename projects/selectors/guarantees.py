"""How projects stand with their payment guarantees on a day: said once in SQL, for the lists and for the rule."""

from datetime import date

from django.db.models import CharField, DateField
from django.db.models.expressions import RawSQL

from projects.models import Project
from projects.models.project import ProjectQuerySet

EXPIRES_SOON = 30  # days

# A guarantee that takes over within the term counts beside the one in force, so a renewal in time raises nothing.
# Where nothing is in force: when the last one ended.
UNTIL = """(
    SELECT CASE WHEN bool_or(g.starts_on <= %(today)s::date AND g.ends_on >= %(today)s::date)
        THEN max(g.ends_on) FILTER (WHERE g.starts_on <= %(today)s::date + %(soon)s)
        ELSE max(g.ends_on) FILTER (WHERE g.ends_on < %(today)s::date) END
    FROM projects_paymentguarantee g WHERE g.project_id = {project}
)"""
STATE = """(
    SELECT CASE
        WHEN count(*) FILTER (WHERE g.starts_on <= %(today)s::date) = 0 THEN 'none'
        WHEN NOT bool_or(g.starts_on <= %(today)s::date AND g.ends_on >= %(today)s::date) THEN 'expired'
        WHEN max(g.ends_on) FILTER (WHERE g.starts_on <= %(today)s::date + %(soon)s) <= %(today)s::date + %(soon)s
            THEN 'expiring'
        ELSE 'in_force' END
    FROM projects_paymentguarantee g WHERE g.project_id = {project}
)"""


def with_guarantees(projects: ProjectQuerySet, today: date, soon: int = EXPIRES_SOON) -> ProjectQuerySet:
    """With `guarantee_state` and `guaranteed_until`."""
    return projects.annotate(
        guarantee_state=_said(STATE, today, soon, CharField()), guaranteed_until=_said(UNTIL, today, soon, DateField())
    )


def guarantee_state(project: Project, today: date) -> str:
    own = Project.objects.unscoped("a project the caller already holds").filter(pk=project.pk)
    return with_guarantees(own, today).values_list("guarantee_state", flat=True).get()


def _said(sql: str, today: date, soon: int, output) -> RawSQL:
    """Django's raw expressions know positions only."""
    values = {"%(today)s": today, "%(soon)s": soon}
    text = sql.format(project="projects_project.id")
    order = sorted((at, key) for key in values for at in _places(text, key))
    for key in values:
        text = text.replace(key, "%s")
    return RawSQL(text, [values[key] for _, key in order], output_field=output)


def _places(text: str, key: str) -> list[int]:
    return [at for at in range(len(text)) if text.startswith(key, at)]
