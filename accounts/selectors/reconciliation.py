"""Where the bank's answers and the ledger part (对账差异), seen from the payouts. Wages of the ledger that pay no line
are `money.unmatched_payouts`. Callers hand over querysets that are already in the user's scope."""

from dataclasses import dataclass

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from accounts.enums import MovementDirection, MovementKind
from accounts.models import LedgerEntry
from accounts.selectors.money import unmatched_payouts

OTHER_AMOUNT = "流水号相同，但金额不同"
OTHER_KIND = "流水号相同，但流水不是工资发放"
TAKEN = "流水号相同，但该流水已对应另一笔发放"
NOT_SO_FAR = "对账单还没有到发放日"
MISSING = "对账单中没有这个流水号"
TWICE = "这笔工资已另行发放，疑似重复"


def differing_payouts(payouts: QuerySet) -> QuerySet:
    """What the bank reported as paid and the ledger does not hold as such, or what pays no line: with `why`, and
    `booked_amount` where the ledger has the serial with another amount. Ordered as handed over."""
    same = LedgerEntry._base_manager.filter(account=OuterRef("account"), serial=OuterRef("serial"))
    wage = same.filter(kind=MovementKind.WAGE, direction=MovementDirection.OUT)
    later = LedgerEntry._base_manager.filter(account=OuterRef("account"), booked_on__gte=OuterRef("paid_on"))
    cases = [
        When(entry__isnull=False, then=Value(TWICE)),
        When(Exists(wage.exclude(amount=OuterRef("amount"))), then=Value(OTHER_AMOUNT)),
        When(Exists(same) & ~Exists(wage), then=Value(OTHER_KIND)),
        When(Exists(same), then=Value(TAKEN)),
        When(~Exists(later), then=Value(NOT_SO_FAR)),
    ]
    reported = Q(order__isnull=False, entry__isnull=True) | Q(order__isnull=False, line__isnull=True)
    return payouts.filter(reported).annotate(
        why=Case(*cases, default=Value(MISSING), output_field=CharField()),
        booked_amount=Subquery(same.exclude(amount=OuterRef("amount")).values("amount")[:1]),
    )


@dataclass(frozen=True)
class Differences:
    """Of an account, a project, or all that somebody sees: the two sides, to be listed and counted."""

    payouts: QuerySet  # the bank's answer without its movement
    movements: QuerySet  # wages of the ledger without a line

    @classmethod
    def between(cls, payouts: QuerySet, entries: QuerySet) -> "Differences":
        return cls(differing_payouts(payouts), unmatched_payouts(entries))

    def counts(self) -> dict[str, int]:
        """Payouts by reason, the frequent ones first."""
        found = self.payouts.order_by().values_list("why").annotate(number=Count("pk")).order_by("-number", "why")
        return dict(found)


def faulty_payouts(payouts: QuerySet) -> QuerySet:
    """For rules: a statement that should hold the payout does not, or says otherwise."""
    return differing_payouts(payouts).exclude(why=NOT_SO_FAR)
