"""Wage deposits: how they stand, what the portal's own data tells of a contractor, what waits for whom."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from accounts.enums import DepositState, InstrumentState, RefundState, UseState
from accounts.indicators import DEPOSIT_GROUPS
from accounts.models import (
    AccountProject,
    Deposit,
    DepositInstrument,
    DepositRefund,
    DepositStandard,
    DepositUse,
    DepositUseLine,
    PayrollLine,
)
from accounts.models.deposits import EXPIRES_SOON, KEEPERS
from accounts.models.owing import COUNTS
from core import indicators
from core.indicators import Gap
from core.working_days import due_after
from organizations.enums import Role
from organizations.models import Organization
from projects.models import Permit, Project
from workers.models import Engagement

STORE_WITHIN = 20  # working days after the permit, or the contract where none is needed
# Working days: an office has them to decide what it is asked, a keeper to confirm what it is told (65号, art. 22)
DECIDE_WITHIN, CONFIRM_WITHIN = 5, 3
SHOWN = 50
ARREARS_AFTER = 30  # days after the pay day from which wages paid all the same were in arrears


def with_instrument(deposits: QuerySet) -> QuerySet:
    """`balance` and `ends_on` of the instrument in force, `keeper_name`."""
    held = DepositInstrument._base_manager.filter(deposit=OuterRef("pk"), state=InstrumentState.IN_FORCE)
    return deposits.select_related("project__jurisdiction").annotate(
        balance=Subquery(held.values("balance")[:1]),
        ends_on=Subquery(held.values("ends_on")[:1]),
        keeper_name=Subquery(held.values("keeper_name")[:1]),
    )


# --- projects and the day by which they have to store ----------------------------------------------------------------


def with_deposit_deadline(projects: QuerySet, within: int = STORE_WITHIN) -> QuerySet:
    """`deposit_from`, what the term runs from (the first permit, else the contract), and `deposit_due_on`; both empty
    where neither is known. For DEP-01."""
    first = Permit._base_manager.filter(project=OuterRef("pk"), issued_on__isnull=False).order_by("issued_on")
    return projects.annotate(
        deposit_from=Coalesce(Subquery(first.values("issued_on")[:1]), F("contract_signed_on"))
    ).annotate(deposit_due_on=due_after("deposit_from", within))


def begins_with(project: Project) -> tuple[str, date | None]:
    """What the term of storing runs from."""
    permitted = project.permits.filter(issued_on__isnull=False).order_by("issued_on").first()
    if permitted:
        return "施工许可证", permitted.issued_on
    return ("施工合同", project.contract_signed_on) if project.contract_signed_on else ("", None)


def without_deposit(projects: QuerySet) -> QuerySet:
    """Not completed, and nothing declared."""
    own = Deposit._base_manager.filter(project=OuterRef("pk"))
    return with_deposit_deadline(projects.under_supervision()).filter(~Exists(own))


def unstored_projects(projects: QuerySet, today: date, within: int = STORE_WITHIN) -> QuerySet:
    """Beyond the term with nothing stored and no exemption: what DEP-01 warns of."""
    stored = Deposit._base_manager.filter(
        project=OuterRef("pk"), state__in=(DepositState.HELD, DepositState.EXEMPT, DepositState.RELEASED)
    )
    projects = with_deposit_deadline(projects.under_supervision(), within)
    return projects.filter(~Exists(stored), deposit_due_on__lt=today)


# DEP-02 asks `Deposit.objects.….expiring(today)`, DEP-03 `.short()`.


def deposit_gaps(project: Project) -> list[Gap]:
    """What the annex asks of the project's deposits and is not there."""
    return indicators.gaps(project, DEPOSIT_GROUPS)


# --- the standard in force -------------------------------------------------------------------------------------------


def standards_for(province: str, industry: str, day: date) -> QuerySet[DepositStandard]:
    """Those in force, the most telling first."""
    fitting = DepositStandard.objects.filter(region=province, industry__in=("", industry), valid_from__lte=day)
    return fitting.order_by(Case(When(industry="", then=1), default=0), "-version")


def standard_for(project: Project, day: date) -> DepositStandard | None:
    """By the province of the jurisdiction, and the project's industry."""
    province = f"{project.jurisdiction_id[:2]}0000"
    return standards_for(province, project.industry, day).prefetch_related("bands").first()


# --- what is known of a contractor -----------------------------------------------------------------------------------

