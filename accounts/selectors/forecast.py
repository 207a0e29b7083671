"""Forecast: will the money on a project's special accounts cover the wages that attendance is accruing, by pay day?

How it is computed: docs/decisions/forecast.md. One question is (project, as of which day, wages of which month); a
page asks about one project, the night about all of them, the backtest about days gone by, and all by the same steps.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from accounts.models import Forecast
from accounts.models.wage_due import DUE_ON
from accounts.selectors.forecast_sql import STEPS
from core import prepared
from organizations.enums import RegionLevel
from organizations.models import Region

LEADS = (5, 10, 20, 30)
WEEKS = {1: "7 日内", 2: "第 2 周", 3: "第 3 周", 4: "第 4 周", 5: "四周以后"}
FEW = 10  # projects up to which a step is planned once

_PAY_ON = DUE_ON.format(month="m.month", project="s.project_id")
# The wages of last month where their day has not passed, and those of this month.
NOW = f"""
SELECT s.project_id, %(today)s::date AS as_of, %(today)s::date AS known_on, m.month, d.pay_on
FROM {{scope}} s
CROSS JOIN LATERAL (VALUES ((date_trunc('month', %(today)s::timestamp) - interval '1 month')::date),
                           (date_trunc('month', %(today)s::timestamp)::date)) m(month)
CROSS JOIN LATERAL (SELECT {_PAY_ON} AS pay_on) d
WHERE d.pay_on >= %(today)s::date
"""
# The past pay days of these months from so many days ahead, and (0 days ahead) as they really came out.
PAST = f"""
SELECT s.project_id, d.pay_on - lead AS as_of,
       CASE lead WHEN 0 THEN %(today)s::date ELSE d.pay_on - lead END AS known_on, m.month, d.pay_on
FROM {{scope}} s
CROSS JOIN unnest(%(months)s::date[]) m(month)
CROSS JOIN LATERAL (SELECT {_PAY_ON} AS pay_on) d
CROSS JOIN unnest(%(leads)s::int[]) lead
WHERE d.pay_on < %(before)s::date
  AND NOT EXISTS (SELECT 1 FROM accounts_forecasterror e WHERE e.project_id = s.project_id AND e.month = m.month)
"""
THESE = "(SELECT unnest(%(projects)s::bigint[]) AS project_id)"


_MADE = "SELECT coalesce((SELECT reltuples FROM pg_class WHERE oid = to_regclass('pg_temp.positions')), -2)"
MAKE = """
CREATE TEMPORARY TABLE asked (project_id bigint, as_of date, known_on date, month date, pay_on date)
ON COMMIT DELETE ROWS;
""" + "".join(
    f"CREATE TEMPORARY TABLE {name} ON COMMIT DELETE ROWS AS {sql} WITH NO DATA;\n" for name, sql in STEPS.items()
)
_EMPTY = "".join(f"DELETE FROM {name};" for name in ("asked", *STEPS))


def make_tables(cursor) -> float:
    """Temporary tables of this session, one a step; returns how many rows the last one had when it was analysed."""
    cursor.execute(_MADE)
    (rows,) = cursor.fetchone()
    if rows < -1:
        cursor.execute(MAKE, {})
    return rows


def compute(cursor, asked: str, params: Mapping, *, few: bool = False) -> None:
    """Every step into its table. Of many projects the planner has to be told each step's size; of few it is told
    once, and plans once."""
    known = make_tables(cursor) >= 0
    cursor.execute(_EMPTY)
    if few:
        cursor.execute(prepared.ONE_PLAN)
    for name, sql in ({"asked": asked} | STEPS).items():
        fill = f"INSERT INTO {name} {sql}"
        prepared.execute(fill, params) if few else cursor.execute(fill, params)
        if not (few and known):
            cursor.execute(f"ANALYZE {name}")


@dataclass(frozen=True)
class Inflow:
    """An appropriation that is expected before the pay day."""

    due_on: date
    day: date
    amount: Decimal
    by_contract: bool


@dataclass(frozen=True)
class Position:
    """What a project's part of its accounts comes to on a pay day. `rest` below zero is the shortfall."""

    project_id: int
    month: date
    pay_on: date
    as_of: date
    balance: Decimal
    owed: Decimal
    accrued: Decimal
    to_come: Decimal
    inflow: Decimal
    rest: Decimal
    shortfall: Decimal
    wages: Decimal
    last_wages: Decimal
    inflows: tuple[Inflow, ...] = ()

    @property
    def needed(self) -> Decimal:
        return self.owed + self.accrued + self.to_come

    @property
    def days(self) -> int:
        return (self.pay_on - self.as_of).days


