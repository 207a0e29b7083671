from celery import shared_task
from django.utils import timezone

from accounts.services import arrears, measure_errors


@shared_task(soft_time_limit=600, time_limit=660)
def keep_arrears() -> None:
    """Of what was written since the last time; the marks are rows, a lost call does no harm."""
    while arrears.keep_arrears() == arrears.BATCH:
        pass


@shared_task(soft_time_limit=3000, time_limit=3600)
def measure_forecasts() -> None:
    measure_errors(timezone.localdate())
