from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import attachments, audit
from projects.services import lock_open, mark_changed
from workers.models import Appraisal, Engagement
from workers.services.people import not_later_than_today, refuse


@transaction.atomic
def appraise(engagement: Engagement, *, kind: str, happened_on: date, reason: str, by, files=()) -> Appraisal:
    """Refused: a completed project, a day in the future or before the entry."""
    lock_open(engagement.project)
    refuse(not_later_than_today("happened_on", happened_on, "发生日期"))
    if happened_on < engagement.entered_on:
        refuse({"happened_on": f"发生日期早于该人员的进场日期 {engagement.entered_on}。"})
    appraisal = Appraisal(
        engagement=engagement,
        project_id=engagement.project_id,
        kind=kind,
        happened_on=happened_on,
        reason=reason,
        by=by,
    )
    appraisal.full_clean(exclude=["engagement", "project", "by"])
    appraisal.save()
    scans = attachments.store_all(files, by=by, owner=appraisal)
    mark_changed([engagement.project_id])
    audit.record(
        "appraisal.add",
        by=by,
        target=appraisal,
        kind=appraisal.get_kind_display(),
        project=engagement.project.code,
        scans=scans,
    )
    return appraisal


@transaction.atomic
def state(appraisal: Appraisal, *, statement: str, by) -> Appraisal:
    """What the person says to it, once. Refused: a completed project, a statement there already, a withdrawn one."""
    appraisal = _locked(appraisal)
    if appraisal.statement:
        raise ValidationError("本人陈述已登记，不能改写。")
    if not statement.strip():
        raise ValidationError({"statement": "请填写本人陈述。"})
    appraisal.statement = statement.strip()
    appraisal.save(update_fields=["statement"])
    audit.record("appraisal.statement", by=by, target=appraisal)
    return appraisal


@transaction.atomic
def withdraw(appraisal: Appraisal, *, reason: str, by) -> Appraisal:
    """It stays on record as withdrawn. Refused: a completed project, no reason, twice."""
    appraisal = _locked(appraisal)
    if not reason.strip():
        raise ValidationError({"reason": "请填写撤回原因。"})
    appraisal.withdrawn_at, appraisal.withdrawn_by = timezone.now(), by
    appraisal.withdrawal_reason = reason.strip()
    appraisal.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
    mark_changed([appraisal.project_id])
    audit.record("appraisal.withdraw", by=by, target=appraisal)
    return appraisal


def _locked(appraisal: Appraisal) -> Appraisal:
    lock_open(appraisal.project)
    rows = Appraisal.objects.unscoped("the appraisal is in scope").select_related("project")
    appraisal = rows.select_for_update(of=("self",)).get(pk=appraisal.pk)
    if appraisal.withdrawn_at:
        raise ValidationError("该评价已撤回。")
    return appraisal
