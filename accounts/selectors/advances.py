"""What was advanced between which units, what came back of it, and for how long the rest is outstanding."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce

from accounts.enums import AdvanceStep
from accounts.models import Advance, AdvanceMovement, PayrollLine
from core.aggregates import MONEY
from organizations.models import Organization
from projects.models import Project


def with_outstanding(advances: QuerySet[Advance]) -> QuerySet[Advance]:
    """`came_back`, and `open_amount`: nothing of what was undone."""
    moves = AdvanceMovement._base_manager.filter(advance=OuterRef("pk")).order_by()
    signed = Case(When(step=AdvanceStep.RECOVERED, then=F("amount")), default=-F("amount"), output_field=MONEY)
    came_back = moves.exclude(step=AdvanceStep.UNDONE).values("advance").annotate(sum=Sum(signed)).values("sum")
    advances = advances.annotate(came_back=Coalesce(Subquery(came_back), Decimal(0), output_field=MONEY))
    undone = Exists(moves.filter(step=AdvanceStep.UNDONE))
    return advances.annotate(
        given=Case(When(undone, then=Decimal(0)), default=F("amount"), output_field=MONEY),
        open_amount=Case(When(undone, then=Decimal(0)), default=F("amount") - F("came_back"), output_field=MONEY),
    )


def sums(advances: QuerySet[Advance]) -> dict[str, Decimal]:
    rows = with_outstanding(advances.prefetch_related(None).order_by())
    found = rows.aggregate(advanced=Sum("given"), outstanding=Sum("open_amount"))
    found = {name: amount or Decimal(0) for name, amount in found.items()}
    return found | {"recovered": found["advanced"] - found["outstanding"]}


@dataclass
class Pair:
    """Two units at one project. `since`: of the oldest advance of which something is outstanding."""

    payer: Organization
    debtor: Organization
    today: date
    advanced: Decimal = Decimal(0)
    recovered: Decimal = Decimal(0)
    outstanding: Decimal = Decimal(0)
    since: date | None = None

    @property
    def days(self) -> int | None:
        return (self.today - self.since).days if self.since else None


def pairs(advances: QuerySet[Advance], today: date) -> list[Pair]:
    """Of one project, whose advances are few."""
    found: dict[tuple[int, int], Pair] = {}
    for advance in advances.order_by("on", "id"):
        pair = found.setdefault((advance.payer_id, advance.debtor_id), Pair(advance.payer, advance.debtor, today))
        if advance.is_undone:
            continue
        pair.advanced += advance.amount
        pair.recovered += advance.recovered
        pair.outstanding += advance.outstanding
        if advance.outstanding and pair.since is None:
            pair.since = advance.on
    return list(found.values())


def open_lines(project: Project) -> QuerySet[PayrollLine]:
    """What may be advanced: unpaid wages, the oldest first."""
    lines = PayrollLine.objects.unscoped("the project is in scope").filter(project=project, paid__lt=F("net"))
    return (
        lines.select_related("team__employer__organization", "engagement__team__employer__organization")
        .defer("id_number", "card_number")
        .order_by("month", "team__name", "name", "id")
    )