_COLUMNS = (
    "p.project_id, p.month, p.pay_on, p.as_of, p.balance, p.owed, p.accrued, p.to_come, p.inflow, p.rest, p.shortfall,"
    " p.wages, p.last_wages"
)
_ANSWER = f"""
SELECT {_COLUMNS}, coalesce((
    SELECT jsonb_agg(jsonb_build_array(e.due_on, e.day, e.amount::text, e.by_contract) ORDER BY e.day, e.due_on)
    FROM expected e WHERE e.project_id = p.project_id AND e.as_of = p.as_of AND e.day <= p.pay_on
), '[]') FROM positions p ORDER BY p.project_id, p.as_of, p.pay_on
"""


def positions(project_ids: Iterable[int], today: date) -> list[Position]:
    """Of few projects, in scope already: the pay days to come."""
    ids = list(project_ids)
    return _answers(NOW.format(scope=THESE), {"projects": ids, "today": today}, few=len(ids) <= FEW)


def positions_asked(questions: Iterable[tuple[int, date, date]]) -> list[Position]:
    """Of any (project, day, month of wages): nothing later than the day is read."""
    rows = list(questions)
    asked = f"""
        SELECT s.project_id, s.as_of, s.as_of AS known_on, m.month, {_PAY_ON} AS pay_on
        FROM unnest(%(projects)s::bigint[], %(days)s::date[], %(months)s::date[]) s(project_id, as_of, month)
        CROSS JOIN LATERAL (SELECT s.month) m
    """
    projects, days, months = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    return _answers(asked, {"projects": projects, "days": days, "months": months})


def _answers(asked: str, params: dict, *, few: bool = False) -> list[Position]:
    with transaction.atomic(), connection.cursor() as cursor:
        compute(cursor, asked, params, few=few)
        cursor.execute(_ANSWER)
        return [Position(*row[:-1], inflows=_inflows(row[-1])) for row in cursor.fetchall()]


def _inflows(rows) -> tuple[Inflow, ...]:
    return tuple(
        Inflow(date.fromisoformat(due_on), date.fromisoformat(day), Decimal(amount), by_contract)
        for due_on, day, amount, by_contract in json.loads(rows)
    )


# --- what the night foresaw ------------------------------------------------------------------------------------------


def shortfalls(rows: QuerySet[Forecast]) -> QuerySet[Forecast]:
    """The first pay day of each project on which its money will not do: the next one counts the same gap again."""
    short = Forecast._base_manager.filter(project=OuterRef("project"), shortfall__gt=0)
    earlier = short.filter(pay_on__lt=OuterRef("pay_on"))
    return rows.filter(~Exists(earlier), shortfall__gt=0).select_related("project__jurisdiction")


@dataclass(frozen=True)
class PlaceShortfall:
    """Of a place right below the one asked about, or of what that one supervises itself (本级)."""

    code: str
    name: str
    leads_down: bool
    weeks: dict[int, int]
    projects: int
    amount: Decimal


def by_place(rows: QuerySet[Forecast], region: Region, today: date) -> list[PlaceShortfall]:
    """The largest gap first."""
    counted = rows.order_by().values("project__jurisdiction")
    counted = counted.annotate(projects=Count("pk"), amount=Sum("shortfall"), **_weeks(today))
    known = {place.code: place for place in Region.objects.within(region)}
    found = defaultdict(list)
    for row in counted:
        found[_right_below(known[row["project__jurisdiction"]], region, known)].append(row)
    return sorted((_place(place, own, region) for place, own in found.items()), key=lambda each: -each.amount)


def _right_below(place: Region, region: Region, known: dict[str, Region]) -> Region:
    while place != region and place.parent_id != region.code:
        place = known[place.parent_id]
    return place


def _place(place: Region, rows: list[dict], region: Region) -> PlaceShortfall:
    own = place == region
    return PlaceShortfall(
        code=place.code,
        name=f"{place.name}本级" if own and region.level < RegionLevel.COUNTY else place.name,
        leads_down=not own,
        weeks={week: sum(row[f"week_{week}"] for row in rows) for week in WEEKS},
        projects=sum(row["projects"] for row in rows),
        amount=sum(row["amount"] for row in rows),
    )


def by_week(rows: QuerySet[Forecast], today: date) -> list[tuple[str, int, Decimal]]:
    """(week, projects, amount), weeks without any included."""
    sums = {f"sum_{week}": Sum("shortfall", filter=span) for week, span in within(today).items()}
    found = rows.order_by().aggregate(**_weeks(today), **sums)
    return [(label, found[f"week_{week}"], found[f"sum_{week}"] or Decimal(0)) for week, label in WEEKS.items()]


def _weeks(today: date) -> dict[str, Count]:
    return {f"week_{week}": Count("pk", filter=span) for week, span in within(today).items()}


def within(today: date) -> dict[int, Q]:
    """Pay days of each week ahead."""
    last = max(WEEKS)
    ends = {week: today + timedelta(week * 7) for week in WEEKS}
    return {
        week: Q(pay_on__gte=ends[week] - timedelta(7)) & (Q() if week == last else Q(pay_on__lt=ends[week]))
        for week in WEEKS
    }
