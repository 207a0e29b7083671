"""欠薪台账: what is owed past its day, since when, by whom; and who has reached the amounts of the crime of refusing
to pay (刑法 276 之一, 法释〔2013〕3号)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.enums import AgeBand, DueKind
from accounts.models import Arrears, ArrearsThreshold
from accounts.models.threshold import MONTHS, ONE_PERSON, PEOPLE, SEVERAL
from core.aggregates import MONEY
from organizations.models import Organization, Region
from projects.models import Project
from workers.models import Worker

BAND_DAYS = {AgeBand.MONTH: (1, 30), AgeBand.TWO_MONTHS: (31, 60), AgeBand.THREE_MONTHS: (61, 90)}


def band_q(band: str, today: date) -> Q:
    """By the days since the wages were due: the day after is the first."""
    if band == AgeBand.OLDER:
        return Q(due_on__lt=today - timedelta(90))
    first, last = BAND_DAYS[AgeBand(band)]
    return Q(due_on__range=(today - timedelta(last), today - timedelta(first)))


def band_of(due_on: date, today: date) -> AgeBand:
    days = (today - due_on).days
    return next((band for band, (_, last) in BAND_DAYS.items() if days <= last), AgeBand.OLDER)


_SUMS = {
    "owed": Coalesce(Sum("amount"), Decimal(0), output_field=MONEY),
    "estimated": Coalesce(Sum("amount", filter=Q(kind=DueKind.UNLISTED)), Decimal(0), output_field=MONEY),
    "drafted": Coalesce(Sum("amount", filter=Q(is_drafted=True)), Decimal(0), output_field=MONEY),
    "unknown": Count("pk", filter=Q(amount__isnull=True)),
    "months": Count("pk"),
    "people": Count("person", distinct=True),
    "since": Min("due_on"),
}


def totals(arrears: QuerySet[Arrears], today: date) -> dict:
    """Of a list: its sums, and by age."""
    bands = {
        f"band_{band}": Coalesce(Sum("amount", filter=band_q(band, today)), Decimal(0), output_field=MONEY)
        for band in AgeBand.values
    }
    found = arrears.order_by().aggregate(**_SUMS, **bands)
    found["bands"] = [(AgeBand(band).label, found.pop(f"band_{band}")) for band in AgeBand.values]
    return found


@dataclass
class Debt:
    """What one project, unit, place or person is owed or owes. `drafted`: of it, what stands in drafts only, confirmed
    by nobody. `reaches`: which amounts of the crime."""

    of: Project | Organization | Region | Worker | None
    name: str
    owed: Decimal
    estimated: Decimal
    drafted: Decimal
    unknown: int
    months: int
    people: int
    since: date
    reaches: tuple[str, ...] = ()


# What arrears are summed by: label → the column and what it names.
GROUPS = {
    "project": ("项目", "project", Project),
    "contractor": ("施工总承包单位", "contractor", Organization),
    "unit": ("用工单位", "unit", Organization),
    "place": ("管辖属地", "project__jurisdiction", Region),
    "worker": ("工人", "person", None),
}


def grouped(arrears: QuerySet[Arrears], by: str, today: date, most: int | None = None) -> list[Debt]:
    """The largest first. A row belongs to exactly one group of each kind, so every grouping comes to the same sum.
    `most`: of people no more than so many; a province has too many of them to be named all."""
    column = GROUPS[by][1]
    rows = arrears.order_by().values(column).annotate(**_SUMS)
    if most and GROUPS[by][2] is None:
        rows = rows.order_by("-owed", "since", column)[:most]
    rows = list(rows)
    named = _names(arrears, by, [row[column] for row in rows if row[column]])
    reached = reaching(arrears, column, today) if by in ("project", "contractor", "unit") else {}
    debts = [_debt(named.get(row[column]), reached.get(row.pop(column), ()), row) for row in rows]
    return sorted(debts, key=lambda debt: (-debt.owed, debt.since, debt.name))


def _debt(of, reaches: Iterable[str], sums: dict) -> Debt:
    return Debt(of=of, name=_name(of), reaches=tuple(reaches), **sums)


def _name(of) -> str:
    if isinstance(of, Region):
        return of.full_name
    return str(of) if of else "未登记"


def _names(arrears: QuerySet[Arrears], by: str, keys: list) -> dict:
    model = GROUPS[by][2]
    if model is None:
        people = _people(arrears.filter(person__in=keys))
        return {person: _Person(name, worker) for person, name, worker in people}
    rows = Project.objects.unscoped("of arrears in scope") if model is Project else model._default_manager
    return rows.in_bulk(keys)


@dataclass(frozen=True)
class _Person:
    name: str
    worker_id: int | None

    def __str__(self) -> str:
        return self.name


def _people(arrears: QuerySet[Arrears]) -> QuerySet:
    return arrears.order_by().values_list("person").annotate(first=Min("name"), worker=Min("worker"))


# --- the amounts of the crime ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Amounts:
    """In force on a day. `threshold` is None while the province's own are not on record."""

    one_person: Decimal
    several: Decimal
    threshold: ArrearsThreshold | None


def amounts_on(day: date) -> Amounts:
    threshold = ArrearsThreshold.objects.filter(valid_from__lte=day).order_by("-valid_from").first()
    if threshold is None:
        return Amounts(ONE_PERSON[0], SEVERAL[0], None)
    return Amounts(threshold.one_person, threshold.several, threshold)


ONE, MANY = "一人三个月以上", "十人以上"


def reaching(arrears: QuerySet[Arrears], column: str, today: date) -> dict[object, list[str]]:
    """By project or unit: a person owed three months or more and the one amount, or ten and more people and the other.

    Arithmetic only: whether somebody hid, fled or was ordered to pay is for the case itself to show.
    """
    amounts = amounts_on(today)
    people = arrears.order_by().values(column, "person")
    one = people.annotate(total=Sum("amount"), spread=Count("month", distinct=True))
    one = one.filter(spread__gte=MONTHS, total__gte=amounts.one_person)
    found: dict[object, list[str]] = {}
    for row in one.values(column).distinct():
        found.setdefault(row[column], []).append(ONE)
    many = arrears.order_by().values(column).annotate(total=Sum("amount"), heads=Count("person", distinct=True))
    for row in many.filter(heads__gte=PEOPLE, total__gte=amounts.several):
        found.setdefault(row[column], []).append(MANY)
    return found
