"""Figures of wage sheets. Callers hand over querysets that are already in the user's scope."""

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from accounts.enums import Answer, SheetState
from accounts.models import PayrollLine, PayrollSheet, PayrollStep
from accounts.services.sheets import differing
from core.aggregates import MONEY, figure
from organizations.enums import Role


def with_sums(sheets: QuerySet[PayrollSheet]) -> QuerySet[PayrollSheet]:
    """`people`, `due_sum`, `deducted_sum`, `net_sum`, `paid_sum`, `confirmed`, `objected`, `unlike` (differences
    without a reason), `moved_at` (the last step): asked per sheet, so that a page costs its own rows only."""
    lines = PayrollLine._base_manager.filter(sheet=OuterRef("pk"))
    unlike = differing(lines.filter(paid=0, difference_reason=""))
    last = PayrollStep._base_manager.filter(sheet=OuterRef("pk")).order_by("-id")
    return sheets.annotate(
        people=figure(lines, Count("pk")),
        due_sum=figure(lines, Sum("due"), MONEY),
        deducted_sum=figure(lines, Sum("deducted"), MONEY),
        net_sum=figure(lines, Sum("net"), MONEY),
        paid_sum=figure(lines, Sum("paid"), MONEY),
        confirmed=figure(lines, Count("pk", filter=Q(answer=Answer.CONFIRMED))),
        objected=figure(lines, Count("pk", filter=Q(answer=Answer.OBJECTED))),
        unlike=figure(unlike, Count("pk")),
        moved_at=Subquery(last.values("at")[:1]),
    )


WAITS_FOR = {
    Role.CLERK: (
        SheetState.DRAFT,
        SheetState.CONFIRMING,
        SheetState.CONFIRMED,
        SheetState.APPROVED,
        SheetState.PARTLY,
        SheetState.REFUSED,
    ),
    Role.CONSTRUCTION_UNIT: (SheetState.REVIEWED,),
}


def waiting_for(sheets: QuerySet[PayrollSheet], user) -> QuerySet[PayrollSheet]:
    """Those whose next step is this user's."""
    return sheets.filter(state__in=WAITS_FOR.get(user.role, ()))


def under_way_for(sheets: QuerySet[PayrollSheet], user) -> QuerySet[PayrollSheet]:
    """The same without drafts that nobody has sent back: on their way, and standing still for this user."""
    returned = Exists(PayrollStep._base_manager.filter(sheet=OuterRef("pk")))
    return waiting_for(sheets, user).filter(~Q(state=SheetState.DRAFT) | returned)


def with_differences(lines: QuerySet[PayrollLine]) -> QuerySet[PayrollLine]:
    """`differs`: from attendance or contract as they were compared; `owed`."""
    same = differing(PayrollLine._base_manager.filter(pk=OuterRef("pk")))
    return lines.annotate(differs=Exists(same), owed=F("net") - F("paid"))
