"""One pair of projects that were one site, filed twice for its two permits, and merged by the county."""

from datetime import date, timedelta
from decimal import Decimal

from organizations.models import User
from projects import services
from projects.enums import Status
from projects.models import Permit, Project, WageClerk
from workers.enums import AttendanceSource
from workers.models import Engagement, Team
from workers.services import DayRow, write_days

PEOPLE = 6


def make(today: date, users: dict[str, User]) -> None:
    """The second lot: some of the first one's people and some of its own contractor's from elsewhere."""
    officer = users["county"]
    target = (
        Project.objects.visible_to(officer)
        .filter(status=Status.IN_PROGRESS)
        .order_by("-supervised_from", "-pk")
        .first()
    )
    if target is None or target.general_contractor is None:
        return
    lot = _second_lot(target, today, officer)
    services.merge_projects(lot, target, by=officer, reason="同一工程分两次办理施工许可证，重复建档。")


def _second_lot(target: Project, today: date, officer: User) -> Project:
    lot = services.file_project(
        by=officer,
        contractor=target.general_contractor,
        name=f"{target.name}（二标段）",
        category=target.category,
        region=target.region,
        address=target.address,
        actual_start_on=today - timedelta(days=12),
        contract_signed_on=today - timedelta(days=30),
        contract_amount=Decimal("12600000.00"),
        labour_cost_amount=Decimal("2520000.00"),
        supervised_from=today - timedelta(days=8),
    )
    number = f"{target.region_id}{today:%Y%m%d}0201"
    services.save_permit(Permit(project=lot), by=officer, number=number, issued_on=today - timedelta(days=20))
    services.save_clerk(WageClerk(project=lot), by=officer, name="李建华", phone="13708830021")
    team = Team.objects.create(project=lot, name="二标段钢筋班", leader_name="李建华")
    here = list(target.engagements.filter(exited_on__isnull=True).order_by("pk")[: PEOPLE // 2])
    elsewhere = Engagement.objects.exclude(worker__engagements__project=target).order_by("pk")[: PEOPLE // 2]
    entered = today - timedelta(days=10)
    made = [
        Engagement.objects.create(
            project=lot,
            worker=other.worker,
            team=team,
            trade=other.trade,
            entered_on=max(entered, lot.actual_start_on),
        )
        for other in [*here, *elsewhere.select_related("worker")]
    ]
    days = [entered + timedelta(days=number) for number in range(9)]
    rows = (DayRow(row.pk, day, Decimal("0.5")) for row in made for day in days)
    write_days(rows, source=AttendanceSource.SHEET)
    return lot
