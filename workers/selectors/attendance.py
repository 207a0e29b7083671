"""Questions about attendance."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from core.months import next_month
from projects.models import Project
from workers.enums import AttendanceSource
from workers.models import (
    AttendanceDay,
    AttendanceMonth,
    Device,
    Engagement,
    Team,
)
from workers.selectors.people import teams_of


def first_worked(engagement_ids: Iterable[int]) -> dict[int, date]:
    """The first day each of them worked since their entry (an earlier stay, ended by an exit, does not count)."""
    days = AttendanceDay._base_manager.filter(
        engagement__in=list(engagement_ids), units__gt=0, day__gte=F("engagement__entered_on")
    )
    return dict(days.order_by().values_list("engagement").annotate(first=Min("day")))


def last_worked(engagement_ids: Iterable[int]) -> dict[int, date]:
    """The last day each of them worked, by the roll-up of their months."""
    months = AttendanceMonth._base_manager.filter(engagement__in=list(engagement_ids), days__gt=0)
    return dict(months.order_by().values_list("engagement").annotate(last=Max("last_day")))


def devices_by_serial(project: Project) -> dict[str, int]:
    own = Device.objects.unscoped("the project is in scope").filter(project=project)
    return dict(own.values_list("serial_number", "pk"))


# --- attendance ------------------------------------------------------------------------------------------------------


def days_by_hand(project: Project, first: date, last: date) -> dict[tuple[int, date], Decimal]:
    """(engagement, day) → what somebody entered or corrected by hand."""
    days = AttendanceDay.objects.unscoped("the project is in scope").filter(
        project=project, day__range=(first, last), source=AttendanceSource.MANUAL
    )
    return {(engagement, day): units for engagement, day, units in days.values_list("engagement_id", "day", "units")}


def teams_in_month(project: Project, month: date) -> list[Team | None]:
    """The teams with anybody on site in the month; None at the end for those who belong to no team."""
    last = next_month(month) - timedelta(1)
    people = Engagement.objects.unscoped("the project is in scope").filter(project=project).within(month, last)
    found = set(people.order_by().values_list("team", flat=True).distinct())
    return [*teams_of(project).filter(pk__in=found - {None}), *([None] if None in found else [])]


@dataclass
class PersonMonth:
    """One line of the grid: `days` by day of the month, `total` from the roll-up."""

    engagement: Engagement
    total: Decimal = Decimal(0)
    days: dict[int, AttendanceDay] = field(default_factory=dict)

    def could_work(self, day: date) -> bool:
        own = self.engagement
        return own.entered_on <= day and (own.exited_on is None or day <= own.exited_on)


def month_grid(project: Project, month: date, team: Team | None) -> list[PersonMonth]:
    """Everybody of the team (None: of no team) who was on site in the month, or has attendance in it."""
    return _month_lines(project, month, team=team)


def month_grids(project: Project, month: date) -> dict[Team | None, list[PersonMonth]]:
    """The same of every team, those of no team last."""
    teams: dict[Team | None, list[PersonMonth]] = defaultdict(list)
    for line in _month_lines(project, month):
        teams[line.engagement.team].append(line)
    return dict(sorted(teams.items(), key=lambda item: (item[0] is None, item[0].name if item[0] else "")))


def _month_lines(project: Project, month: date, **narrowed) -> list[PersonMonth]:
    last = next_month(month) - timedelta(1)
    reason = "the project is in scope"
    people = Engagement.objects.unscoped(reason).filter(project=project, **narrowed).select_related("worker", "team")
    people = people.within(month, last).defer("worker__id_number", "worker__phone").order_by("entered_on", "id")
    lines = {person.pk: PersonMonth(person) for person in people}
    totals = AttendanceMonth.objects.unscoped(reason).filter(project=project, month=month, engagement__in=lines)
    for engagement, total in totals.values_list("engagement_id", "days"):
        lines[engagement].total = total
    days = AttendanceDay.objects.unscoped(reason).filter(project=project, day__range=(month, last))
    for day in days.filter(engagement__in=lines):
        lines[day.engagement_id].days[day.day.day] = day
    return list(lines.values())


def person_month(engagement: Engagement, month: date) -> PersonMonth:
    """As a line of the grid: one person's month at the project."""
    line, reason = PersonMonth(engagement), "the engagement is in scope"
    rolled = AttendanceMonth.objects.unscoped(reason).filter(engagement=engagement, month=month)
    line.total = rolled.values_list("days", flat=True).first() or Decimal(0)
    last = next_month(month) - timedelta(1)
    for day in AttendanceDay.objects.unscoped(reason).filter(engagement=engagement, day__range=(month, last)):
        line.days[day.day.day] = day
    return line


def attendance_by_project(projects: QuerySet[Project], month: date) -> QuerySet[Project]:
    """`on_site`, `attended`, `attended_days`, `last_day` of the month, from the roll-up."""
    last = next_month(month) - timedelta(1)
    people = Engagement._base_manager.filter(project=OuterRef("pk"), entered_on__lte=last)
    people = people.filter(Q(exited_on__isnull=True) | Q(exited_on__gte=month))
    rolled = AttendanceMonth._base_manager.filter(project=OuterRef("pk"), month=month, days__gt=0)
    return projects.annotate(
        on_site=Coalesce(_of_project(people, Count("pk")), 0),
        attended=Coalesce(_of_project(rolled, Count("pk")), 0),
        attended_days=_of_project(rolled, Sum("days")),
        last_day=_of_project(rolled, Max("last_day")),
    )


def latest_attendance(projects: QuerySet[Project]) -> QuerySet[Project]:
    """`latest_day`: the last day with anybody at work, over all months."""
    worked = AttendanceMonth._base_manager.filter(project=OuterRef("pk"), days__gt=0)
    return projects.annotate(latest_day=_of_project(worked, Max("last_day")))


def _of_project(rows: QuerySet, figure) -> Subquery:
    return Subquery(rows.order_by().values("project").annotate(figure=figure).values("figure"))
