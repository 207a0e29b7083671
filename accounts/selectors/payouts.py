"""Batches at the bank and their payments. Callers hand over querysets that are already in the user's scope."""

from datetime import date, datetime, time, timedelta

from django.db.models import Count, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from accounts.enums import BatchState, OrderState, Refusal
from accounts.models import PayoutOrder, SpecialAccount
from core.aggregates import MONEY, figure
from projects.models import Project

KEPT_BACK = Q(state=OrderState.REFUSED) & ~Q(refusal=Refusal.BANK)
SENT = ~KEPT_BACK


def with_progress(batches: QuerySet) -> QuerySet:
    """`paid_count`, `refused_count` (by the bank), `waiting_count`, `kept_back` (by the comparison), `paid_total`:
    asked per batch, so that a page costs its own rows only."""
    orders = PayoutOrder._base_manager.filter(batch=OuterRef("pk"))
    return batches.annotate(
        paid_count=figure(orders.filter(state=OrderState.PAID), Count("pk")),
        refused_count=figure(orders.filter(state=OrderState.REFUSED, refusal=Refusal.BANK), Count("pk")),
        waiting_count=figure(orders.filter(state=OrderState.WAITING), Count("pk")),
        kept_back=figure(orders.filter(KEPT_BACK), Count("pk")),
        paid_total=figure(orders.filter(state=OrderState.PAID), Sum("amount"), MONEY),
    )


def waiting_longer(batches: QuerySet, days: int, today: date) -> QuerySet:
    """At the bank for more than so many days."""
    before = timezone.make_aware(datetime.combine(today - timedelta(days=days), time.min))
    return batches.filter(state=BatchState.SENT, made_at__lt=before)


def attempts_of(order: PayoutOrder, orders: QuerySet) -> QuerySet[PayoutOrder]:
    """The chain an order belongs to, the first attempt first."""
    first = order.first_id or order.pk
    chain = orders.filter(Q(pk=first) | Q(first=first)).select_related("batch", "payout__entry", "payout__returned")
    return chain.order_by("attempt")


def usable_accounts(project: Project, accounts: QuerySet[SpecialAccount]) -> QuerySet[SpecialAccount]:
    """From which this project's wages can be paid."""
    return accounts.active().filter(project_links__project=project).select_related("bank").order_by("pk")
