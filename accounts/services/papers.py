"""What is signed and reported about a special account."""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.enums import AccountAct
from accounts.models import AccountReport, SpecialAccount, TripartiteAgreement
from core import attachments, audit
from core.working_days import FIRST, add_workdays
from projects.models import Project
from projects.services import lock_open, mark_changed

REPORT_WITHIN = 3  # working days (湘人社规〔2024〕13号 (五))


def report(account: SpecialAccount, act: AccountAct, happened_on: date, *, by, what: str = "") -> AccountReport:
    """On record today, whether in time or late."""
    return AccountReport.objects.create(
        account=account,
        act=act,
        happened_on=happened_on,
        due_on=add_workdays(max(happened_on, FIRST), REPORT_WITHIN).day,
        what=what[:300],
        by=by,
    )


@transaction.atomic
def save_agreement(
    agreement: TripartiteAgreement, *, by, files: Sequence[tuple[str, bytes]], **facts
) -> TripartiteAgreement:
    """A tripartite agreement with its scan; the account counts as agreed from then on."""
    project: Project = lock_open(agreement.project)
    for name, value in facts.items():
        setattr(agreement, name, value)
    if agreement.signed_on and agreement.signed_on > timezone.localdate():
        raise ValidationError({"signed_on": "签订日期不能晚于今天。"})
    if not files:
        raise ValidationError({"files": "请上传三方协议扫描件。"})
    agreement.by = by
    agreement.full_clean(exclude=["by"])
    agreement.save(force_insert=True)
    attachments.store_all(files, by=by, owner=agreement)
    account = SpecialAccount.objects.unscoped("that of the agreement").select_for_update().get(pk=agreement.account_id)
    if not account.has_agreement:
        account.has_agreement = True
        account.save(update_fields=["has_agreement"])
    audit.record("special_account.agreement", by=by, target=account, project=project.code, number=agreement.number)
    mark_changed([project.pk])
    return agreement
