from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import attachments, audit
from projects.services import lock_open, mark_changed
from workers.models import Engagement, LabourContract
from workers.services import checks


def why_not_sign(
    engagement: Engagement, facts: dict, today: date, *, contract: LabourContract | None = None
) -> dict[str, str]:
    """What is wrong with these terms, by field, all at once: a signature in the future, an end before the start, no
    wage, a second contract from the same day. `contract` is the one that is changed."""
    problems = checks.contract_problems(today, **facts)
    others = LabourContract._base_manager.filter(engagement=engagement, starts_on=facts.get("starts_on"))
    if facts.get("starts_on") and others.exclude(pk=contract.pk if contract else None).exists():
        problems["starts_on"] = "该人员同一起始日期的合同已登记。"
    return problems


@transaction.atomic
def sign_contract(
    engagement: Engagement,
    *,
    by,
    scan=None,
    contract: LabourContract | None = None,
    today: date | None = None,
    **facts,
) -> LabourContract:
    """A new contract of the engagement, or `contract` changed; `scan` is an uploaded file that is added to it.

    Refused: a completed project, by field what `why_not_sign` says, a scan that is none.
    """
    lock_open(engagement.project)
    contract = contract or LabourContract(engagement=engagement, project_id=engagement.project_id)
    if contract.engagement_id != engagement.pk:
        raise ValidationError("该合同不属于此人员。")
    if problems := why_not_sign(engagement, facts, today or timezone.localdate(), contract=contract):
        raise ValidationError(problems)
    for field, value in facts.items():
        setattr(contract, field, value)
    contract.full_clean()
    contract.save()
    if scan:
        attachments.store(scan.read(), scan.name, by=by, owner=contract)
    mark_changed([engagement.project_id])
    audit.record("contract.sign", by=by, target=contract, scan=bool(scan))
    return contract
