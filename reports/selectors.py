"""Figures, in one SQL statement each, over roll-ups (attendance months, payroll lines), never over attendance days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.enums import AccountStatus, MovementDirection, MovementKind
from accounts.models.owing import COUNTS as LINE_COUNTS
from organizations.models import Region
from projects.enums import Status
from projects.models import ListedPermit
from reports.figures import COUNTS, RATES, Figures, Period

# later: a person registered after the payroll came is known by now.
# p: the projects, as they stood at the end of the period. While the month runs that is what the project says; a month
# that is over is told from the course of the project.
_SOURCES = """
WITH p AS MATERIALIZED (
    SELECT q.*,
           q.supervised AND q.status = %(in_progress)s AS in_progress,
           q.supervised AND q.status IN (%(in_progress)s, %(suspended)s) AS in_scope
    FROM (
        SELECT p.id, p.code, p.name, p.jurisdiction_id, p.industry,
               least(p.supervised_from, p.actual_start_on) <= %(last)s
               AND (p.completed_on IS NULL OR p.completed_on >= %(first)s) AS supervised,
               CASE WHEN %(is_running)s THEN p.status ELSE coalesce(
                   (SELECT c.status FROM projects_statuschange c WHERE c.project_id = p.id AND c.on <= %(last)s
                    ORDER BY c.on DESC, c.id DESC LIMIT 1),
                   p.status
               ) END AS status
        FROM projects_project p
        WHERE p.id = ANY(%(projects)s)
        OFFSET 0  -- the status is looked up once, not once for each of its uses
    ) q
), account AS (
    SELECT DISTINCT l.project_id
    FROM accounts_accountproject l
    JOIN p ON p.id = l.project_id
    JOIN accounts_specialaccount a ON a.id = l.account_id
    WHERE l.since <= %(last)s AND (a.opened_on IS NULL OR a.opened_on <= %(last)s)
      AND (a.status = %(active)s OR a.status = %(cancelled)s AND a.cancelled_on > %(last)s)
), attended AS MATERIALIZED (
    SELECT a.project_id, a.engagement_id
    FROM workers_attendancemonth a
    JOIN p ON p.id = a.project_id
    WHERE a.month = %(first)s AND a.days > 0
), later AS (
    SELECT l.id AS line_id, min(e.id) AS engagement_id
    FROM accounts_payrollline l
    JOIN workers_worker w ON w.id_number_index = l.id_number_index
    JOIN workers_engagement e ON e.worker_id = w.id AND e.project_id = l.project_id
    WHERE l.month = %(first)s AND l.engagement_id IS NULL
    GROUP BY l.id
), lines AS (
    SELECT l.project_id, coalesce(l.engagement_id, later.engagement_id) AS engagement_id, l.net, l.paid
    FROM accounts_payrollline l
    JOIN p ON p.id = l.project_id
    LEFT JOIN later ON later.line_id = l.id
    WHERE l.month = %(first)s
), people AS (
    SELECT coalesce(a.project_id, l.project_id) AS project_id,
           count(*) AS everyone,
           count(coalesce(a.engagement_id, l.engagement_id)) AS registered,
           count(a.engagement_id) AS attending,
           count(a.engagement_id) FILTER (WHERE l.paid >= l.net AND l.paid > 0) AS attending_paid,
           sum(l.net) AS net, sum(l.paid) AS paid
    FROM attended a
    FULL JOIN lines l ON l.engagement_id = a.engagement_id AND l.project_id = a.project_id
    GROUP BY 1
), roster AS (
    SELECT e.project_id, count(*) AS people, count(c.engagement_id) AS contracted, count(a.engagement_id) AS attended
    FROM workers_engagement e
    JOIN p ON p.id = e.project_id AND p.supervised
    LEFT JOIN (
        SELECT DISTINCT engagement_id FROM workers_labourcontract
        WHERE signed_on <= %(last)s AND starts_on <= %(last)s AND (ends_on IS NULL OR ends_on >= %(first)s)
    ) c ON c.engagement_id = e.id
    LEFT JOIN attended a ON a.engagement_id = e.id
    WHERE e.entered_on <= %(last)s AND (e.exited_on IS NULL OR e.exited_on >= %(first)s)
    GROUP BY e.project_id
), inflow AS (
    SELECT e.project_id, sum(e.amount) AS amount
    FROM accounts_ledgerentry e
    JOIN p ON p.id = e.project_id
    WHERE e.kind = %(labour_cost)s AND e.direction = %(in)s AND e.booked_on BETWEEN %(first)s AND %(last)s
      AND NOT EXISTS (SELECT 1 FROM accounts_ledgerentry r WHERE r.reverses_id = e.id)
    GROUP BY e.project_id
), thread AS (
    SELECT w.project_id, w.raised_at, w.due_on, w.released_at, lead.opened_at AS transferred_at,
           coalesce(w.released_at, lead.opened_at) AS closed_at
    FROM alerts_warning w
    JOIN p ON p.id = w.project_id
    LEFT JOIN alerts_caselead lead ON lead.warning_id = w.id
    WHERE w.raised_at < %(until)s
), warned AS (
    SELECT project_id,
           count(*) FILTER (WHERE raised_at >= %(start)s) AS raised,
           count(*) FILTER (WHERE raised_at >= %(start)s AND closed_at < %(until)s) AS raised_closed,
           count(*) FILTER (WHERE released_at >= %(start)s AND released_at < %(until)s) AS released,
           count(*) FILTER (WHERE transferred_at >= %(start)s AND transferred_at < %(until)s) AS transferred,
           count(*) FILTER (WHERE closed_at < %(until)s IS NOT TRUE) AS unsettled,
           count(*) FILTER (WHERE closed_at < %(until)s IS NOT TRUE AND due_on < %(passed)s) AS overdue,
           count(*) FILTER (WHERE due_on >= %(first)s AND due_on < %(passed)s) AS due,
           count(*) FILTER (
               WHERE due_on >= %(first)s AND due_on < %(passed)s
                 AND (closed_at AT TIME ZONE %(zone)s)::date <= due_on
           ) AS on_time
    FROM thread
    GROUP BY project_id
)
"""
_JOINED = " ".join(
    ["FROM p", *(f"LEFT JOIN {name} ON {name}.project_id = p.id" for name in ("account", "people", "roster")),
     *(f"LEFT JOIN {name} ON {name}.project_id = p.id" for name in ("inflow", "warned"))]
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """The figures of one jurisdiction and industry: the grain from which every place is summed."""

    jurisdiction: str
    industry: str
    figures: Figures


@dataclass(frozen=True)
class ProjectFigures:
    id: int
    code: str
    name: str
    jurisdiction: str
    industry: str
    status: str
    figures: Figures

    @property
    def is_counted(self) -> bool:
        """Supervised in the month, or with money, people or warnings in it all the same."""
        return any(self.figures.values())

    @property
    def is_supervised(self) -> bool:
        return bool(self.figures["projects"])

    def as_json(self) -> dict[str, Any]:
        facts = {"id": self.id, "code": self.code, "name": self.name, "status": self.status}
        return facts | {"figures": self.figures.as_json()}

    @classmethod
    def from_json(cls, jurisdiction: str, industry: str, stored: dict[str, Any]) -> "ProjectFigures":
        facts = {**stored, "figures": Figures.from_json(stored["figures"])}
        return cls(jurisdiction=jurisdiction, industry=industry, **facts)


def groups(project_ids: Sequence[int], period: Period, only: Iterable[str] = COUNTS) -> list[Group]:
    """The projects are the caller's to choose: those the asking user may see. What none of the counts asked for
    needs is not read: the planner leaves it out."""
    keys = list(only)
    sums = ", ".join(f"sum({_value(key)})" for key in keys)
    sql = f"{_SOURCES} SELECT p.jurisdiction_id, p.industry, {sums} {_JOINED} GROUP BY 1, 2 ORDER BY 1, 2"
    rows = _rows(sql, project_ids, period)
    return [Group(place, industry, _figures(keys, counts)) for place, industry, *counts in rows]


def project_figures(project_ids: Sequence[int], period: Period, only: Iterable[str] = COUNTS) -> list[ProjectFigures]:
    keys = list(only)
    columns = ", ".join(_value(key) for key in keys)
    facts = "p.id, p.code, p.name, p.jurisdiction_id, p.industry, p.status"
    sql = f"{_SOURCES} SELECT {facts}, {columns} {_JOINED} ORDER BY p.jurisdiction_id, p.code"
    return [ProjectFigures(*row[:6], _figures(keys, row[6:])) for row in _rows(sql, project_ids, period)]


@dataclass(frozen=True)
class Behind:
    """The projects behind a figure; `rate` over all of them, None when the figure is a count."""

    project_ids: list[int]
    rate: tuple[int | Decimal, int | Decimal] | None


def behind(project_ids: Sequence[int], period: Period, figure: str, *, lacking: bool = False) -> Behind:
    """The projects with anything of a count; those in a rate's denominator, or of them only those that lack something
    of the numerator."""
    keys = [figure] if figure in COUNTS else [RATES[figure].denominator, RATES[figure].numerator]
    sql = f"{_SOURCES} SELECT p.id, {', '.join(map(_value, keys))} {_JOINED} ORDER BY p.id"
    rows = [row for row in _rows(sql, project_ids, period) if row[1] > 0]
    if figure in COUNTS:
        return Behind([pk for pk, _ in rows], None)
    rate = sum(part for _, _, part in rows), sum(whole for _, whole, _ in rows)
    return Behind([pk for pk, whole, part in rows if not lacking or part < whole], rate)


@dataclass(frozen=True)
class UnpaidMonth:
    """A month with attendance and no payroll (`net` zero), or with a payroll that was not paid in full."""

    project_id: int
    month: date
    attending: int
    net: Decimal
    owed: Decimal


_UNPAID = f"""
WITH listed AS (
    SELECT project_id, month, sum(net) AS net, sum(net - paid) FILTER (WHERE paid < net) AS owed
    FROM accounts_payrollline l
    WHERE project_id = ANY(%(projects)s) AND month < %(before)s AND {LINE_COUNTS.format(line="l")}
    GROUP BY project_id, month
), attended AS (
    SELECT project_id, month, count(*) AS attending
    FROM workers_attendancemonth
    WHERE project_id = ANY(%(projects)s) AND month < %(before)s AND days > 0
    GROUP BY project_id, month
)
SELECT project_id, month, coalesce(a.attending, 0), coalesce(l.net, 0), coalesce(l.owed, 0)
FROM listed l
FULL JOIN attended a USING (project_id, month)
WHERE l.owed > 0 OR coalesce(l.net, 0) = 0 AND a.attending > 0
ORDER BY project_id, month
"""


def unpaid_months(project_ids: Sequence[int], before: date) -> list[UnpaidMonth]:
    with connection.cursor() as cursor:
        cursor.execute(_UNPAID, {"projects": list(project_ids), "before": before})
        return [UnpaidMonth(*row) for row in cursor.fetchall()]


def _value(key: str) -> str:
    return f"coalesce({COUNTS[key].sql}, 0)"


def _figures(keys: Sequence[str], counts: Sequence) -> Figures:
    read = zip(keys, counts, strict=True)
    return Figures({key: value if COUNTS[key].is_money else int(value) for key, value in read}, only=keys)


def _rows(sql: str, project_ids: Sequence[int], period: Period) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, _params(project_ids, period))
        return cursor.fetchall()


def _params(project_ids: Sequence[int], period: Period) -> dict[str, Any]:
    return {
        "projects": list(project_ids),
        "first": period.first,
        "last": period.last,
        "passed": period.passed,
        "start": period.start,
        "until": period.until,
        "is_running": period.is_running,
        "zone": settings.TIME_ZONE,
        "in_progress": Status.IN_PROGRESS,
        "suspended": Status.SUSPENDED,
        "active": AccountStatus.ACTIVE,
        "cancelled": AccountStatus.CANCELLED,
        "labour_cost": MovementKind.LABOUR_COST,
        "in": MovementDirection.IN,
    }


def permit_counts(user, region: Region, period: Period, industry: str | None = None) -> dict:
    """(region code, industry) → permits on the departments' lists, by number compared with the platform as it is now;
    of a month that is over nothing."""
    if not period.is_running:
        return {}
    listed = ListedPermit.objects.visible_to(user).within(region)
    return (listed.filter(industry=industry) if industry else listed).counts(timezone.localdate(period.read_at))
