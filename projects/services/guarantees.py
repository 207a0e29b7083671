from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import attachments, audit
from core.working_days import FIRST, add_workdays
from projects.models import PaymentGuarantee
from projects.services.changes import lock_open, mark_changed

RECORD_WITHIN = 3  # working days after the document was received (湘人社规〔2024〕13号)


@transaction.atomic
def save_guarantee(
    guarantee: PaymentGuarantee, *, by, files: Iterable[tuple[str, bytes]] = (), **facts
) -> PaymentGuarantee:
    """A new guarantee of its project, a renewal (`renews` is set), or a corrected one; its documents are kept."""
    project = lock_open(guarantee.project)
    for name, value in facts.items():
        setattr(guarantee, name, value)
    if guarantee._state.adding:
        guarantee.recorded_by = by
    if guarantee.received_on:
        _check_receipt(guarantee.received_on)
        guarantee.record_due_on = add_workdays(guarantee.received_on, RECORD_WITHIN).day
    _check(guarantee)
    guarantee.full_clean()
    guarantee.save()
    attachments.store_all(files, by=by, owner=guarantee)
    act = "guarantee.renew" if guarantee.renews_id else "guarantee.save"
    audit.record(act, by=by, target=guarantee, project=project.code, ends_on=guarantee.ends_on.isoformat())
    mark_changed([project.pk])
    return guarantee


def _check_receipt(day: date) -> None:
    if day > timezone.localdate():
        raise ValidationError({"received_on": "收到日期不能晚于今天。"})
    if day < FIRST:
        raise ValidationError({"received_on": "收到日期过早，请核对年份。"})


def _check(guarantee: PaymentGuarantee) -> None:
    old = guarantee.renews
    if old is None or not guarantee.ends_on:
        return
    if guarantee._state.adding and PaymentGuarantee.objects.unscoped("of this project").filter(renews=old).exists():
        raise ValidationError("该担保已经续保，请对最新一份办理。")
    if guarantee.ends_on <= old.ends_on:
        raise ValidationError({"ends_on": f"续保的终止日期应晚于原担保（{old.ends_on:%Y-%m-%d}）。"})
