"""Figures about the money of projects. Callers hand over querysets that are already in the user's scope."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncMonth

from accounts.enums import MovementDirection, MovementKind
from accounts.indicators import SPECIAL_ACCOUNT
from accounts.models import AccountProject, LedgerEntry, Payout, PayrollLine, Reclassification, SpecialAccount
from accounts.models.owing import counting
from core import crypto, indicators
from core.aggregates import MONEY, figure
from core.indicators import Gap
from projects.models import Project
from workers.models import AttendanceMonth, BankCard, Engagement

_ZERO = Value(Decimal(0), output_field=MONEY)
IN, OUT = MovementDirection.IN, MovementDirection.OUT


def with_balance(accounts: QuerySet) -> QuerySet:
    """`balance` (ours), `last_booked_on`: where each ledger ends, all its projects together; `serves`: how many."""
    last = LedgerEntry._base_manager.filter(account=OuterRef("pk")).order_by("-sequence")
    return accounts.annotate(
        balance=Subquery(last.values("balance")[:1]),
        last_booked_on=Subquery(last.values("booked_on")[:1]),
        serves=Subquery(
            AccountProject._base_manager.filter(account=OuterRef("pk"))
            .order_by()
            .values("account")
            .annotate(projects=Count("pk"))
            .values("projects")
        ),
    )


def with_projects(accounts: QuerySet, user) -> QuerySet:
    """With those projects of each account that this user sees: it may serve another construction unit's as well."""
    links = AccountProject.objects.visible_to(user).select_related("project")
    return accounts.prefetch_related(Prefetch("project_links", links))


def account_numbered(number: str) -> SpecialAccount | None:
    """Whoever holds it: what may be told of it, the caller decides."""
    accounts = SpecialAccount.objects.unscoped("an account number is unique over the province")
    return accounts.filter(number_index=crypto.blind_index(number)).select_related("bank").first()


def unlike_registered(account: SpecialAccount, facts: dict) -> list[tuple[str, str]]:
    """(label, what is registered) of the facts that an account registered before does not take over."""
    fields = [SpecialAccount._meta.get_field(name) for name in ("name", "bank", "bank_name", "opened_on")]
    registered = [(field, getattr(account, field.name)) for field in fields if facts.get(field.name)]
    return [(str(f.verbose_name), str(value)) for f, value in registered if value and value != facts[f.name]]


def with_totals(payrolls: QuerySet) -> QuerySet:
    """`people`, `paid_people`, `net_total`, `paid_total`: asked per payroll: a page costs its own rows only."""
    lines = PayrollLine._base_manager.filter(payroll=OuterRef("pk"))
    return payrolls.annotate(
        people=figure(lines, Count("pk")),
        paid_people=figure(lines.filter(paid__gte=F("net")), Count("pk")),
        net_total=figure(lines, Sum("net"), MONEY),
        paid_total=figure(lines, Sum("paid"), MONEY),
    )


def with_attendance(lines: QuerySet) -> QuerySet:
    """`registered`: the engagement, also of someone who was registered after the payroll came; `attended`: the days
    of the month's roll-up, None without any; `last_paid_on`: when the bank paid; `came_back`: a
    payment was returned."""
    since = Engagement._base_manager.filter(
        project=OuterRef("project"), worker__id_number_index=OuterRef("id_number_index")
    )
    month = AttendanceMonth._base_manager.filter(engagement=OuterRef("registered"), month=OuterRef("month"))
    payouts = Payout._base_manager.filter(line=OuterRef("pk"))
    paid = payouts.filter(returned=None).order_by("-paid_on")
    return lines.annotate(
        registered=Coalesce(F("engagement"), Subquery(since.values("pk")[:1])),
        attended=Subquery(month.values("days")[:1]),
        last_paid_on=Subquery(paid.values("paid_on")[:1]),
        came_back=Exists(payouts.exclude(returned=None)),
    )


def monthly_movements(entries: QuerySet, months: int = 12) -> list[tuple[date, Decimal, Decimal, Decimal, Decimal]]:
    """(month, labour cost in, other in, wages out, other out), the latest months that moved, in time order."""
    rows = (
        entries.standing()
        .exclude(kind=MovementKind.OPENING)
        .annotate(of_month=TruncMonth("booked_on"))
        .values("of_month")
        .annotate(
            labour_cost=_sum(kind=MovementKind.LABOUR_COST),
            all_in=_sum(direction=IN),
            wages=_sum(kind=MovementKind.WAGE),
            all_out=_sum(direction=OUT),
        )
        .order_by("-of_month")[:months]
    )
    return [
        (r["of_month"], r["labour_cost"], r["all_in"] - r["labour_cost"], r["wages"], r["all_out"] - r["wages"])
        for r in reversed(rows)
    ]


