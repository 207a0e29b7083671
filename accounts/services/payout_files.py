"""The file of a batch, handed out once it is asked for, on record."""

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.bank_files import layout_of
from accounts.models import PayoutBatch, PayoutOrder
from core import audit

MINE = "the caller has seen the batch"


@transaction.atomic
def take_file(batch: PayoutBatch, *, by) -> tuple[str, bytes]:
    """(name, content) of what is handed to the bank. Refused once the bank has answered: the file would pay again what
    is paid."""
    batch = (
        PayoutBatch.objects.unscoped(MINE).select_for_update(of=("self",)).select_related("account").get(pk=batch.pk)
    )
    orders = list(PayoutOrder.objects.unscoped(MINE).waiting().filter(batch=batch).order_by("number"))
    if len(orders) != batch.count:
        raise ValidationError("银行已返回结果，代发文件不再提供下载，以免重复发放；退回的请重新提交。")
    made = layout_of(batch)(batch, orders)
    audit.record("payout.file", by=by, target=batch, rows=len(orders), number=batch.number)
    return made.filename, made.content
