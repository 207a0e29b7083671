"""Logins of the new kinds: a construction unit's, and those of a site's workers: in use, waiting, issued again."""

from datetime import date, timedelta

from django.db.models import Count, F, Q

from organizations.demo import PASSWORD
from organizations.enums import Role
from organizations.models import Organization, User
from projects.enums import ParticipantType, Status
from projects.models import Project
from wagemonitor.seed.fill import moment
from workers.demo import LOGIN, PIN
from workers.models import Engagement
from workers.services.logins import issue_logins, set_pin

ISSUED = 12  # workers of the demo's site with a login
IN_USE = 7


def make(users: dict[str, User], today: date) -> None:
    clerk = users["clerk"]
    own = Project.objects.filter(
        participations__organization=clerk.organization,
        participations__participant_type=ParticipantType.GENERAL_CONTRACTOR,
        status=Status.IN_PROGRESS,
    )
    stays = _people(own)
    if not stays:
        return
    project = stays[0].project
    _construction_unit(own)
    slips = issue_logins(project, [stay.pk for stay in stays], by=clerk)
    holders = [slip.engagement.worker.user for slip in slips]
    demo = next(slip.engagement.worker.user for slip in slips if slip.engagement.pk == stays[0].pk)
    demo.username = LOGIN
    demo.save(update_fields=["username"])
    for user in [demo, *(user for user in holders if user != demo)][:IN_USE]:
        set_pin(user, PIN) if user == demo else _as_if_used(user, today)
    if len(stays) > 1:
        issue_logins(project, [stays[1].pk], by=clerk, again=True)


def _people(own) -> list[Engagement]:
    """Of one site, the demo's worker first: on site, with a contract, and most months of wages."""
    stays = Engagement._base_manager.filter(project__in=own, exited_on=None, work_role="20", is_team_leader=False)
    wages = Count("payroll_lines", filter=Q(payroll_lines__paid=F("payroll_lines__net")), distinct=True)
    ranked = stays.filter(contracts__isnull=False).annotate(wages=wages).order_by("-wages", "pk")
    first = ranked.first()
    if first is None:
        return []
    return list(ranked.filter(project=first.project_id).select_related("project")[:ISSUED])


def _as_if_used(user: User, today: date) -> None:
    user.must_change_password, user.one_time_until = False, None
    user.last_login = moment(today - timedelta(days=user.pk % 5), 20)
    user.save(update_fields=["must_change_password", "one_time_until", "last_login"])


def _construction_unit(own) -> None:
    """Of one of the clerk's projects, the unit that owns most."""
    owns = Q(participations__participant_type=ParticipantType.CONSTRUCTION_UNIT)
    owners = Organization.objects.filter(owns, participations__project__in=own)
    ranked = Organization.objects.filter(pk__in=owners.values("pk")).annotate(
        owned=Count("participations", filter=owns)
    )
    unit = ranked.order_by("-owned", "pk").first()
    User.objects.create_user(
        username="owner",
        password=PASSWORD,
        name="罗志强",
        role=Role.CONSTRUCTION_UNIT,
        organization=unit,
        must_change_password=False,
    )
