"""Milestone confirmations (P10): due by a start, a resumption, an acceptance; answered by a department."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import attachments, audit
from projects.enums import MilestoneKind, MilestoneState
from projects.models import Milestone, MilestoneAnswer, Project, StatusChange
from projects.selectors.course import standing_of
from projects.services.changes import lock_open, mark_changed

ACCEPTANCES = (MilestoneKind.PART_ACCEPTANCE, MilestoneKind.ACCEPTANCE)


def reach(kind: MilestoneKind, change: StatusChange) -> Milestone:
    """A start or a resumption is due for confirmation by having happened."""
    return Milestone.objects.create(project=change.project, kind=kind, on=change.on, change=change, by=change.by)


def is_accepted(project: Project) -> bool:
    """The newest 竣工验收 stands confirmed."""
    asked = project.milestones.filter(kind=MilestoneKind.ACCEPTANCE).order_by("-id").first()
    return asked is not None and asked.state == MilestoneState.CONFIRMED


@transaction.atomic
def ask_for_acceptance(project: Project, *, by, kind: MilestoneKind, on: date, part: str = "") -> Milestone:
    """分部分项验收 or 竣工验收. One 竣工验收 at a time waits for its answer."""
    project = lock_open(project)
    if kind not in ACCEPTANCES:
        raise ValidationError({"kind": "开工、复工在办理时自动提请确认。"})
    if kind == MilestoneKind.PART_ACCEPTANCE and not part.strip():
        raise ValidationError({"part": "请填写分部分项名称。"})
    asked = project.milestones.outstanding().filter(kind=kind, part=part.strip())
    if asked.exists():
        raise ValidationError("同一验收已提请确认，尚待行业主管部门答复。")
    milestone = Milestone(project=project, kind=kind, on=on, part=part.strip(), by=by)
    milestone.full_clean()
    milestone.save()
    audit.record("milestone.ask", by=by, target=milestone, kind=str(kind), on=on.isoformat(), part=milestone.part)
    mark_changed([project.pk])
    return milestone


@transaction.atomic
def answer_milestone(
    milestone: Milestone,
    *,
    by,
    real_name_conforms: bool,
    wages_paid: bool,
    note: str = "",
    files: Iterable[tuple[str, bytes]] = (),
) -> MilestoneAnswer:
    """Confirm, or object with a reason; what the records say is kept beside it. An objection may be answered anew."""
    project = lock_open(milestone.project)
    milestone = project.milestones.select_for_update().get(pk=milestone.pk)
    if milestone.state == MilestoneState.CONFIRMED:
        raise ValidationError("该节点已经确认。")
    confirms = real_name_conforms and wages_paid
    if not confirms and not note.strip():
        raise ValidationError({"note": "不予确认的，请写明理由。"})
    answer = MilestoneAnswer.objects.create(
        project=project,
        milestone=milestone,
        real_name_conforms=real_name_conforms,
        wages_paid=wages_paid,
        note=note.strip(),
        standing=standing_of(project, timezone.localdate()).kept(),
        by=by,
    )
    attachments.store_all(files, by=by, owner=answer)
    milestone.state = MilestoneState.CONFIRMED if confirms else MilestoneState.OBJECTED
    milestone.save(update_fields=["state"])
    act = "milestone.confirm" if confirms else "milestone.object"
    audit.record(act, by=by, target=milestone, kind=milestone.kind, note=note.strip())
    mark_changed([project.pk])
    return answer
