"""The Celery app and the whole beat schedule as one table. Celery wakes; the database remembers."""

import os

from celery import Celery
from celery.schedules import crontab
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wagemonitor.settings")

app = Celery("wagemonitor")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Every write wakes the rules. In a queue of their own, from which the worker takes in turn, these calls keep no job
# waiting that somebody watches.
app.conf.task_queues = [Queue("celery"), Queue("rules")]
app.conf.task_routes = {"alerts.tasks.check_changed_projects": {"queue": "rules"}}

app.conf.beat_schedule = {
    # what a crash left behind
    "changed-projects": {"task": "alerts.tasks.check_changed_projects", "schedule": 30.0},
    "arrears": {"task": "accounts.tasks.keep_arrears", "schedule": 30.0},
    "waiting-jobs": {"task": "core.tasks.run_waiting_jobs", "schedule": 30.0},
    # every night
    "attendance-partitions": {"task": "workers.tasks.make_partitions", "schedule": crontab(hour=0, minute=5)},
    "nightly-sweep": {"task": "alerts.tasks.nightly_sweep", "schedule": crontab(hour=1, minute=0)},
    "close-months": {"task": "reports.tasks.close_months", "schedule": crontab(hour=2, minute=0)},
    "forecast": {"task": "accounts.tasks.measure_forecasts", "schedule": crontab(hour=3, minute=0)},
    "reminders": {"task": "alerts.tasks.remind", "schedule": crontab(hour=8, minute=0)},
    "messages": {"task": "core.tasks.send_messages", "schedule": 60.0},  # what a lost call left behind
    "deadlines": {"task": "alerts.tasks.escalate_overdue", "schedule": crontab(minute=10)},
}
