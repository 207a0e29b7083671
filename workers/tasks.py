from celery import shared_task
from django.utils import timezone

from workers import partitions


@shared_task(name="workers.tasks.make_partitions", time_limit=120)
def make_partitions() -> list[str]:
    return partitions.ensure(partitions.months_ahead(timezone.localdate()))
