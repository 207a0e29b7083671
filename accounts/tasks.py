from celery import shared_task
from django.utils import timezone

from accounts.services import measure_errors, store_forecasts


@shared_task(soft_time_limit=3000, time_limit=3600)
def forecast_accounts() -> None:
    today = timezone.localdate()
    store_forecasts(today)
    measure_errors(today)
