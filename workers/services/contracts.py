from django.core.exceptions import ValidationError
from django.db import transaction

from core import attachments, audit
from projects.services import mark_changed
from workers.models import Engagement, LabourContract
from workers.services.roster import lock_open


@transaction.atomic
def sign_contract(
    engagement: Engagement, *, by, scan=None, contract: LabourContract | None = None, **facts
) -> LabourContract:
    """A new contract of the engagement, or `contract` changed; `scan` is an uploaded file that is added to it.

    Refused: a completed project, a second contract from the same day, an end before the start, a scan that is none.
    """
    lock_open(engagement.project)
    contract = contract or LabourContract(engagement=engagement, project_id=engagement.project_id)
    if contract.engagement_id != engagement.pk:
        raise ValidationError("该合同不属于此人员。")
    for field, value in facts.items():
        setattr(contract, field, value)
    contract.full_clean()
    contract.save()
    if scan:
        attachments.store(scan.read(), scan.name, by=by, owner=contract)
    mark_changed([engagement.project_id])
    audit.record("contract.sign", by=by, target=contract, scan=bool(scan))
    return contract
