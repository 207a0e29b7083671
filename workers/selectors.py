"""Questions about people on sites and their attendance."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, StrIndex

from core import crypto
from core.months import next_month
from organizations.models import Region
from projects.models import Project
from workers.enums import AttendanceSource
from workers.models import (
    AttendanceDay,
    AttendanceMonth,
    BankCard,
    Departure,
    Device,
    Engagement,
    Team,
    Worker,
)
from workers.models.engagement import EngagementQuerySet
from workers.models.worker import Characters

PHONE = re.compile(r"1[3-9]\d{9}")

# --- register --------------------------------------------------------------------------------------------------------


def engagements_for(user) -> EngagementQuerySet:
    return Engagement.objects.visible_to(user)


def with_rows(engagements: EngagementQuerySet) -> EngagementQuerySet:
    """What a row of the register shows, without a query for each; nothing is decrypted.

    No Exists: the planner does not reckon with the page's LIMIT and hashes every contract of the province for it."""
    cards = BankCard.objects.filter(worker=OuterRef("worker"), is_current=True)
    return (
        engagements.with_contract()
        .select_related("worker", "team", "project")
        .defer("worker__id_number", "worker__phone")
        .annotate(card_last4=Subquery(cards.values("last4")[:1]))
    )


def matching(engagements: EngagementQuerySet, text: str) -> EngagementQuerySet:
    """By a part of the name, by pinyin or its initials, by the last four of the ID number, by the whole telephone."""
    text = "".join(text.split())
    if PHONE.fullmatch(text):
        return engagements.filter(worker__phone_index=crypto.blind_index(text))
    if len(text) == 4 and text[:3].isdigit():
        return engagements.filter(worker__id_last4=text.upper())
    if text.isascii():
        return engagements.filter(_by_pinyin(text.lower()))
    found = engagements.alias(characters=Characters("worker__name")).filter(characters__contains=sorted(set(text)))
    if len(text) == 1:
        return found
    # Not as LIKE: whose characters are there, the planner would think again as rare as the pattern by itself.
    return found.alias(place=StrIndex("worker__name", Value(text))).filter(place__gt=0)


def _by_pinyin(text: str) -> Q:
    """Anywhere from three letters on; fewer say how the name or its initials begin, which the trigram index knows."""
    if len(text) > 2:
        return Q(worker__name_pinyin__contains=text)
    return Q(worker__name_pinyin__startswith=text) | Q(worker__name_pinyin__contains=f" {text}")


def teams_of(project: Project) -> QuerySet[Team]:
    return Team.objects.unscoped("the project is in scope").filter(project=project).order_by("name")


class KnownPerson(NamedTuple):
    name: str
    elsewhere: bool  # engaged at another project as well
    engagement_id: int | None  # at this project, now or before
    entered_on: date | None
    exited_on: date | None


_KNOWN = """
SELECT w.id_number_index, w.name,
    EXISTS (SELECT FROM workers_engagement AS o WHERE o.worker_id = w.id AND o.project_id <> %(project)s),
    e.id, e.entered_on, e.exited_on
FROM workers_worker AS w
LEFT JOIN workers_engagement AS e ON e.worker_id = w.id AND e.project_id = %(project)s
WHERE w.id_type = %(id_type)s AND w.id_number_index = ANY(%(indexes)s)
"""


def known_people(project: Project, id_numbers: Iterable[str], id_type: str = "01") -> dict[bytes, KnownPerson]:
    """Those of these people whom the platform knows, by the blind index of their number."""
    indexes = [crypto.blind_index(number) for number in id_numbers]
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"project": project.pk, "id_type": id_type, "indexes": indexes})
        return {bytes(index): KnownPerson(*facts) for index, *facts in cursor}


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


def left_before(engagement_ids: Iterable[int]) -> dict[int, date]:
    """The day each of them left the site the time before the stay that the engagement tells."""
    stays = Departure._base_manager.filter(engagement__in=list(engagement_ids))
    stays = stays.filter(exited_on__lt=F("engagement__entered_on"))
    return dict(stays.order_by().values_list("engagement").annotate(last=Max("exited_on")))


class CardHolder(NamedTuple):
    id_number_index: bytes
    name: str
    here: bool  # engaged at this project


_HOLDERS = """
SELECT c.number_index, w.id_number_index, w.name,
    EXISTS (SELECT FROM workers_engagement AS e WHERE e.worker_id = w.id AND e.project_id = %(project)s)
FROM workers_bankcard AS c JOIN workers_worker AS w ON w.id = c.worker_id
WHERE c.is_current AND c.number_index = ANY(%(indexes)s)
ORDER BY c.id
"""


def card_holders(project: Project, numbers: Iterable[str]) -> dict[str, list[CardHolder]]:
    """Whose wage card each of these is by the register, by number."""
    by_index, found = {crypto.blind_index(number): number for number in numbers}, defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, {"project": project.pk, "indexes": list(by_index)})
        for index, person, *facts in cursor:
            found[by_index[bytes(index)]].append(CardHolder(bytes(person), *facts))
    return dict(found)


class EngagedPerson(NamedTuple):
    engagement_id: int
    id_number_index: bytes
    name: str
    entered_on: date
    exited_on: date | None


def engaged_people(project: Project) -> Iterator[EngagedPerson]:
    people = Engagement.objects.unscoped("the project is in scope").filter(project=project)
    rows = people.values_list("pk", "worker__id_number_index", "worker__name", "entered_on", "exited_on")
    return (EngagedPerson(pk, bytes(index), *rest) for pk, index, *rest in rows)


def domicile_of(worker: Worker) -> str:
    """The region that issued the ID card, in full; "" for a code that no list knows (any more)."""
    region = Region.objects.filter(pk=worker.domicile_code).select_related("parent__parent").first()
    return region.full_name if region else ""


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
