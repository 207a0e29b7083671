"""The Celery app and the whole beat schedule as one table. Celery wakes; the database remembers."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wagemonitor.settings")

app = Celery("wagemonitor")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    # what a crash left behind
    "changed-projects": {"task": "alerts.tasks.check_changed_projects", "schedule": 30.0},
    "waiting-jobs": {"task": "core.tasks.run_waiting_jobs", "schedule": 30.0},
    # every night
    "attendance-partitions": {"task": "workers.tasks.make_partitions", "schedule": crontab(hour=0, minute=5)},
    "nightly-sweep": {"task": "alerts.tasks.nightly_sweep", "schedule": crontab(hour=1, minute=0)},
    "close-months": {"task": "reports.tasks.close_months", "schedule": crontab(hour=2, minute=0)},
    "deadlines": {"task": "alerts.tasks.escalate_overdue", "schedule": crontab(minute=10)},
}
