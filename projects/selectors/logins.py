"""Which logins an office of human resources issues and manages (P6): those of the general contractors and construction
units of its projects, and query accounts of the industry departments of its region and below."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from organizations.enums import INDUSTRY_DEPARTMENTS, Role
from organizations.models import Organization, User
from organizations.selectors import users
from projects.enums import ParticipantType
from projects.models import Participation
from projects.models.participation import ParticipationQuerySet
from projects.models.project import ProjectQuerySet
from projects.selectors import open_projects, projects_for


@dataclass(frozen=True)
class Side:
    """A part in projects whose units get logins from an office. A unit may have both parts, with logins for each."""

    name: str  # in addresses
    role: Role
    participant_type: ParticipantType
    noun: str
    unnamed: str  # who holds the login until the unit says who it is

    @property
    def list_url(self) -> str:
        return f"logins:{self.name}_list"

    @property
    def unit_url(self) -> str:
        return f"logins:{self.name}"

    @property
    def issue_url(self) -> str:
        return f"logins:issue_{self.name}"

    @property
    def many_url(self) -> str:
        return f"logins:issue_{self.name}s"


CONTRACTORS = Side("contractor", Role.CLERK, ParticipantType.GENERAL_CONTRACTOR, "总承包单位", "劳资专管员")
OWNERS = Side("owner", Role.CONSTRUCTION_UNIT, ParticipantType.CONSTRUCTION_UNIT, "建设单位", "建设单位经办员")
SIDES = (CONTRACTORS, OWNERS)


def side_of(role: str) -> Side | None:
    return next((side for side in SIDES if side.role == role), None)


def units_for(user, side: Side = CONTRACTORS) -> QuerySet[Organization]:
    """Those on site of a project that is open and in sight: those an officer issues logins to."""
    return Organization.objects.filter(pk__in=_parts(user, open_projects(user), side).on_site().values("organization"))


def units_known_to(user, side: Side = CONTRACTORS) -> QuerySet[Organization]:
    """Also those that have left, or whose projects are completed: their logins still see these projects."""
    return Organization.objects.filter(pk__in=_parts(user, projects_for(user), side).values("organization"))


def parts_of(unit: Organization, user, side: Side = CONTRACTORS) -> ParticipationQuerySet:
    return _parts(user, projects_for(user), side).filter(organization=unit)


def _parts(user, projects: ProjectQuerySet, side: Side) -> ParticipationQuerySet:
    rows = Participation.objects.visible_to(user).filter(participant_type=side.participant_type)
    return rows.filter(project__in=projects.values("pk"))


def logins_for(user) -> QuerySet[User]:
    """The logins an officer manages: those of contractors and construction units in scope, query accounts of industry
    departments of the own region and below. Never officers, administrators, banks, workers or accounts that an
    administrator opened to write."""
    within = {"organization__region__code__startswith": user.region.prefix}
    managed = Q(query_only=True, organization__kind__in=INDUSTRY_DEPARTMENTS, **within)
    for side in SIDES:
        managed |= Q(role=side.role, organization__in=units_known_to(user, side).values("pk"))
    return users().filter(managed)


def with_logins(units: QuerySet[Organization], user, side: Side = CONTRACTORS) -> QuerySet[Organization]:
    """With how many open projects they have in this user's sight, how many logins, and when one was last used."""
    parts = _parts(user, open_projects(user), side).on_site().filter(organization=OuterRef("pk")).order_by()
    logins = User.objects.filter(organization=OuterRef("pk"), role=side.role).order_by()

    def number_of(rows: QuerySet, counted: str = "pk") -> Coalesce:
        counts = rows.values("organization").annotate(n=Count(counted, distinct=True)).values("n")
        return Coalesce(Subquery(counts), 0)

    last = logins.values("organization").annotate(at=Max("last_login")).values("at")
    return units.annotate(
        project_count=number_of(parts, "project"),
        login_count=number_of(logins.filter(is_active=True)),
        closed_count=number_of(logins.filter(is_active=False)),
        last_used=Subquery(last),
    )


def holders_of(units: Iterable[Organization], user, side: Side = CONTRACTORS) -> dict[int, tuple[str, str]]:
    """Unit → name and telephone of who will hold its login, as far as the register knows: of a contractor the
    wage-affairs clerk registered last in a project it leads."""
    if side != CONTRACTORS:
        return {}
    led = _parts(user, open_projects(user), side).on_site().filter(organization__in=units, is_lead=True)
    led = led.filter(project__wage_clerks__isnull=False, project__wage_clerks__left_on=None)
    latest = led.order_by("organization_id", "-project__wage_clerks__registered_on", "-project__wage_clerks__id")
    rows = latest.distinct("organization_id").values_list(
        "organization_id", "project__wage_clerks__name", "project__wage_clerks__phone"
    )
    return {unit: (name, phone) for unit, name, phone in rows}
