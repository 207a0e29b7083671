from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import audit
from projects.enums import MilestoneKind, StatusAct
from projects.models import Project, StatusChange
from projects.services.changes import ProjectClosed, lock, mark_changed
from projects.services.milestones import is_accepted, reach
from projects.services.suspensions import begin_suspension, end_suspension

UNACCEPTED = "竣工验收尚未经行业主管部门确认；不经确认即办理完工的，请说明理由。"


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
    change = project.status_changes.create(status=project.status, on=on, reason=_told(act, reason), by=by)
    _follow(act, change, reason)
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
    if act == StatusAct.COMPLETE and not reason.strip() and not is_accepted(project):
        raise ValidationError({"reason": UNACCEPTED})


def _follow(act: StatusAct, change: StatusChange, reason: str) -> None:
    """What a change of status brings with it: the spans without work, the milestones a department confirms."""
    match act:
        case StatusAct.SUSPEND:
            begin_suspension(change, reason.strip())
        case StatusAct.RESUME | StatusAct.COMPLETE:
            end_suspension(change)
    if act == StatusAct.START:
        reach(MilestoneKind.START, change)
    elif act == StatusAct.RESUME:
        reach(MilestoneKind.RESUMPTION, change)


def _told(act: StatusAct, reason: str) -> str:
    """A status alone does not tell a reopening from a resumption."""
    return "：".join(filter(None, (act.label, reason.strip())))
