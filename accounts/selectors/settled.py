"""月结月清: whether each month's wages were settled by the day they were due.

A month's wages are due on the project's pay day of the next month (条例 13, 14) and count as in time up to `GRACE`
days after it, as the rule PAY-01 has it by default. Settled: everybody who worked that month or stands on its payroll
has been paid in full; late: paid in full, some of it after the term.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import (
    Count,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
)
from django.db.models import ExpressionWrapper as Wrapped
from django.db.models.functions import Coalesce

from accounts.enums import DueKind
from accounts.models import Payout, PayrollLine, WageDue
from accounts.models.owing import DueOn, counting
from accounts.models.wage_due import Unlisted
from core.aggregates import MONEY, figure
from core.months import next_month
from organizations.models import Organization
from projects.enums import SUBCONTRACTORS, ParticipantType
from projects.models import Participation, Project
from workers.models import AttendanceMonth, Team

GRACE = timedelta(days=5)
STATES = {
    "settled": ("按月结清", "green"),
    "late": ("逾期结清", "yellow"),
    "owing": ("未结清", "red"),
    "waiting": ("未到期", "grey"),
    "none": ("没有用工", "grey"),
}


def due_on(month: date, pay_day: int) -> date:
    """Wages of a month are due in the next one; the 31st is the last day of a shorter one."""
    following = next_month(month)
    return min(following + timedelta(pay_day - 1), next_month(following) - timedelta(1))


def state_of(people: int, settled: int, late: int, due: date, today: date) -> str:
    if not people:
        return "none"
    if settled == people:
        return "late" if late else "settled"
    return "waiting" if today <= due + GRACE else "owing"


@dataclass
class MonthOf:
    """A month of one project, or of one of its teams. `owed`: of payrolls; `unlisted`: people on none."""

    month: date
    due_on: date
    today: date
    people: int = 0
    settled: int = 0
    late: int = 0
    unpaid: int = 0
    unlisted: int = 0
    net: Decimal = Decimal(0)
    owed: Decimal = Decimal(0)
    team: Team | None = None

    @property
    def state(self) -> str:
        return state_of(self.people, self.settled, self.late, self.due_on, self.today)

    @property
    def state_text(self) -> str:
        return STATES[self.state][0]

    @property
    def tone(self) -> str:
        return STATES[self.state][1]


_FIGURES = {
    "people": Count("pk"),
    "settled": Count("pk", filter=Q(kind=DueKind.PAID)),
    "unpaid": Count("pk", filter=Q(kind=DueKind.UNPAID)),
    "unlisted": Count("pk", filter=Q(kind=DueKind.UNLISTED)),
    "net": Coalesce(Sum("net"), Decimal(0), output_field=MONEY),
    "owed": Coalesce(Sum("amount", filter=Q(kind=DueKind.UNPAID)), Decimal(0), output_field=MONEY),
    "late": Count("pk", filter=Q(kind=DueKind.PAID, last_paid_on__gt=F("due_on") + GRACE)),
}


def months_of(project: Project, today: date) -> list[MonthOf]:
    """Every month with work or wages, the latest first; the running month is not over."""
    rows = _of_project(project).filter(month__lt=today.replace(day=1)).order_by("-month")
    return [_month(row, project, today) for row in rows.values("month").annotate(**_FIGURES)]


def teams_of_month(project: Project, month: date, today: date) -> list[MonthOf]:
    rows = list(_of_project(project).filter(month=month).order_by().values("month", "team").annotate(**_FIGURES))
    teams = Team.objects.unscoped("the project is in scope").select_related("employer__organization")
    known = teams.in_bulk([row["team"] for row in rows if row["team"]])
    found = [_month(row, project, today, team=known.get(row.pop("team"))) for row in rows]
    return sorted(found, key=lambda each: (each.team is None, each.team.name if each.team else ""))


def _of_project(project: Project) -> QuerySet:
    return WageDue.objects.unscoped("the project is in scope").months().filter(project=project)


def _month(row: dict, project: Project, today: date, **more) -> MonthOf:
    return MonthOf(due_on=due_on(row["month"], project.wage_pay_day), today=today, **row, **more)


# --- over projects and units: per row of a page, by the indexes of months --------------------------------------------


@dataclass(frozen=True)
class Whose:
    """Rows of a list, and how lines, work and payouts of a month are theirs."""

    lines: Q
    worked: Q


PROJECTS = Whose(Q(project=OuterRef("pk")), Q(project=OuterRef("pk")))


def with_month(rows: QuerySet, month: date, whose: Whose = PROJECTS) -> QuerySet:
    """`listed`, `settled`, `late`, `unlisted`, `owed`: the month of each row."""
    lines = PayrollLine._base_manager.filter(counting(), whose.lines, month=month)
    unlisted = without_line(AttendanceMonth._base_manager.filter(whose.worked, month=month))
    return rows.annotate(
        listed=figure(lines, Count("pk")),
        settled=figure(lines.filter(paid__gte=F("net")), Count("pk")),
        unlisted=figure(unlisted, Count("pk")),
        late=figure(_late(lines), Count("pk")),
        owed=figure(lines.filter(paid__lt=F("net")), Sum(F("net") - F("paid")), MONEY),
    )


def in_state(rows: QuerySet, state: str, month: date, whose: Whose = PROJECTS) -> QuerySet:
    """`owing` here also before the term: what is open of the month."""
    lines = PayrollLine._base_manager.filter(counting(), whose.lines, month=month)
    unlisted = without_line(AttendanceMonth._base_manager.filter(whose.worked, month=month))
    is_open = Exists(lines.filter(paid__lt=F("net"))) | Exists(unlisted)
    if state == "owing":
        return rows.filter(is_open)
    paid_late = Exists(_late(lines))
    rows = rows.filter(Exists(lines)).filter(~is_open)
    return rows.filter(paid_late if state == "late" else ~paid_late)


def had_wages(rows: QuerySet, month: date, whose: Whose = PROJECTS) -> QuerySet:
    lines = PayrollLine._base_manager.filter(counting(), whose.lines, month=month)
    worked = AttendanceMonth._base_manager.filter(whose.worked, month=month, days__gt=0)
    return rows.filter(Exists(lines) | Exists(worked))


def without_line(worked: QuerySet) -> QuerySet:
    """The view's `unlisted` rows, among these."""
    return worked.filter(Unlisted())


