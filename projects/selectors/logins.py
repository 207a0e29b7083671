"""Which logins an office of human resources issues and manages (P6): those of the general contractors of its projects,
and query accounts of the industry departments of its region and below."""

from collections.abc import Iterable

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


def contractors_for(user) -> QuerySet[Organization]:
    """General contractors on site of a project that is open and in sight: those an officer issues logins to."""
    return Organization.objects.filter(pk__in=_contracts(user, open_projects(user)).on_site().values("organization"))


def contractors_known_to(user) -> QuerySet[Organization]:
    """Also those that have left, or whose projects are completed: their logins still see these projects."""
    return Organization.objects.filter(pk__in=_contracts(user, projects_for(user)).values("organization"))


def contracts_of(unit: Organization, user) -> ParticipationQuerySet:
    return _contracts(user, projects_for(user)).filter(organization=unit)


def _contracts(user, projects: ProjectQuerySet) -> ParticipationQuerySet:
    rows = Participation.objects.visible_to(user).filter(participant_type=ParticipantType.GENERAL_CONTRACTOR)
    return rows.filter(project__in=projects.values("pk"))


def logins_for(user) -> QuerySet[User]:
    """The logins an officer manages: clerks of contractors in scope, query accounts of industry departments of the
    own region and below. Never officers, administrators, banks or accounts that an administrator opened to write."""
    clerks = Q(role=Role.CLERK, organization__in=contractors_known_to(user).values("pk"))
    within = {"organization__region__code__startswith": user.region.prefix}
    lookers = Q(query_only=True, organization__kind__in=INDUSTRY_DEPARTMENTS, **within)
    return users().filter(clerks | lookers)


def with_logins(contractors: QuerySet[Organization], user) -> QuerySet[Organization]:
    """With how many open projects they have in this user's sight, how many logins, and when one was last used."""
    contracts = _contracts(user, open_projects(user)).on_site().filter(organization=OuterRef("pk")).order_by()
    clerks = User.objects.filter(organization=OuterRef("pk"), role=Role.CLERK).order_by()

    def number_of(rows: QuerySet, counted: str = "pk") -> Coalesce:
        counts = rows.values("organization").annotate(n=Count(counted, distinct=True)).values("n")
        return Coalesce(Subquery(counts), 0)

    last = clerks.values("organization").annotate(at=Max("last_login")).values("at")
    return contractors.annotate(
        project_count=number_of(contracts, "project"),
        login_count=number_of(clerks.filter(is_active=True)),
        closed_count=number_of(clerks.filter(is_active=False)),
        last_used=Subquery(last),
    )


def wage_clerks_of(units: Iterable[Organization], user) -> dict[int, tuple[str, str]]:
    """Contractor → name and telephone of the wage-affairs clerk registered last in a project it leads."""
    led = _contracts(user, open_projects(user)).on_site().filter(organization__in=units, is_lead=True)
    led = led.filter(project__wage_clerks__isnull=False, project__wage_clerks__left_on=None)
    latest = led.order_by("organization_id", "-project__wage_clerks__registered_on", "-project__wage_clerks__id")
    rows = latest.distinct("organization_id").values_list(
        "organization_id", "project__wage_clerks__name", "project__wage_clerks__phone"
    )
    return {unit: (name, phone) for unit, name, phone in rows}
