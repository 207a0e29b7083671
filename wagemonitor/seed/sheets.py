"""The running month's wage sheets of the demonstration clerk's projects, each at another step of the way."""

from datetime import date
from decimal import Decimal
from itertools import cycle

from django.core.exceptions import ValidationError

from accounts import services
from accounts.enums import SheetState, StepMeans
from accounts.models import PayrollSheet
from organizations.models import User
from projects.enums import Status
from projects.models import Project
from wagemonitor.seed.history import blank_page
from workers.enums import WageMethod

S = SheetState
WAY = (S.CONFIRMING, S.CONFIRMED, S.REVIEWED)
# How far the sheets of the first project, the second, … have come; the construction units have not approved yet.
REACHED = (S.DRAFT, S.CONFIRMING, S.CONFIRMED, S.REVIEWED)
SHOWN = 8  # projects
QUANTITY = Decimal(320)  # of piece work a month


def make(today: date, users: dict[str, User]) -> None:
    clerk = users["clerk"]
    projects = Project.objects.visible_to(clerk).filter(status=Status.IN_PROGRESS).order_by("pk")[:SHOWN]
    for project, reached in zip(projects, cycle(REACHED), strict=False):
        try:
            payroll = services.make_sheets(project, today.replace(day=1), by=clerk).payroll
        except ValidationError:  # nobody has worked yet this month
            continue
        for sheet in PayrollSheet.objects.filter(payroll=payroll).order_by("pk"):
            _walk(sheet, reached, clerk)


def measure(sheet: PayrollSheet, clerk: User) -> None:
    """Piece work gets its quantity."""
    for line in sheet.lines.filter(wage_method=WageMethod.PIECE, quantity=None, rate__isnull=False):
        line.quantity = QUANTITY
        line.due = line.quantity * line.rate
        services.save_line(line, by=clerk)


def _walk(sheet: PayrollSheet, reached: SheetState, clerk: User) -> None:
    if reached == S.DRAFT:
        return
    measure(sheet, clerk)
    if services.unexplained(sheet).exists():
        services.explain(sheet, by=clerk, reason="合同续签手续办理中，按原标准计发")
    for state in WAY[: WAY.index(reached) + 1]:
        paper = {"means": StepMeans.PAPER, "files": [("签字工资表.pdf", blank_page())]}
        services.take_step(sheet, state, by=clerk, **(paper if state == S.CONFIRMED else {}))
