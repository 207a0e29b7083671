from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from core import attachments, audit
from projects.enums import SUBCONTRACTORS, SubcontractState
from projects.models import Subcontract
from projects.services.changes import lock_open, mark_changed


@transaction.atomic
def file_subcontract(contract: Subcontract, *, by, scans: Sequence[tuple[str, bytes]] = (), **facts) -> Subcontract:
    """备案: a new contract of its subcontractor, or a corrected one. A contract goes on record with its scan."""
    party = contract.participation
    project = lock_open(party.project)
    if contract.pk:
        contract.refresh_from_db(fields=["state"])
    if party.participant_type not in SUBCONTRACTORS:
        raise ValidationError("只有分包单位的合同需要备案。")
    if contract.pk and not contract.is_filed:
        raise ValidationError("备案已撤销，请重新登记。")
    if not scans and not (contract.pk and attachments.of(contract).exists()):
        raise ValidationError({"scans": "请上传合同扫描件。"})
    for name, value in facts.items():
        setattr(contract, name, value)
    contract.filed_by = contract.filed_by or by
    contract.full_clean(exclude=["filed_by"])  # the system itself may file
    contract.save()
    attachments.store_all(scans, by=by, owner=contract)
    audit.record("subcontract.file", by=by, target=contract, project=project.code, number=contract.number)
    mark_changed([project.pk])
    return contract


@transaction.atomic
def withdraw_subcontract(contract: Subcontract, *, by, on: date, reason: str) -> Subcontract:
    """撤销备案: the contract ended or was filed by mistake. The entry stays."""
    project = lock_open(contract.participation.project)
    contract = Subcontract.objects.unscoped("of a contract in scope").select_for_update().get(pk=contract.pk)
    if not contract.is_filed:
        raise ValidationError("该合同备案已经撤销。")
    if on < contract.signed_on:
        raise ValidationError({"on": "撤销日期不能早于合同签订日期。"})
    contract.state, contract.withdrawn_on, contract.withdrawn_reason = SubcontractState.WITHDRAWN, on, reason
    contract.full_clean(exclude=["filed_by"])  # the system itself may file
    contract.save()
    audit.record("subcontract.withdraw", by=by, target=contract, project=project.code, reason=reason)
    mark_changed([project.pk])
    return contract
