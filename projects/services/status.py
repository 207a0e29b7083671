from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import audit
from projects.enums import StatusAct
from projects.models import Project, StatusChange
from projects.services.changes import ProjectClosed, lock, mark_changed


@transaction.atomic
def change_status(project: Project, act: StatusAct, *, by, on: date, reason: str = "") -> Project:
    """Start, suspend, resume, complete, reopen (P7). Completion ends every upload; reopening takes it back."""
    project = lock(project)
    _check(project, act, on, reason)
    project.status = act.to_status
    if act == StatusAct.START:
        project.actual_start_on = project.actual_start_on or on
    if act in (StatusAct.COMPLETE, StatusAct.REOPEN):
        project.completed_on = on if act == StatusAct.COMPLETE else None
    project.full_clean(exclude=["filed_by"])
    project.save()
    StatusChange.objects.create(project=project, status=project.status, on=on, reason=_told(act, reason), by=by)
    audit.record(f"project.{act.value}", by=by, target=project, on=on.isoformat(), reason=reason)
    mark_changed([project.pk])
    return project


def _check(project: Project, act: StatusAct, on: date, reason: str) -> None:
    if project.status not in act.from_statuses:
        if not project.is_open:
            raise ProjectClosed
        raise ValidationError(f"项目当前为“{project.get_status_display()}”，不能办理{act.label}。", code="status")
    if on > timezone.localdate():
        raise ValidationError({"on": "日期不能晚于今天。"})
    moved = project.status_changes.exclude(status__in=StatusAct.START.from_statuses)  # a start may precede the filing
    earliest = max(filter(None, [*moved.values_list("on", flat=True), project.actual_start_on]), default=None)
    if earliest and on < earliest:
        raise ValidationError({"on": f"日期不能早于上一次变更（{earliest:%Y-%m-%d}）。"})
    if act.needs_reason and not reason.strip():
        raise ValidationError({"reason": f"请填写{act.label}原因。"})


def _told(act: StatusAct, reason: str) -> str:
    """A status alone does not tell a reopening from a resumption."""
    return "：".join(filter(None, (act.label, reason.strip())))
