"""The night's forecasts, and what became of those of pay days gone by."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import structlog
from django.db import connection, transaction

from accounts.models import AccountProject, Forecast
from accounts.selectors import forecast
from core.months import around
from projects.enums import Status
from projects.models import Project

log = structlog.get_logger(__name__)
BATCH = 500  # projects whose steps are held at once
SETTLED = timedelta(days=10)  # after a pay day, before what came of it is told: payrolls and statements come late
PAY_DAYS = 6

_LOCK = "SELECT pg_advisory_xact_lock(hashtext('accounts_forecast'))"
_STORE = """
INSERT INTO accounts_forecast (project_id, month, pay_on, made_on, balance, owed, accrued, to_come, inflow, shortfall)
SELECT project_id, month, pay_on, as_of, balance, owed, accrued, to_come, inflow, shortfall FROM positions
"""
_MEASURE = """
INSERT INTO accounts_forecasterror (project_id, month, pay_on, lead, wages, forecast, baseline, actual)
SELECT p.project_id, p.month, p.pay_on, p.pay_on - p.as_of, real.wages, p.rest, p.balance - p.last_wages, real.rest
FROM positions p
JOIN positions real ON real.project_id = p.project_id AND real.month = p.month AND real.as_of = real.pay_on
WHERE p.as_of < p.pay_on AND real.wages > 0
ON CONFLICT DO NOTHING
"""


def store_forecasts(today: date, project_ids: Iterable[int] | None = None) -> int:
    """Of these projects, or of all: of those that run and have an account. Returns how many pay days were foreseen."""
    running = Project.objects.exclude(status=Status.COMPLETED)
    if project_ids is not None:
        return sum(_store(ids, today) for ids in _batches(running.filter(pk__in=list(project_ids))))
    made = sum(_store(ids, today) for ids in _batches(running))
    Forecast.objects.exclude(made_on=today).delete()
    return made


def refresh_forecasts(today: date, project_ids: Iterable[int] | None = None) -> None:
    """`store_forecasts`, where other work must go on without: when the forecast of these projects cannot be made anew,
    the one of before is forgotten, so that nobody reads what is no longer so."""
    ids = None if project_ids is None else list(project_ids)
    try:
        with transaction.atomic():
            store_forecasts(today, ids)
    except Exception as error:  # named only: the text of a database error quotes values
        log.error("forecast_failed", error=type(error).__name__, projects=None if ids is None else len(ids))
        if ids is not None:
            Forecast.objects.filter(project__in=ids).delete()


@transaction.atomic
def _store(ids: list[int], today: date) -> int:
    """One at a time: whoever writes last has read last."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        Forecast.objects.filter(project__in=ids).delete()
        asked = forecast.NOW.format(scope=forecast.THESE)
        forecast.compute(cursor, asked, {"projects": ids, "today": today}, few=len(ids) <= forecast.FEW)
        cursor.execute(_STORE)
        return cursor.rowcount


def measure_errors(today: date) -> int:
    """Of the last pay days not measured yet, each from so many days ahead; returns how many forecasts were checked.
    A pay day is measured once: what was entered much later changes nothing any more."""
    before = today - SETTLED
    params = {"today": today, "before": before, "leads": [0, *forecast.LEADS]}
    params["months"] = around(before, back=PAY_DAYS + 1)[:-1]
    checked = 0
    for ids in _batches(Project.objects.all()):
        with transaction.atomic(), connection.cursor() as cursor:
            forecast.compute(cursor, forecast.PAST.format(scope=forecast.THESE), params | {"projects": ids})
            cursor.execute(_MEASURE)
            checked += cursor.rowcount
    return checked


def _batches(projects) -> Iterator[list[int]]:
    having = projects.filter(pk__in=AccountProject.objects.values("project"))
    ids = list(having.order_by("pk").values_list("pk", flat=True))
    yield from (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
