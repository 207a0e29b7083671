"""Spans without work. They are made by acts on the status; what was entered wrongly the regulator corrects."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import audit
from projects.models import StatusChange, Suspension
from projects.services.changes import lock_open, mark_changed


def begin_suspension(change: StatusChange, reason: str) -> Suspension:
    span = Suspension(project=change.project, began_on=change.on, reason=reason, begun=change)
    span.full_clean()
    span.save()
    return span


def end_suspension(change: StatusChange) -> None:
    """By a resumption, or by completion: a project that is over does not stand still any more."""
    for span in change.project.suspensions.filter(ended_on=None):
        span.ended_on, span.ended = change.on, change
        span.full_clean()
        span.save()


@transaction.atomic
def correct_suspension(span: Suspension, *, by, began_on: date, ended_on: date | None, reason: str) -> Suspension:
    """The days as they really were. The course follows: the changes of status that made the span move with it.

    Refused: a day to come, days beyond the changes before and after, opening or closing a span (that is 复工).
    """
    project = lock_open(span.project)
    span = project.suspensions.select_for_update().get(pk=span.pk)
    if not reason.strip():
        raise ValidationError({"reason": "请填写更正原因。"})
    if (ended_on is None) != (span.ended_on is None):
        raise ValidationError({"ended_on": "更正不改变是否已复工；复工请在项目页办理。"})
    _check_days(span, began_on, ended_on)
    before, span.began_on, span.ended_on = str(span), began_on, ended_on
    span.correction = f"原为 {before}；{reason.strip()}"[:500]
    span.corrected_by, span.corrected_at = by, timezone.now()
    span.full_clean()
    span.save()
    _move(span.begun, began_on)
    _move(span.ended, ended_on)
    audit.record("project.suspension", by=by, target=span, before=before, after=str(span), reason=reason.strip())
    mark_changed([project.pk])
    return span


def _check_days(span: Suspension, began_on: date, ended_on: date | None) -> None:
    today = timezone.localdate()
    for name, day in {"began_on": began_on, "ended_on": ended_on}.items():
        if day and day > today:
            raise ValidationError({name: "日期不能晚于今天。"})
    if ended_on and ended_on < began_on:
        raise ValidationError({"ended_on": "复工日期不能早于停工日期。"})
    earliest, latest = _room(span)
    if earliest and began_on < earliest:
        raise ValidationError({"began_on": f"停工日期不能早于上一次变更（{earliest:%Y-%m-%d}）。"})
    if latest and ended_on and ended_on > latest:
        raise ValidationError({"ended_on": f"复工日期不能晚于下一次变更（{latest:%Y-%m-%d}）。"})


def _room(span: Suspension) -> tuple[date | None, date | None]:
    """The days of the changes of status before and after the span: acts are entered in the order of their days."""
    changes = span.project.status_changes.order_by("id").exclude(pk__in=filter(None, [span.begun_id, span.ended_id]))
    begun, ended = span.begun_id or 0, span.ended_id or 0
    before = [change.on for change in changes if change.pk < begun]
    after = [change.on for change in changes if ended and change.pk > ended]
    return max(filter(None, [*before, span.project.actual_start_on]), default=None), min(after, default=None)


def _move(change: StatusChange | None, on: date | None) -> None:
    if change is not None:
        change.on = on
        change.save(update_fields=["on"])
