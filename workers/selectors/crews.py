"""Questions about teams and who is in them, and about people who are in two places at once."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from projects.models import Project
from workers.enums import Trade, WageMethod, WageUnit
from workers.models import AttendanceMonth, Engagement, LabourContract, Team
from workers.models.engagement import EngagementQuerySet


def with_people(teams: QuerySet[Team], today: date) -> QuerySet[Team]:
    """`on_site` and `left_count` of each team."""
    people = Engagement._base_manager.filter(team=OuterRef("pk")).order_by().values("team")
    here = people.filter(Q(exited_on__isnull=True) | Q(exited_on__gte=today), entered_on__lte=today)
    return teams.select_related("employer__organization").annotate(
        on_site=Coalesce(Subquery(here.annotate(n=Count("pk")).values("n")), 0),
        left_count=Coalesce(Subquery(people.filter(exited_on__lt=today).annotate(n=Count("pk")).values("n")), 0),
    )


def trades_of(people: EngagementQuerySet) -> list[tuple[str, int]]:
    """Trade → people, the most first."""
    counted = people.order_by().values_list("trade").annotate(n=Count("pk")).order_by("-n", "trade")
    return [(Trade(trade).label if trade else "未填", count) for trade, count in counted]


class WageSpan(NamedTuple):
    method: str
    unit: str
    people: int
    least: Decimal
    most: Decimal


def wages_of(people: EngagementQuerySet) -> list[WageSpan]:
    """What was agreed with these people by their latest contracts, by method (and unit of piece work)."""
    latest = people.with_contract().order_by().values("contract_pk")
    agreed = LabourContract._base_manager.filter(pk__in=latest, wage_rate__isnull=False)
    spans = (
        agreed.order_by()
        .values_list("wage_method", "wage_unit")
        .annotate(people=Count("pk"), least=Min("wage_rate"), most=Max("wage_rate"))
    )
    labels, units = dict(WageMethod.choices), dict(WageUnit.choices)
    per = {WageMethod.DAY: "日", WageMethod.MONTH: "月"}
    spans = spans.order_by("wage_method", "wage_unit")
    return [WageSpan(labels[method], per.get(method) or units.get(unit, ""), *rest) for method, unit, *rest in spans]


def attendance_of(people: EngagementQuerySet, today: date) -> dict:
    """How many of them attended this month, and how many days in all."""
    months = AttendanceMonth._base_manager.filter(
        engagement__in=people.order_by().values("pk"), month=today.replace(day=1), days__gt=0
    )
    return months.aggregate(people=Count("pk"), days=Coalesce(Sum("days"), Decimal(0)))


def staying(project: Project, team: Team | None) -> QuerySet[Engagement]:
    """Those who have not left, with their names."""
    people = Engagement.objects.unscoped("the project is in scope").filter(project=project, exited_on__isnull=True)
    people = people.filter(team=team) if team else people
    people = people.select_related("worker", "team").defer("worker__id_number", "worker__phone")
    return people.order_by("team__name", "worker__name", "pk")


def elsewhere(today: date) -> Q:
    """On the site of another project as well."""
    here = Q(entered_on__lte=today) & (Q(exited_on__isnull=True) | Q(exited_on__gte=today))
    others = Engagement.objects.unscoped("only whether there is one").standing()
    others = others.filter(here, worker=OuterRef("worker"))
    return here & Q(Exists(others.exclude(project=OuterRef("project"))))


def at_once(engagements: Iterable[Engagement], today: date) -> dict[int, tuple[int, list[Engagement]]]:
    """Who of one person's engagements is on site at another project at the same time: engagement → how many others,
    and those of them that are among the given. The others are counted whoever may see them."""
    given = list(engagements)
    here = [one for one in given if one.entered_on <= today and (one.exited_on is None or one.exited_on >= today)]
    if not here:
        return {}
    everybody = Engagement.objects.unscoped("only counted").standing()
    everywhere = everybody.filter(worker=here[0].worker_id).on_site(today).count()
    return {one.pk: (everywhere - 1, [other for other in here if other.pk != one.pk]) for one in here}
