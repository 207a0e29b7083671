"""Batches at the bank and their payments. Callers hand over querysets that are already in the user's scope."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, DecimalField, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.enums import BatchState, OrderState, Refusal
from accounts.models import PayoutOrder, SpecialAccount
from projects.models import Project

_MONEY = DecimalField(max_digits=16, decimal_places=2)
KEPT_BACK = Q(state=OrderState.REFUSED) & ~Q(refusal=Refusal.BANK)
SENT = ~KEPT_BACK


def with_progress(batches: QuerySet) -> QuerySet:
    """`paid_count`, `refused_count` (by the bank), `waiting_count`, `kept_back` (by the comparison), `paid_total`:
    asked per batch, so that a page costs its own rows only."""
    orders = PayoutOrder._base_manager.filter(batch=OuterRef("pk")).order_by().values("batch")

    def count(condition: Q) -> Coalesce:
        found = orders.annotate(figure=Count("pk", filter=condition)).values("figure")
        return Coalesce(Subquery(found), Value(0), output_field=IntegerField())

    paid = orders.annotate(figure=Sum("amount", filter=Q(state=OrderState.PAID))).values("figure")
    return batches.annotate(
        paid_count=count(Q(state=OrderState.PAID)),
        refused_count=count(Q(state=OrderState.REFUSED, refusal=Refusal.BANK)),
        waiting_count=count(Q(state=OrderState.WAITING)),
        kept_back=count(KEPT_BACK),
        paid_total=Coalesce(Subquery(paid), Value(Decimal(0)), output_field=_MONEY),
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
