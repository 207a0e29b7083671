"""Teams of a project, their employers, and who belongs to them."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import audit
from projects.enums import SUBCONTRACTORS, ParticipantType
from projects.models import Participation, Project
from projects.services import lock_open, mark_changed
from workers.models import Engagement, Team
from workers.services import checks


def units_of(project: Project):
    """Whom a team can belong to: the contractors on site."""
    units = Participation.objects.unscoped("the project is in scope").filter(project=project).on_site()
    return units.filter(participant_type__in=[*SUBCONTRACTORS, ParticipantType.GENERAL_CONTRACTOR]).select_related(
        "organization"
    )


def names_of(unit: Participation) -> list[str]:
    """What a sheet may call it."""
    return [word for word in (unit.organization.name, unit.organization.uscc) if word]


def only_subcontractor(project: Project) -> Participation | None:
    """The one that every team belongs to, where just one is on site."""
    found = list(units_of(project).filter(participant_type__in=SUBCONTRACTORS)[:2])
    return found[0] if len(found) == 1 else None


def team_named(project: Project, name: str) -> Team | None:
    """The project's team of this name, made where there is none; None for no name."""
    if not name:
        return None
    teams = Team.objects.unscoped("the caller's project")
    return teams.get_or_create(project=project, name=name, defaults={"employer": only_subcontractor(project)})[0]


def fill_employers(project: Project, named: Mapping[str, int] | None = None) -> int:
    """Teams without an employer get the one that was named (team → participation), or the only one there is."""
    bare = Team.objects.unscoped("the caller's project").filter(project=project, employer__isnull=True)
    filled = sum(bare.filter(name=team).update(employer=unit) for team, unit in (named or {}).items())
    if unit := only_subcontractor(project):
        filled += bare.update(employer=unit)
    if filled:
        mark_changed([project.pk])
    return filled


@transaction.atomic
def save_team(team: Team, *, by, today: date | None = None, **facts) -> Team:
    """A new team of its project, or a corrected one.

    Refused: a completed project, a name the project has already, an employer that is not on this site, an entry in
    the future, long before the site opened or after the first of its people.
    """
    project = lock_open(team.project)
    for field, value in facts.items():
        setattr(team, field, value)
    if "leader_id_number" in facts:
        team.leader_id_last4 = (team.leader_id_number or "")[-4:]
    if team.entered_on and team.entered_on > (today or timezone.localdate()):
        raise ValidationError({"entered_on": "班组进场日期不能晚于今天。"})
    if team.entered_on and team.entered_on < checks.opens_on(project) - checks.BEFORE_START:
        raise ValidationError({"entered_on": f"班组进场日期比项目开工早 {checks.BEFORE_START.days} 天以上，请核对。"})
    if team.employer and team.employer.project_id != project.pk:
        raise ValidationError({"employer": "所属单位不是本项目的参建单位。"})
    team.full_clean(exclude=["leader_id_number", "leader_id_index"])
    team.save()
    mark_changed([project.pk])
    audit.record("team.save", by=by, target=team, project=project.code)
    return team


def people_on_site(team: Team, day: date):
    return Engagement.objects.unscoped("the team is in scope").filter(team=team).on_site(day)


@transaction.atomic
def exit_team(team: Team, *, on: date, by, today: date | None = None) -> None:
    """Refused: a completed project, in the future, before its entry, while anybody of it is on site."""
    project = lock_open(team.project)
    today = today or timezone.localdate()
    staying = Engagement.objects.unscoped("the team is in scope").filter(team=team)
    if count := staying.filter(exited_on__isnull=True).count():
        raise ValidationError(f"班组还有 {count} 人在场，请先为他们登记退场或调到其他班组。")
    last = staying.order_by("-exited_on").values_list("exited_on", flat=True).first()
    if on > today:
        raise ValidationError({"on": "退场日期不能晚于今天。"})
    if last and on < last:
        raise ValidationError({"on": f"班组人员最晚于 {last} 退场，班组退场日期不能更早。"})
    if team.entered_on and on < team.entered_on:
        raise ValidationError({"on": f"退场日期不能早于班组进场日期 {team.entered_on}。"})
    team.exited_on = on
    team.save(update_fields=["exited_on"])
    mark_changed([project.pk])
    audit.record("team.exit", by=by, target=team, on=on.isoformat())


@transaction.atomic
def return_team(team: Team, *, by) -> None:
    """Refused: a completed project, a team that has not left."""
    project = lock_open(team.project)
    if team.exited_on is None:
        raise ValidationError("该班组没有退场记录。")
    left, team.exited_on = team.exited_on, None
    team.save(update_fields=["exited_on"])
    mark_changed([project.pk])
    audit.record("team.return", by=by, target=team, exited_on=left.isoformat())


@transaction.atomic
def move_people(project: Project, engagements: Iterable[Engagement], *, to: Team, by) -> int:
    """How many changed their team. Refused: a completed project, a team of another project or one that has left,
    people who are not on this site."""
    lock_open(project)
    if to.project_id != project.pk:
        raise ValidationError("不是本项目的班组。")
    if to.exited_on:
        raise ValidationError(f"{to.name}已于 {to.exited_on} 退场，不能调入人员。")
    ids = [engagement.pk for engagement in engagements]
    people = Engagement._base_manager.filter(project=project, pk__in=ids, exited_on__isnull=True)
    if people.count() != len(ids):
        raise ValidationError("所选人员中有人已退场或不在本项目，请刷新后重选。")
    moved = people.exclude(team=to).order_by("pk")
    before = list(moved.values_list("pk", "team__name"))
    moved.update(team=to)
    if before:
        mark_changed([project.pk])
        audit.record("worker.teams", by=by, target=to, people=[pk for pk, _ in before])
    return len(before)
