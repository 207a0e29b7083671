"""Writes that concern projects. Whoever writes supervised data calls `mark_changed` in the same transaction."""

from collections.abc import Iterable

from celery import current_app
from django.db import transaction

from projects.models import ChangedProject


def mark_changed(project_ids: Iterable[int]) -> None:
    """Have the rules run for these projects at once: marks now, a wake-up call after commit."""
    ChangedProject.objects.bulk_create(ChangedProject(project_id=pk) for pk in sorted(set(project_ids)))
    transaction.on_commit(lambda: current_app.send_task("alerts.tasks.check_changed_projects", ignore_result=True))
