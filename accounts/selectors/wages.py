"""A worker's own wages."""

from datetime import date
from decimal import Decimal

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum

from accounts.enums import Answer, DueKind, SheetState
from accounts.models import Payout, PayrollLine, WageDue
from workers.models import Engagement


def own_lines(user) -> QuerySet:
    """The latest month first, each with `last_paid_on`."""
    payouts = Payout.objects.unscoped("of lines in scope").filter(line=OuterRef("pk"))
    paid = payouts.filter(returned=None).order_by("-paid_on")
    lines = (
        PayrollLine.objects.visible_to(user)
        .select_related("project", "team", "sheet")
        .defer("id_number", "card_number")
    )
    return lines.annotate(last_paid_on=Subquery(paid.values("paid_on")[:1])).order_by("-month", "-pk")


def latest_lines(user) -> list[PayrollLine]:
    """Those of the latest month, of every site there."""
    lines = list(own_lines(user)[:5])
    return [line for line in lines if line.month == lines[0].month]


def lines_to_answer(user) -> QuerySet:
    """Of sheets that the workers are asked to confirm, and not confirmed by this one."""
    asked = own_lines(user).filter(sheet__state=SheetState.CONFIRMING)
    return asked.exclude(answer=Answer.CONFIRMED)


def owed_to(user, today: date) -> tuple[int, Decimal]:
    """How many wages past their day are not paid in full, and how much is missing in all: the ledger's lines."""
    own = list(Engagement.objects.visible_to(user).values_list("pk", flat=True))
    rows = WageDue.objects.unscoped("of the worker's own stays").filter(engagement__in=own, kind=DueKind.UNPAID)
    found = rows.arrears(today).order_by().aggregate(number=Count("pk"), owed=Sum("amount"))
    return found["number"], found["owed"] or Decimal(0)


def payouts_of(user, line: PayrollLine) -> QuerySet:
    return Payout.objects.visible_to(user).filter(line=line).select_related("returned").order_by("paid_on", "pk")