def _late(lines: QuerySet) -> QuerySet:
    """Paid in full, some of it after the term."""
    lines = lines.filter(paid__gte=F("net")).annotate(term=DueOn("month", "project__wage_pay_day"))
    term = Wrapped(OuterRef("term") + GRACE.days, output_field=DateField())
    after = Payout._base_manager.filter(line=OuterRef("pk"), returned=None, paid_on__gt=term)
    return lines.filter(Exists(after))


# --- units -----------------------------------------------------------------------------------------------------------


def of_contractor(user) -> Whose:
    here = _projects_of(user, ParticipantType.GENERAL_CONTRACTOR)
    return Whose(here, here)


def of_subcontractor(user) -> Whose:
    """By the unit that employs the team; within the projects it takes part in, which keeps to their rows."""
    here, unit = _projects_of(user, *SUBCONTRACTORS), OuterRef("pk")
    by_line = Q(team__employer__organization=unit)
    by_person = Q(engagement__team__employer__organization=unit)
    return Whose(here & (by_line | Q(team=None) & by_person), here & by_person)


def _projects_of(user, *parts: str) -> Q:
    parties = Participation._base_manager.filter(organization=OuterRef(OuterRef("pk")), participant_type__in=parts)
    return Q(project__in=parties.filter(project__in=_in_sight(user)).values("project"))


def _in_sight(user) -> QuerySet:
    return Project.objects.visible_to(user).values("pk")


def units_of(user, *parts: str) -> QuerySet[Organization]:
    """Units that take part in projects in sight."""
    parties = Participation._base_manager.filter(
        organization=OuterRef("pk"), participant_type__in=parts, project__in=_in_sight(user)
    )
    return Organization.objects.filter(Exists(parties))


def rate_of(projects: QuerySet[Project], month: date) -> tuple[int, int]:
    """(paid in full, all who are to be paid) of a month over these projects."""
    own = projects.order_by().values("pk")
    lines = PayrollLine._base_manager.filter(counting(), month=month, project__in=own)
    counted = lines.aggregate(all=Count("pk"), settled=Count("pk", filter=Q(paid__gte=F("net"))))
    unlisted = without_line(AttendanceMonth._base_manager.filter(month=month, project__in=own)).count()
    return counted["settled"], counted["all"] + unlisted
