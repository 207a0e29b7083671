"""A site with people at work in September 2026, for tests of its wage sheets."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from accounts.enums import SheetState, StepMeans
from accounts.models import PayrollLine, PayrollSheet, SpecialAccount
from accounts.services import make_sheets, take_step
from projects.enums import ParticipantType
from projects.models import Project
from tests.accounts import factories as money
from tests.organizations import factories as who
from tests.projects import factories as sites
from tests.workers import factories as people
from workers.models import Engagement

SEPTEMBER = date(2026, 9, 1)
SCAN = [("签字表.pdf", b"%PDF-1.7\n")]


@dataclass
class Site:
    project: Project
    clerk: object
    owner_clerk: object
    account: SpecialAccount
    crew: list[Engagement] = field(default_factory=list)

    def sheets(self, **kwargs) -> list[PayrollSheet]:
        make_sheets(self.project, SEPTEMBER, by=self.clerk, **kwargs)
        return list(PayrollSheet.objects.filter(project=self.project).order_by("pk"))

    def sheet(self) -> PayrollSheet:
        return self.sheets()[0]

    def line(self, engagement: Engagement) -> PayrollLine:
        return PayrollLine.objects.get(engagement=engagement, is_back_pay=False)

    def walk(self, sheet: PayrollSheet, to: SheetState) -> PayrollSheet:
        """Every step up to this one, the workers' signatures on paper."""
        steps = [
            (SheetState.CONFIRMING, self.clerk, {}),
            (SheetState.CONFIRMED, self.clerk, {"means": StepMeans.PAPER, "files": SCAN}),
            (SheetState.REVIEWED, self.clerk, {}),
            (SheetState.APPROVED, self.owner_clerk, {}),
        ]
        for state, by, how in steps:
            take_step(sheet, state, by=by, **how)
            if state == to:
                break
        sheet.refresh_from_db()
        return sheet


def site(crew: int = 2, *, days: int = 20, rate="260.00", funds="500000") -> Site:
    """`crew` people at day wages, each `days` days in September, with a card; an account that holds `funds`."""
    project = sites.project()
    owner = who.organization()
    sites.participation(project, owner, ParticipantType.CONSTRUCTION_UNIT)
    account = money.special_account(project)
    if Decimal(funds):
        money.entry(account, funds)
    made = Site(project, who.clerk(project.general_contractor), who.construction_unit_clerk(owner), account)
    for _ in range(crew):
        made.crew.append(hire(made, days=days, rate=rate))
    return made


def hire(at: Site, *, days: int = 20, rate="260.00", card: bool = True, **contract) -> Engagement:
    engagement = people.engagement(at.project)
    if rate:
        people.contract(engagement, wage_rate=Decimal(rate), **contract)
    if days:
        people.attendance(engagement, *(SEPTEMBER + timedelta(n) for n in range(days)))
    if card:
        people.bank_card(engagement.worker)
    return engagement


def speaker(engagement: Engagement):
    """The login of this worker."""
    return engagement.worker.user or people.login(engagement.worker)