# Wages of projects the unit is or was general contractor of: still owed after the pay day of the month that follows,
# or paid more than 30 days after it. A deposit that had to pay is arrears on the day it was ordered to.
_RECORD = f"""
WITH own AS (
    SELECT DISTINCT p.id, p.wage_pay_day FROM projects_participation a JOIN projects_project p ON p.id = a.project_id
    WHERE a.organization_id = %(unit)s AND a.participant_type = '009'
), lines AS (
    SELECT l.id, l.project_id, l.net, l.paid,
        wage_due_on(l.month, own.wage_pay_day) AS due_on
    FROM own JOIN accounts_payrollline l ON l.project_id = own.id
    WHERE {COUNTS.format(line="l")}
), owed AS (SELECT * FROM lines WHERE paid < net AND due_on < %(today)s),
late AS (
    SELECT o.paid_on FROM accounts_payout o JOIN lines l ON l.id = o.line_id
    WHERE o.returned_id IS NULL AND o.paid_on > l.due_on + %(after)s
), used AS (
    SELECT u.ordered_on FROM accounts_deposituse u JOIN accounts_deposit d ON d.id = u.deposit_id
    WHERE d.payer_id = %(unit)s AND u.state IN ('approved', 'paid')
)
SELECT (SELECT count(*) FROM owed), (SELECT coalesce(sum(net - paid), 0) FROM owed),
    (SELECT count(DISTINCT project_id) FROM owed), (SELECT count(*) FROM late), (SELECT count(*) FROM used),
    array(SELECT due_on FROM owed UNION SELECT paid_on FROM late UNION SELECT ordered_on FROM used ORDER BY 1 DESC),
    (SELECT min(due_on) FROM lines)
"""


@dataclass(frozen=True)
class PaymentRecord:
    """How a contractor has paid, as far as the portal's payrolls and deposits know."""

    owed_lines: int
    owed: Decimal
    owing_projects: int
    late_payouts: int
    uses: int
    days: list[date]  # on which wages were in arrears, the last first
    known_since: date | None

    def is_recent(self, today: date) -> bool:
        return bool(self.owed_lines) or self.within(2, today)

    def within(self, years: int, before: date) -> bool:
        """Arrears that arose in the years up to this day."""
        return any(_years_before(before, years) <= day <= before for day in self.days)

    def clean_years(self, today: date) -> int:
        """Whole years since the last arrears, and no more than there is data for."""
        if self.owed_lines:
            return 0
        since = self.days[0] if self.days else self.known_since
        if since is None:
            return 0
        return max(0, today.year - since.year - ((today.month, today.day) < (since.month, since.day)))


def payment_record(unit: Organization, today: date) -> PaymentRecord:
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, {"unit": unit.pk, "today": today, "after": ARREARS_AFTER})
        return PaymentRecord(*cursor.fetchone())


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def has_other_deposit(deposit: Deposit) -> bool:
    """Whether the payer has stored for another project of the same prefecture."""
    place = deposit.project.jurisdiction_id[:4]
    others = Deposit._base_manager.filter(payer=deposit.payer, project__jurisdiction__code__startswith=place)
    return others.filter(state__in=(DepositState.ASSESSED, DepositState.HELD)).exclude(pk=deposit.pk).exists()


def keeps_names_and_account(project: Project) -> bool:
    return (
        AccountProject._base_manager.filter(project=project, account__cancelled_on=None).exists()
        and Engagement._base_manager.filter(project=project).exists()
    )


# --- what may be paid out of a deposit -------------------------------------------------------------------------------


