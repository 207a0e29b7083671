from celery import shared_task
from django.utils import timezone

from core import months
from workers import partitions

AHEAD = 2  # months


@shared_task(name="workers.tasks.make_partitions", time_limit=120)
def make_partitions() -> list[str]:
    return partitions.ensure(months.around(timezone.localdate(), ahead=AHEAD))
