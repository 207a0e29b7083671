"""A random little province, and every figure counted again by hand in plain Python."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

import pgtrigger
from django.utils import timezone

from accounts.enums import AccountStatus, MovementKind
from accounts.models import LedgerEntry, PayrollLine, SpecialAccount
from alerts.enums import ReleaseKind, WarningState
from alerts.models import CaseLead, Warning
from organizations.enums import Industry
from projects.enums import Status
from projects.models import Project, StatusChange
from tests.accounts import factories as money
from tests.alerts.factories import case_lead, warning
from tests.organizations.factories import officer
from tests.projects.factories import project
from tests.workers import factories as workers
from workers.models import AttendanceMonth, Engagement, LabourContract

MONTH = date(2026, 10, 1)
LAST = date(2026, 10, 31)
PLACES = ("530902", "530921", "530102", "530900")  # the last one is supervised by the prefecture itself


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def province(random: Random, projects: int = 8) -> None:
    by = officer("530000")
    for _ in range(projects):
        made = project(
            at=random.choice(PLACES),
            industry=random.choice(Industry.values),
            supervised_from=random.choice([date(2026, 7, 1), date(2026, 10, 20), date(2026, 11, 5)]),
            actual_start_on=random.choice([date(2026, 7, 20), date(2026, 11, 1)]),
            **random.choice(
                [
                    {"status": Status.IN_PROGRESS},
                    {"status": Status.SUSPENDED},
                    {"status": Status.COMPLETED, "completed_on": date(2026, 9, 15)},
                    {"status": Status.COMPLETED, "completed_on": date(2026, 10, 15)},
                ]
            ),
        )
        if random.random() < 0.4:
            StatusChange.objects.create(project=made, status=Status.IN_PROGRESS, on=date(2026, 8, 1))
            StatusChange.objects.create(project=made, status=made.status, on=date(2026, 11, 3))
        _account(random, made)
        _people(random, made)
        _warnings(random, made, by)


def _account(random: Random, made: Project) -> None:
    choice = random.random()
    if choice < 0.2:
        return
    cancelled = {
        "status": AccountStatus.CANCELLED,
        "cancelled_on": random.choice([date(2026, 10, 9), date(2026, 11, 9)]),
    }
    fields = {} if choice < 0.5 else {"status": AccountStatus.FROZEN} if choice < 0.6 else cancelled
    opened_on = random.choice([date(2026, 8, 1), date(2026, 11, 2)]) if not fields else date(2026, 8, 1)
    account = money.special_account(made, opened_on=opened_on, **({} if fields is cancelled else fields))
    for _ in range(random.randint(0, 3)):
        day = random.choice([date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 1)])
        came = money.entry(account, random.randint(1, 9) * 1000, booked_on=day)
        if random.random() < 0.3:
            money.entry(account, -came.amount, MovementKind.REVERSAL, booked_on=day, reverses=came)
    if fields is cancelled:
        with pgtrigger.ignore():  # how it was closed is no matter here
            SpecialAccount.objects.filter(pk=account.pk).update(**cancelled)


def _people(random: Random, made: Project) -> None:
    payroll = money.payroll(made, MONTH)
    for _ in range(random.randint(0, 6)):
        exit = random.choice([None, None, date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 20)])
        entry = random.choice([date(2026, 8, 1), date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 1)])
        engagement = workers.engagement(made, entered_on=entry, exited_on=exit if exit and exit >= entry else None)
        if random.random() < 0.7:
            starts = random.choice([date(2026, 8, 1), date(2026, 11, 1)])
            ends = random.choice([None, date(2026, 9, 30), date(2026, 10, 1)])
            ends = ends if ends is None or ends >= starts else None
            workers.contract(engagement, signed_on=starts, starts_on=starts, ends_on=ends)
        if random.random() < 0.7:
            month = random.choice([MONTH, MONTH, date(2026, 9, 1)])
            days = Decimal(random.choice(["0", "0.5", "22"]))
            AttendanceMonth.objects.create(engagement=engagement, project=made, month=month, days=days)
        if random.random() < 0.7:
            known = random.random() < 0.8
            line = money.payroll_line(payroll, random.choice(["0", "6000.00"]), engagement=engagement)
            line.engagement = engagement if known else None
            line.save()
            money.set_paid(line, random.choice([Decimal(0), line.net / 2, line.net]))
    for _ in range(random.randint(0, 2)):
        money.payroll_line(payroll, "4200.50")


def _warnings(random: Random, made: Project, by) -> None:
    for _ in range(random.randint(0, 4)):
        raised = noon(random.choice([date(2026, 9, 5), date(2026, 9, 30), date(2026, 10, 2), date(2026, 10, 31)]))
        due = timezone.localdate(raised) + timedelta(days=random.choice([10, 30]))
        closed = raised + timedelta(days=random.choice([1, 10, 12, 32]))
        fields: dict = {}
        if random.random() < 0.4:
            fields = {
                "state": WarningState.RELEASED,
                "release_kind": ReleaseKind.DATA,
                "released_at": closed,
            }
        elif random.random() < 0.4:
            fields = {"state": WarningState.TRANSFERRED}
        found = warning(made, raised_at=raised, due_on=due, **fields)
        if found.state == WarningState.TRANSFERRED:
            case_lead(found, by, opened_at=closed)


# --- by hand ---------------------------------------------------------------------------------------------------------


def by_hand(made: Project) -> Counter:
    """October of one project, told in December."""
    counts: Counter = Counter()
    running = min(made.supervised_from, made.actual_start_on or made.supervised_from) <= LAST
    supervised = running and not (made.completed_on and made.completed_on < MONTH)
    changes = [change for change in made.status_changes.all() if change.on <= LAST]
    status = max(changes, key=lambda change: (change.on, change.pk)).status if changes else made.status
    in_progress = supervised and status == Status.IN_PROGRESS
    in_scope = supervised and status in (Status.IN_PROGRESS, Status.SUSPENDED)
    counts.update(projects=supervised, in_progress=in_progress, in_scope=in_scope)
    counts["account_open"] = in_scope and any(_is_open(link.account) for link in made.account_links.all())
    counts.update(_people_by_hand(made, supervised))
    counts["with_attendance"] = in_progress and counts["attending"] > 0
    counts["labour_cost"] = _labour_cost(made)
    counts["with_labour_cost"] = in_progress and counts["labour_cost"] > 0
    for found in made.warnings.all():
        counts.update(_warning_by_hand(found))
    return counts


def _is_open(account) -> bool:
    if account.opened_on > LAST:
        return False
    return account.status == AccountStatus.ACTIVE or bool(account.cancelled_on and account.cancelled_on > LAST)


def _people_by_hand(made: Project, supervised: bool) -> Counter:
    attending = {
        row.engagement_id for row in AttendanceMonth.objects.filter(project=made, month=MONTH) if row.days > 0
    }
    persons = {worker.id_number_index: pk for pk, worker in _workers(made)}
    lines = list(PayrollLine.objects.filter(project=made, month=MONTH))
    known = {line.pk: line.engagement_id or persons.get(line.id_number_index) for line in lines}
    paid = {known[line.pk] for line in lines if line.paid > 0 and line.paid >= line.net}
    strangers = sum(pk is None for pk in known.values())
    registered = attending | {pk for pk in known.values() if pk}
    counts = Counter(
        attending=len(attending),
        attending_paid=len(attending & paid),
        registered=len(registered),
        people=len(registered) + strangers,
        net=sum(line.net for line in lines),
        paid=sum(line.paid for line in lines),
    )
    for engagement in made.engagements.all() if supervised else []:
        left = engagement.exited_on and engagement.exited_on < MONTH
        if engagement.entered_on <= LAST and not left:
            counts["roster"] += 1
            counts["contracted"] += any(_in_force(contract) for contract in engagement.contracts.all())
            counts["roster_attended"] += engagement.pk in attending
    return counts


def _workers(made: Project):
    return [(row.pk, row.worker) for row in Engagement.objects.filter(project=made).select_related("worker")]


def _in_force(contract: LabourContract) -> bool:
    return contract.starts_on <= LAST and (contract.ends_on is None or contract.ends_on >= MONTH)


def _labour_cost(made: Project) -> Decimal:
    found = LedgerEntry.objects.filter(project=made, kind=MovementKind.LABOUR_COST)
    reversed_ones = set(LedgerEntry.objects.filter(reverses__isnull=False).values_list("reverses", flat=True))
    return sum(
        (row.amount for row in found if MONTH <= row.booked_on <= LAST and row.pk not in reversed_ones), Decimal(0)
    )


def _warning_by_hand(found: Warning) -> Counter:
    lead = CaseLead.objects.filter(warning=found).first()
    raised = timezone.localdate(found.raised_at)
    released = timezone.localdate(found.released_at) if found.released_at else None
    moved = timezone.localdate(lead.opened_at) if lead else None
    closed = released or moved
    closed_by_end = closed is not None and closed <= LAST
    counts: Counter = Counter()
    counts["raised"] = MONTH <= raised <= LAST
    counts["raised_closed"] = MONTH <= raised <= LAST and closed_by_end
    counts["released"] = released is not None and MONTH <= released <= LAST
    counts["transferred"] = moved is not None and MONTH <= moved <= LAST
    counts["open"] = not closed_by_end
    counts["overdue"] = not closed_by_end and found.due_on <= LAST
    counts["due"] = MONTH <= found.due_on <= LAST
    counts["due_on_time"] = MONTH <= found.due_on <= LAST and closed is not None and closed <= found.due_on
    return counts
