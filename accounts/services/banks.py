from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import BankAgreement
from core import attachments, audit


@transaction.atomic
def save_bank_agreement(
    agreement: BankAgreement, *, by, files: Sequence[tuple[str, bytes]] = (), **facts
) -> BankAgreement:
    """协议银行: with the signed agreement; corrected ones keep the documents they have."""
    for name, value in facts.items():
        setattr(agreement, name, value)
    is_new = agreement._state.adding
    if is_new and not files:
        raise ValidationError({"files": "请上传银行协议扫描件。"})
    if is_new:
        agreement.by = by
    agreement.full_clean(exclude=["by"])
    agreement.save()
    attachments.store_all(files, by=by, owner=agreement)
    audit.record("bank_agreement.save", by=by, target=agreement, number=agreement.number)
    return agreement
