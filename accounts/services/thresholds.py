from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import ArrearsThreshold
from accounts.permissions import can_change_threshold
from core import audit


@transaction.atomic
def change_threshold(*, valid_from: date, one_person: Decimal, several: Decimal, basis: str, by) -> ArrearsThreshold:
    """Refused: who is not the province's office, amounts out of the judicial interpretation's range, a day that has
    its amounts already."""
    if not can_change_threshold(by):
        raise PermissionDenied
    threshold = ArrearsThreshold(
        valid_from=valid_from, one_person=one_person, several=several, basis=basis.strip(), by=by
    )
    threshold.full_clean()
    threshold.save()
    audit.record("arrears.threshold", by=by, target=threshold, day=valid_from.isoformat())
    return threshold
