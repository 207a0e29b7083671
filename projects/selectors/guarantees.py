"""How projects stand with their payment guarantees on a day: said once in SQL, for the lists and for the rule."""

from datetime import date

from django.db.models import CharField, DateField
from django.db.models.expressions import RawSQL

from projects.models import Project
from projects.models.project import ProjectQuerySet

EXPIRES_SOON = 30  # days

# Guarantees count as one as long as each starts by the day after the one before has ended: a renewal in time raises
# nothing, one that leaves a gap does not cover it. Where nothing is in force: when the last one ended.
_COVERED = """(
    SELECT upper(span) - 1
    FROM unnest((SELECT range_agg(daterange(g.starts_on, g.ends_on, '[]'))
                 FROM projects_paymentguarantee g WHERE g.project_id = {project})) AS span
    WHERE span @> %(today)s::date
)"""
UNTIL = f"""coalesce({_COVERED}, (
    SELECT max(g.ends_on) FROM projects_paymentguarantee g
    WHERE g.project_id = {{project}} AND g.ends_on < %(today)s::date
))"""
STATE = f"""CASE
    WHEN {_COVERED} <= %(today)s::date + %(soon)s THEN 'expiring'
    WHEN {_COVERED} IS NOT NULL THEN 'in_force'
    WHEN EXISTS (SELECT FROM projects_paymentguarantee g
                 WHERE g.project_id = {{project}} AND g.ends_on < %(today)s::date) THEN 'expired'
    ELSE 'none' END"""


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