def payable_lines(deposit: Deposit) -> QuerySet[PayrollLine]:
    """Lines of the project that are owed; `left`: what nothing has paid, and no deposit is to pay."""
    taken = (
        DepositUseLine._base_manager.filter(payroll_line=OuterRef("pk"))
        .exclude(use__state__in=(UseState.REFUSED, UseState.PAID))
        .order_by()
        .values("payroll_line")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    lines = PayrollLine.objects.unscoped("of the project of a deposit that its user decides about")
    owed = lines.filter(project=deposit.project_id, paid__lt=F("net"), month__lt=timezone.localdate().replace(day=1))
    zero = Value(Decimal(0), output_field=PayrollLine._meta.get_field("net"))
    left = owed.annotate(left=F("net") - F("paid") - Coalesce(Subquery(taken), zero))
    return left.filter(left__gt=0).order_by("month", "team", "id")


# --- what waits for whom ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """Something to be done about a deposit, and where."""

    text: str
    deposit: Deposit
    url: str
    due_on: date | None
    late: bool


def waiting_for(user, today: date) -> list[Waiting]:
    """The most urgent first, each by the term of whoever has to act. The number of queries is bounded."""
    found = [*_waiting_deposits(user, today), *_waiting_uses(user, today), *_waiting_refunds(user, today)]
    found += _waiting_instruments(user, today)
    return sorted(found, key=lambda one: (one.due_on is None, one.due_on or today, one.deposit.pk))


def _waiting_deposits(user, today: date) -> list[Waiting]:
    offered = DepositInstrument._base_manager.filter(deposit=OuterRef("pk"), state=InstrumentState.OFFERED)
    rows = Deposit.objects.visible_to(user).filter(~Exists(offered)).select_related("project")
    if user.role == Role.CLERK:
        return _listed("办理存储并申报凭证", rows.filter(state=DepositState.ASSESSED), "due_on", today)
    if user.role != Role.OFFICER:
        return []
    # those above the office of the place may, and need not
    asked = rows.filter(state=DepositState.APPLIED, project__jurisdiction=user.region)
    return _listed("核定存储金额", _with_term(asked, "applied_at", DECIDE_WITHIN), "term_ends_on", today)


def _waiting_instruments(user, today: date) -> list[Waiting]:
    rows = DepositInstrument.objects.visible_to(user).select_related("deposit__project")
    if user.role in KEEPERS:
        asked = _with_term(rows.filter(state=InstrumentState.OFFERED), "offered_at", CONFIRM_WITHIN)
        return _listed("确认{}", asked, "term_ends_on", today)
    if user.role != Role.CLERK:
        return []
    last = today + timedelta(days=EXPIRES_SOON)
    soon = rows.filter(state=InstrumentState.IN_FORCE, ends_on__lte=last, deposit__state=DepositState.HELD)
    return _listed("{}到期前续保", soon, "ends_on", today)


def _waiting_uses(user, today: date) -> list[Waiting]:
    rows = DepositUse.objects.visible_to(user).select_related("deposit__project")
    if user.role == Role.OFFICER:
        mine = rows.filter(~Q(proposed_by=user), state=UseState.PROPOSED, office=user.organization)
        return _listed("审批动用", _with_term(mine, "proposed_at", DECIDE_WITHIN), "term_ends_on", today)
    if user.role in KEEPERS:
        return _listed("按支付通知书支付工资", rows.filter(state=UseState.APPROVED), "pay_by", today)
    if user.role != Role.CLERK:
        return []
    return _listed("补足工资保证金", rows.filter(state=UseState.PAID, refilled_on=None), "refill_by", today)


def _waiting_refunds(user, today: date) -> list[Waiting]:
    rows = DepositRefund.objects.visible_to(user).select_related("deposit__project")
    if user.role == Role.OFFICER:
        asked = Q(state=RefundState.APPLIED, deposit__project__jurisdiction=user.region)
        mine = Q(state=RefundState.PROPOSED, office=user.organization) & ~Q(proposed_by=user)
        return _listed("办理退还", rows.filter(asked | mine), "decide_by", today)
    if user.role in KEEPERS:
        return _listed("按退还通知书退还", rows.filter(state=RefundState.APPROVED), "confirm_by", today)
    return []


def _with_term(rows: QuerySet, since: str, count: int) -> QuerySet:
    """`term_ends_on`: the last of so many working days after the moment `since`."""
    return rows.annotate(term_begins_on=TruncDate(since)).annotate(term_ends_on=due_after("term_begins_on", count))


def _listed(text: str, rows: QuerySet, due: str, today: date) -> list[Waiting]:
    """`due`: the field of the deadline; the earliest first, also where there are more than are shown."""
    found = []
    for row in rows.order_by(F(due).asc(nulls_last=True), "pk")[:SHOWN]:
        due_on = getattr(row, due)
        late = due_on is not None and due_on < today
        if isinstance(row, DepositInstrument):
            said, deposit, url = text.format(row.get_form_display()), row.deposit, row.deposit.get_absolute_url()
        else:
            said, deposit, url = text, getattr(row, "deposit", row), row.get_absolute_url()
        found.append(Waiting(said, deposit, url, due_on, late))
    return found


def standing(today: date) -> Case:
    """One word for a list: the state, or what is more pressing than it."""
    held = DepositInstrument._base_manager.filter(deposit=OuterRef("pk"), state=InstrumentState.IN_FORCE)
    return Case(
        When(Q(state__in=(DepositState.APPLIED, DepositState.ASSESSED), due_on__lt=today), then=Value("late")),
        When(Exists(held.filter(ends_on__lt=today)), then=Value("expired")),
        When(Exists(held.filter(ends_on__lte=today + timedelta(days=EXPIRES_SOON))), then=Value("expiring")),
        When(Exists(held.filter(balance__lt=OuterRef("differential_amount"))), then=Value("short")),
        default=F("state"),
        output_field=CharField(),
    )


def overdue(deposits: QuerySet, today: date) -> QuerySet:
    """With a use that is not paid or not refilled in time, or a refund not decided or not made in time."""
    uses = DepositUse._base_manager.filter(
        Q(state=UseState.APPROVED, pay_by__lt=today) | Q(state=UseState.PAID, refilled_on=None, refill_by__lt=today)
    )
    refunds = DepositRefund._base_manager.filter(
        Q(state__in=(RefundState.APPLIED, RefundState.PROPOSED), decide_by__lt=today)
        | Q(state=RefundState.APPROVED, confirm_by__lt=today)
    )
    return deposits.filter(Q(pk__in=uses.values("deposit")) | Q(pk__in=refunds.values("deposit")))
