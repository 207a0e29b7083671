"""Celery wakes, the database remembers: marks and deadlines are rows, so a lost or doubled call does no harm."""

import structlog
from celery import shared_task
from django.utils import timezone

from accounts.services import refresh_forecasts
from alerts import engine, services
from alerts.services import forget_old_runs

log = structlog.get_logger(__name__)


@shared_task(soft_time_limit=600, time_limit=660)
def check_changed_projects() -> None:
    """What was just written, at once. One batch: while people write there is always a mark left, and taking marks
    until there is none would keep the worker from everything else."""
    if engine.check_changed(timezone.localdate()) == engine.BATCH:
        check_changed_projects.delay()


@shared_task(soft_time_limit=3300, time_limit=3600)
def nightly_sweep() -> None:
    """Everything; also what a rule that crashed this afternoon has missed."""
    today = timezone.localdate()
    refresh_forecasts(today)
    runs = engine.sweep(today)
    forget_old_runs()
    log.info("nightly_sweep", opened=sum(r.opened for r in runs), released=sum(r.released for r in runs))


@shared_task(soft_time_limit=600, time_limit=660)
def escalate_overdue() -> None:
    today = timezone.localdate()
    services.escalate_demands(today=today)
    services.escalate_overdue(today=today)


@shared_task(soft_time_limit=600, time_limit=660)
def remind() -> None:
    today = timezone.localdate()
    services.remind(today=today)
    services.tell_ended(today)
