"""Labour cost: the contract's terms, and the measured value of a month."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import LabourCostTerm, MeasuredValue
from core import attachments, audit
from core.formats import money
from core.months import previous_month
from projects.models import Project
from projects.services import lock_open, mark_changed


@transaction.atomic
def save_term(term: LabourCostTerm, *, by, files: Sequence[tuple[str, bytes]] = (), **facts) -> LabourCostTerm:
    """A new term or a corrected one. A new one ends the open one before it, which holds to the month before."""
    project = lock_open(term.project)
    for name, value in facts.items():
        setattr(term, name, value)
    if term.first_month and project.contract_signed_on and term.first_month < _month_of(project.contract_signed_on):
        raise ValidationError({"first_month": f"早于施工合同签订（{project.contract_signed_on:%Y-%m-%d}），请核对。"})
    if term._state.adding:
        term.by = by
        _end_the_open_one(term)
    term.full_clean(exclude=["by"])
    term.save()
    attachments.store_all(files, by=by, owner=term)
    audit.record("labour_cost.term", by=by, target=term, project=project.code, month=f"{term.first_month:%Y-%m}")
    mark_changed([project.pk])
    return term


def _month_of(day: date) -> date:
    return day.replace(day=1)


def _end_the_open_one(term: LabourCostTerm) -> None:
    if not term.first_month:
        return
    terms = LabourCostTerm.objects.unscoped("of this project").filter(project=term.project, last_month=None)
    before = terms.filter(first_month__lt=term.first_month).first()
    if before:
        before.last_month = previous_month(term.first_month)
        before.save(update_fields=["last_month"])


def _refuse_anothers(value: MeasuredValue, by) -> None:
    """What one side has recorded only that side corrects: it decides what the other owes."""
    if value.by_id and by and value.by.organization_id != by.organization_id:
        raise ValidationError(f"该月产值由{value.by.organization}登记，请由其更正。")


@transaction.atomic
def record_measured(
    project: Project, month: date, *, amount: Decimal, files: Sequence[tuple[str, bytes]], by
) -> MeasuredValue:
    """What was built in a month, as both sides signed it; recorded again, it is corrected and its history kept."""
    project = lock_open(project)
    if month > timezone.localdate():
        raise ValidationError("计量月份不能晚于本月。")
    if not files:
        raise ValidationError({"files": "请上传双方签认的计量文件。"})
    rows = MeasuredValue.objects.unscoped("of this project")
    value = rows.filter(project=project, month=month).select_related("by__organization").first()
    value = value or MeasuredValue(project=project, month=month)
    _refuse_anothers(value, by)
    if project.contract_amount and amount > project.contract_amount:
        raise ValidationError({"amount": f"当月产值超过合同价款 {money(project.contract_amount)} 元，请核对。"})
    value.amount, value.by, value.at = amount, by, timezone.now()
    value.full_clean(exclude=["by"])
    value.save()
    attachments.store_all(files, by=by, owner=value)
    audit.record("labour_cost.measured", by=by, target=value, project=project.code, month=f"{month:%Y-%m}")
    mark_changed([project.pk])
    return value
