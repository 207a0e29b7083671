"""What the payrolls and the attendance say is owed to somebody who leaves."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from accounts.enums import DueKind
from accounts.models import WageDue
from projects.models import Project
from workers.models import Departure
from workers.services.dues import Due, WageBook

IN_SCOPE = "the project is in scope"


class Payrolls(WageBook):
    def dues(self, project: Project, leaving: Mapping[int, date]) -> dict[int, Due]:
        before = _settled_before(leaving)
        rows = defaultdict(list)
        for row in _rows(project, leaving):
            pk = row.engagement_id
            if row.month <= leaving[pk] and not any(row.month <= exit_on for exit_on in before[pk]):
                rows[pk].append(row)
        return {pk: _due(own) for pk, own in rows.items()}


def _rows(project: Project, leaving: Mapping[int, date]):
    rows = WageDue.objects.unscoped(IN_SCOPE).months().filter(project=project, engagement__in=list(leaving))
    return rows.only("kind", "engagement_id", "month", "paid", "amount")


def _settled_before(leaving: Mapping[int, date]) -> dict[int, list[date]]:
    """An earlier exit with wages owing answers for the months up to it, if its amount stands for them."""
    owed = Departure.objects.unscoped(IN_SCOPE).filter(engagement__in=list(leaving)).standing_for_months()
    found = defaultdict(list)
    for pk, exited_on in owed.values_list("engagement", "exited_on"):
        if exited_on < leaving[pk]:
            found[pk].append(exited_on)
    return found


def _due(rows: list[WageDue]) -> Due:
    unlisted = [row for row in rows if row.kind == DueKind.UNLISTED]
    return Due(
        listed=_sum(row.amount for row in rows if row.kind == DueKind.UNPAID),
        accrued=_sum(row.amount for row in unlisted),
        paid=_sum(row.paid for row in rows),
        is_known=all(row.amount is not None for row in unlisted),
    )


def _sum(amounts) -> Decimal:
    return sum((amount or Decimal(0) for amount in amounts), Decimal(0))
