"""Closing a month: its figures are written down as they stand, and stay so."""

from collections import defaultdict
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from core import audit
from core.months import previous_month
from projects.models import Project
from reports import selectors
from reports.figures import Figures, Period, closes_on
from reports.models import MonthFigure
from reports.selectors import ProjectFigures

LOOK_BACK = 3  # months the nightly task still closes


def is_due(month: date, today: date) -> bool:
    return today >= closes_on(month)


@transaction.atomic
def close_month(month: date, *, now: datetime) -> bool:
    """Over the whole province at once, so that every office reads the same month. False when it is closed already."""
    with connection.cursor() as cursor:  # two at once would write half a month each
        cursor.execute(f"LOCK TABLE {MonthFigure._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    if MonthFigure.objects.filter(month=month).exists():
        return False
    every = Project.objects.unscoped("a month is closed for the whole province").order_by()
    found = selectors.project_figures(list(every.values_list("pk", flat=True)), Period.of(month, now))
    MonthFigure.objects.bulk_create(_rows(month, found, now), batch_size=200)
    audit.record("month.close", by=None, month=f"{month:%Y-%m}", projects=len(found))
    return True


def close_due_months(*, now: datetime) -> list[date]:
    today = timezone.localdate(now)
    month, closed = today.replace(day=1), []
    for _ in range(LOOK_BACK):
        month = previous_month(month)
        if is_due(month, today) and close_month(month, now=now):
            closed.append(month)
    return closed


def _rows(month: date, found: list[ProjectFigures], now: datetime) -> list[MonthFigure]:
    by_place: dict[tuple[str, str], list[ProjectFigures]] = defaultdict(list)
    for row in found:
        by_place[row.jurisdiction, row.industry].append(row)
    return [
        MonthFigure(
            month=month,
            region_id=place,
            industry=industry,
            figures=Figures.total(row.figures for row in rows).as_json(),
            projects=[row.as_json() for row in rows if row.is_counted],
            cut_off_at=now,
        )
        for (place, industry), rows in sorted(by_place.items())
    ]
