from collections.abc import Iterable

from celery import current_app
from django.core.exceptions import ValidationError
from django.db import transaction

from projects.models import ChangedProject, Project

CLOSED = "项目已由监管部门确认完工，不再接受修改。确需修改的，请由管辖地人社部门撤销完工后再办理。"


class ProjectClosed(ValidationError):
    def __init__(self):
        super().__init__(CLOSED, code="project_closed")


class ProjectMerged(ValidationError):
    def __init__(self, into: Project):
        super().__init__(f"本项目已并入“{into.name}”（{into.code}），请在该项目办理。", code="project_merged")


def mark_changed(project_ids: Iterable[int]) -> None:
    """Have the rules run for these projects at once: marks now, a wake-up call after commit."""
    ChangedProject.objects.bulk_create(ChangedProject(project_id=pk) for pk in sorted(set(project_ids)))
    transaction.on_commit(lambda: current_app.send_task("alerts.tasks.check_changed_projects", ignore_result=True))


def lock_open(project: Project) -> Project:
    """The project as it is now, held until the transaction ends. Raises ProjectClosed once it is completed (P7)."""
    locked = lock(project)
    if not locked.is_open:
        raise ProjectClosed
    return locked


def lock(project: Project) -> Project:
    """The project as it is now, also once it is completed; writers of one project come one after the other.
    Raises ProjectMerged when it has been merged into another meanwhile."""
    rows = Project.every.unscoped("the caller has found it in its user's scope, or by its exact code")
    locked = rows.select_for_update(no_key=True).get(pk=project.pk)
    if locked.merged_into_id is not None:
        raise ProjectMerged(locked.merged_into)
    return locked