def in_and_out(entries: QuerySet) -> tuple[Decimal, Decimal]:
    """What came in and what went out, the opening balance and what was reversed left aside."""
    totals = (
        entries.standing()
        .exclude(kind=MovementKind.OPENING)
        .aggregate(came=_sum(direction=IN), went=_sum(direction=OUT))
    )
    return totals["came"], totals["went"]


def with_marks(entries: QuerySet) -> QuerySet:
    """`was_reversed`, `was_reclassed`: what the list of an account says beside a movement."""
    reversal = LedgerEntry._base_manager.filter(reverses=OuterRef("pk"))
    said = Reclassification._base_manager.filter(entry=OuterRef("pk"))
    return entries.select_related("project").annotate(was_reversed=Exists(reversal), was_reclassed=Exists(said))


def unmatched_payouts(entries: QuerySet) -> QuerySet:
    """Wages that left the account and pay no line of any payroll."""
    paid = Payout._base_manager.filter(entry=OuterRef("pk"))
    return entries.standing().filter(~Exists(paid), kind=MovementKind.WAGE, direction=OUT)


def with_reason(payouts: QuerySet) -> QuerySet:
    """`why` an unmatched payout pays no line: how near the project's payrolls come to it."""
    lines = PayrollLine._base_manager.filter(project=OuterRef("project"))
    card = {"card_number_index": OuterRef("counterparty_number_index")}
    name = {"name": OuterRef("counterparty_name")}
    owed = lines.annotate(owed=F("net") - F("paid")).filter(owed=OuterRef("amount"))
    nearest = [
        (Q(counterparty_number=None), "对账单没有收款账号"),
        (Exists(owed.filter(**card, **name)), "姓名、卡号、金额相同，但工资月份对不上"),
        (Exists(lines.filter(**card, **name, net=OuterRef("amount"), paid__gte=F("net"))), "这笔工资已发放，疑似重复"),
        (Exists(lines.filter(**card, **name)), "姓名、卡号相同，但金额不同"),
        (Exists(owed.filter(**name)), "姓名、金额相同，但卡号不同"),
        (Exists(owed.filter(**card)), "卡号、金额相同，但姓名不同"),
        (Exists(lines.filter(**card)), "卡号相同，但姓名和金额不同"),
        (Exists(lines.filter(**name)), "姓名相同，但卡号和金额不同"),
    ]
    cases = [When(found, then=Value(why)) for found, why in nearest]
    return payouts.annotate(why=Case(*cases, default=Value("工资表上没有此人"), output_field=CharField()))


def unpaid_lines(lines: QuerySet) -> QuerySet:
    return lines.filter(paid__lt=F("net"))


def wages_owed(project: Project) -> Decimal:
    """What the payrolls of this project still owe."""
    owed = unpaid_lines(PayrollLine.objects.unscoped("the project is in scope").filter(counting(), project=project))
    return owed.aggregate(total=Coalesce(Sum(F("net") - F("paid")), _ZERO))["total"]


def cards_of_workers(project: Project, numbers: Iterable[str]) -> set[str]:
    """Those of these cards that the project's payrolls or its register know as a worker's."""
    own, cards = "the project's own people", {crypto.blind_index(number): number for number in numbers}
    paid = PayrollLine.objects.unscoped(own).filter(project=project, card_number_index__in=list(cards))
    bound = BankCard.objects.unscoped(own).filter(worker__engagements__project=project, number_index__in=list(cards))
    found = [*paid.values_list("card_number_index", flat=True), *bound.values_list("number_index", flat=True)]
    return {cards[bytes(index)] for index in found}


def account_gaps_of(project: Project) -> list[Gap]:
    """Account indicators that are still missing: after a statement recorded the account, its opening data."""
    return indicators.gaps(project, [SPECIAL_ACCOUNT])


def _sum(**condition) -> Coalesce:
    return Coalesce(Sum("amount", filter=Q(**condition)), _ZERO)
