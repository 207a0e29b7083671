from collections.abc import Iterable
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from core import attachments, audit
from projects.models import Project
from projects.services import lock_open, mark_changed
from workers.models import Engagement, Training, TrainingRecord
from workers.services import checks
from workers.services.people import not_later_than_today, refuse


@transaction.atomic
def save_training(
    project: Project, *, by, people: Iterable[int], training: Training | None = None, files=(), **facts
) -> Training:
    """A training and who took part (ids of engagements at the project); new participants count as passed until their
    result says otherwise. Refused: a completed project, a day in the future or long before the site opened, nobody,
    somebody who is not on the project or had left before."""
    lock_open(project)
    training = training or Training(project=project, registered_by=by)
    refuse(not_later_than_today("held_on", facts.get("held_on"), "培训日期"))
    wanted = set(people)
    refuse(_why_not_then(project, facts["held_on"]))
    refuse(_why_not_with(project, wanted, facts["held_on"]))
    for name, value in facts.items():
        setattr(training, name, value)
    training.full_clean(exclude=["project", "registered_by"])
    training.save()
    _set_people(training, wanted)
    scans = attachments.store_all(files, by=by, owner=training)
    mark_changed([project.pk])
    audit.record("training.save", by=by, target=training, project=project.code, people=len(wanted), scans=scans)
    return training


def _why_not_then(project: Project, day) -> dict[str, str]:
    opens_on = checks.opens_on(project)
    if day < opens_on - checks.BEFORE_START:
        return {"held_on": f"培训日期比项目开工（{opens_on}）早 {checks.BEFORE_START.days} 天以上，请核对。"}
    return {}


def _why_not_with(project: Project, wanted: set[int], day) -> dict[str, str]:
    if not wanted:
        return {"people": "请勾选参加培训的人员。"}
    found = dict(Engagement._base_manager.filter(project=project, pk__in=wanted).values_list("pk", "exited_on"))
    if len(found) < len(wanted):
        return {"people": "所选人员中有人不在本项目花名册中，请重新勾选。"}
    if any(left and left < day for left in found.values()):
        return {"people": "所选人员中有人在培训日期之前已退场，请核对。"}
    return {}


def _set_people(training: Training, wanted: set[int]) -> None:
    records = TrainingRecord._base_manager.filter(training=training)
    known = set(records.values_list("engagement_id", flat=True))
    records.filter(engagement__in=known - wanted).delete()
    TrainingRecord.objects.bulk_create(
        TrainingRecord(training=training, project_id=training.project_id, engagement_id=pk)
        for pk in sorted(wanted - known)
    )


@transaction.atomic
def record_results(training: Training, results: dict[int, tuple[bool, Decimal | None]], *, by) -> int:
    """Record id → (passed, score of a hundred). Returns how many changed. Refused: a completed project, a score out of
    range."""
    lock_open(training.project)
    if any(score is not None and not 0 <= score <= 100 for _, score in results.values()):
        raise ValidationError("成绩应在 0 至 100 之间。")
    changed = 0
    for record in TrainingRecord._base_manager.filter(training=training, pk__in=results):
        passed, score = results[record.pk]
        if (record.passed, record.score) != (passed, score):
            record.passed, record.score = passed, score
            record.save(update_fields=["passed", "score"])
            changed += 1
    if changed:
        mark_changed([training.project_id])
        audit.record("training.results", by=by, target=training, changed=changed)
    return changed
