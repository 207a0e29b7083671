"""The desk of a construction unit: its projects, the labour cost it owes them every month (条例 art. 24, 29), the
guarantee it has to provide, wages owing there, warnings."""

from datetime import date
from decimal import Decimal

from django.db.models import Count, Max, Q, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import MovementDirection, MovementKind
from accounts.models import LedgerEntry
from alerts.models import Warning
from core.formats import money as money_text
from core.tables import BadgeColumn, Column, DayColumn, MoneyColumn, NumberColumn, Table
from projects.enums import GuaranteeState, Status
from projects.models import Project
from projects.selectors.guarantees import with_guarantees
from reports import links, selectors
from reports.desks.demands import waiting_demands
from reports.desks.sheets import waiting_sheets
from reports.desks.tiles import Tile
from reports.desks.warnings import OwnWarningTable

LABOUR_DAYS = 31  # the cycle of appropriation is at most a month (条例 art. 24)
WARNINGS_SHOWN = 10
LACKING = (GuaranteeState.NONE, GuaranteeState.EXPIRED)
TONES = {
    GuaranteeState.IN_FORCE: "green",
    GuaranteeState.EXPIRING: "orange",
    GuaranteeState.EXPIRED: "red",
    GuaranteeState.NONE: "red",
}


class OwnedTable(Table):
    """Projects of the desk, with what `_with_money` found out about each."""

    caption = "本单位的项目"
    empty_title = "还没有本单位的在监管项目"
    empty_text = "项目由人社部门或施工总承包单位建档；没有列出的，请核对项目登记的建设单位名称。"

    name = Column("项目", primary=True)
    status = BadgeColumn("工程进度", value="get_status_display", tone=lambda project: project.status_tone)
    guarantee = BadgeColumn(
        "工程款支付担保",
        value=lambda project: GuaranteeState(project.guarantee_state).label,
        tone=lambda project: TONES[GuaranteeState(project.guarantee_state)],
    )
    appropriated = MoneyColumn("本月已拨人工费（元）", value="labour_this_month")
    last_labour_on = DayColumn("最近拨付人工费")
    labour = BadgeColumn("人工费", value=lambda project: "超过一个月未拨付" if project.labour_late else "", tone="red")
    owed = MoneyColumn("未代发工资（元）")
    warnings = NumberColumn("未办结预警", value="open_warnings")

    def row_url(self, record) -> str:
        return reverse("accounts:project_money", args=[record.pk])


def desk(request: HttpRequest) -> tuple[str, dict]:
    user, today = request.user, timezone.localdate()
    projects = _with_money(user, today)
    warnings = Warning.objects.visible_to(user).open()
    listed = warnings.select_related("project").order_by("due_on", "id")[:WARNINGS_SHOWN]
    context = {
        **waiting_sheets(request),
        **waiting_demands(request, today),
        "tiles": list(_tiles(projects)),
        "projects": OwnedTable(projects, request),
        "projects_url": links.to("projects:project_list"),
        "warnings": OwnWarningTable(list(listed), request),
        "warnings_url": links.warnings(),
    }
    return "reports/desk_construction_unit.html", context


def _tiles(projects: list[Project]):
    late, bare = sum(row.labour_late for row in projects), sum(row.guarantee_state in LACKING for row in projects)
    owed, warned = sum((row.owed for row in projects), Decimal(0)), sum(row.open_warnings for row in projects)
    yield Tile("在监管项目", len(projects), unit="个", url=links.to("projects:project_list"))
    yield Tile("人工费超过一个月未拨付", late, unit="个", hint="在建项目", tone="red" if late else "green")
    yield Tile("没有有效的支付担保", bare, unit="个", tone="red" if bare else "green")
    yield Tile("未代发工资", money_text(owed), unit="元", tone="orange" if owed else "green")
    yield Tile("未办结预警", warned, unit="条", url=links.warnings(), tone="orange" if warned else "green")


def _with_money(user, today: date) -> list[Project]:
    """The unit's open projects, worst first. The number of queries does not grow with them."""
    own = Project.objects.visible_to(user).under_supervision().select_related("jurisdiction")
    projects = list(with_guarantees(own, today).order_by("-pk"))
    labour, warned = _labour(user, today), _warned(user)
    owed: dict[int, Decimal] = {}
    for month in selectors.unpaid_months([row.pk for row in projects], today.replace(day=1)):
        owed[month.project_id] = owed.get(month.project_id, Decimal(0)) + month.owed
    for row in projects:
        row.last_labour_on, row.labour_this_month = labour.get(row.pk, (None, None))
        row.owed, row.open_warnings = owed.get(row.pk, Decimal(0)), warned.get(row.pk, 0)
        row.labour_late = _is_late(row, today)
    return sorted(projects, key=lambda row: (-row.labour_late, -row.owed, -row.open_warnings, -row.pk))


def _labour(user, today: date) -> dict[int, tuple[date, Decimal | None]]:
    """Project → the last appropriation of labour cost, and the sum of this month's."""
    came = LedgerEntry.objects.visible_to(user).filter(kind=MovementKind.LABOUR_COST, direction=MovementDirection.IN)
    this_month = Q(booked_on__gte=today.replace(day=1))
    rows = came.order_by().values("project").annotate(last=Max("booked_on"), month=Sum("amount", filter=this_month))
    return {row["project"]: (row["last"], row["month"]) for row in rows}


def _warned(user) -> dict[int, int]:
    rows = Warning.objects.visible_to(user).open().order_by().values_list("project").annotate(Count("pk"))
    return dict(rows)


def _is_late(project: Project, today: date) -> bool:
    since = project.last_labour_on or project.actual_start_on
    return project.status == Status.IN_PROGRESS and since is not None and (today - since).days > LABOUR_DAYS
