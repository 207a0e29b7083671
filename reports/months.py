"""A month as one user may see it: closed as it stood then, or open as it stands now."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import QuerySet

from organizations.models import Region
from projects.models import Project
from reports import selectors
from reports.figures import Figures, Period
from reports.models import MonthFigure
from reports.selectors import Group, ProjectFigures


@dataclass(frozen=True)
class Month:
    period: Period
    region: Region
    cut_off_at: datetime
    is_closed: bool
    groups: list[Group]


@dataclass(frozen=True)
class DetailedMonth(Month):
    """`projects` are those counted as supervised; `others` have money, people or warnings in the month without being
    supervised in it. The figures of both add up to the groups."""

    projects: list[ProjectFigures]
    others: list[ProjectFigures]

    @cached_property
    def total(self) -> Figures:
        return Figures.total(group.figures for group in self.groups)


def read(user, region: Region, month: date, now: datetime) -> Month:
    """Figures only: all that a page of places needs."""
    period, closed = Period.of(month, now), list(_closed(user, region, month).defer("projects"))
    if closed:
        return Month(period, region, closed[0].cut_off_at, True, [_group(row) for row in closed])
    return Month(period, region, now, False, selectors.groups(_project_ids(user, region), period))


def read_detailed(user, region: Region, month: date, now: datetime) -> DetailedMonth:
    """With every project; the groups are their sums."""
    period, closed = Period.of(month, now), list(_closed(user, region, month))
    if closed:
        projects = [_project(row, stored) for row in closed for stored in row.projects]
        groups = [_group(row) for row in closed]
        return DetailedMonth(period, region, closed[0].cut_off_at, True, groups, *_parted(projects))
    projects = selectors.project_figures(_project_ids(user, region), period)
    counted = [row for row in projects if row.is_counted]
    return DetailedMonth(period, region, now, False, _summed(projects), *_parted(counted))


def _closed(user, region: Region, month: date) -> QuerySet[MonthFigure]:
    """The month's rows that lie in the region and in the user's own scope."""
    rows = MonthFigure.objects.filter(month=month, region__code__startswith=region.prefix)
    rows = rows.filter(region__code__startswith=user.region.prefix).order_by("region_id", "industry")
    return rows.filter(industry=user.industry) if user.industry else rows


def _project_ids(user, region: Region) -> list[int]:
    projects = Project.objects.visible_to(user).within(region).order_by()
    return list(projects.values_list("pk", flat=True))


def _parted(projects: list[ProjectFigures]) -> tuple[list[ProjectFigures], list[ProjectFigures]]:
    return [row for row in projects if row.is_supervised], [row for row in projects if not row.is_supervised]


def _group(row: MonthFigure) -> Group:
    return Group(row.region_id, row.industry, Figures.from_json(row.figures))


def _project(row: MonthFigure, stored: dict) -> ProjectFigures:
    return ProjectFigures.from_json(row.region_id, row.industry, stored)


def _summed(projects: Iterable[ProjectFigures]) -> list[Group]:
    parts: dict[tuple[str, str], list[Figures]] = defaultdict(list)
    for row in projects:
        parts[row.jurisdiction, row.industry].append(row.figures)
    return [Group(place, industry, Figures.total(own)) for (place, industry), own in sorted(parts.items())]
