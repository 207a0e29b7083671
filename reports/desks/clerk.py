"""The desk of a contractor's wage-affairs clerk: per project what is missing, what is due, what to send; what was
refused; what warnings are open and what would answer them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone

from accounts.selectors import settled
from alerts.models import Warning
from core import indicators
from core.formats import money as money_text
from core.formats import month as month_text
from core.indicators import Gap
from projects.enums import Status
from projects.imports import kinds
from projects.imports.permissions import importable
from projects.indicators import PROJECT_GROUPS
from projects.models import ImportBatch, Project
from projects.selectors import completeness_for
from reports import links, selectors
from reports.desks.demands import waiting_demands
from reports.desks.deposits import waiting
from reports.desks.imports import SHOWN as TROUBLE_SHOWN
from reports.desks.imports import ImportTable, recent_trouble, trouble_hint
from reports.desks.sheets import waiting_sheets
from reports.desks.tiles import Tile
from reports.desks.warnings import OwnWarningTable
from reports.figures import Figures, Period
from reports.selectors import UnpaidMonth
from workers.models import AttendanceMonth

HALF_MONTH = 16
GRACE = 3  # days an attendance sheet may be late before it is called so
ACCOUNT_DAYS = 30  # 《工程建设领域农民工工资专用账户管理暂行办法》第六条
SHOWN = 12  # projects as cards; more only where there is something to do
GAPS_SHOWN = 4
ORDER = ("roster", "attendance", "payroll", "bank-statement")  # as a month goes
WARNINGS_SHOWN = 10


@dataclass(frozen=True)
class Task:
    """Something to do for a project. `late` when its day has passed."""

    text: str
    url: str = ""
    late: bool = False
    unpaid: Decimal = Decimal(0)


@dataclass
class Card:
    project: Project
    filled: int
    required: int
    gaps: list[Gap]
    tasks: list[Task]
    sheets: list[tuple[str, str]]  # label, address

    @property
    def missing(self) -> int:
        return self.required - self.filled

    @property
    def more_gaps(self) -> int:
        return max(0, len(self.gaps) - GAPS_SHOWN)


def desk(request: HttpRequest) -> tuple[str, dict]:
    user, now = request.user, timezone.now()
    today = timezone.localdate(now)
    own_cards = cards(user, list(Project.objects.visible_to(user).under_supervision().order_by("-pk")), now)
    shown = [card for number, card in enumerate(own_cards) if card.tasks or number < SHOWN]
    warnings = Warning.objects.visible_to(user).open()
    refused = recent_trouble(ImportBatch.objects.visible_to(user), today)
    listed = warnings.select_related("project").order_by("due_on", "id")[:WARNINGS_SHOWN]
    context = {
        "tiles": list(_tiles(own_cards, warnings.count(), refused)) if own_cards else [],
        "cards": shown,
        "more": len(own_cards) - len(shown),
        "warnings": OwnWarningTable(list(listed), request),
        "warnings_url": links.warnings(),
        "imports": ImportTable(refused[:TROUBLE_SHOWN], request),
        "imports_hint": trouble_hint(refused),
        "imports_url": links.to("imports:batch_list"),
    }
    context |= waiting_sheets(request) | waiting(request, today) | waiting_demands(request, today)
    return "reports/desk_clerk.html", context


def _tiles(own_cards: list[Card], warnings: int, refused: list[ImportBatch]) -> Iterator[Tile]:
    tasks = [task for card in own_cards for task in card.tasks]
    late, missing = sum(task.late for task in tasks), sum(card.missing for card in own_cards)
    unpaid, months = sum(task.unpaid for task in tasks), sum(task.unpaid > 0 for task in tasks)
    yield Tile("待办", len(tasks), unit="项", hint=f"已逾期 {late} 项", tone="red" if late else "")
    yield Tile(
        "未代发工资",
        money_text(unpaid),
        unit="元",
        hint=f"共 {months} 笔，按项目、月份列于下方" if months else "已列入工资表的已代发",
        tone="orange" if months else "green",
    )
    yield Tile("资料缺项", missing, unit="项", hint="项目指标", tone="orange" if missing else "green")
    yield Tile("未办结预警", warnings, unit="条", url=links.warnings(), tone="orange" if warnings else "green")
    yield Tile("退回或未完成的导入", len(refused), unit="批", hint="近 30 日")


def cards(user, projects: list[Project], now) -> list[Card]:
    """The most to do first. The number of queries does not grow with the projects."""
    if not projects:
        return []
    ids = [project.pk for project in projects]
    chosen = Project.objects.visible_to(user).filter(pk__in=ids)
    complete, gaps = completeness_for(chosen), defaultdict(list)
    for gap in indicators.gaps_of(projects, PROJECT_GROUPS):
        gaps[gap.project_id].append(gap)
    due = Deadlines(ids, now)
    made = [
        Card(
            project,
            *complete.get(project.pk, (0, 0)),
            gaps[project.pk],
            list(due.tasks(project)),
            _sheets(user, project),
        )
        for project in projects
    ]
    return sorted(made, key=lambda card: (-sum(task.late for task in card.tasks), -len(card.tasks), -card.missing))


def _sheets(user, project: Project) -> list[tuple[str, str]]:
    kinds_sent = sorted(importable(user), key=lambda kind: (kind.kind not in ORDER, _place(kind.kind)))
    return [(f"上传{kind.title}", upload(project, kind.kind)) for kind in kinds_sent]


def _place(kind: str) -> int:
    return ORDER.index(kind) if kind in ORDER else 0


def upload(project: Project, kind: str) -> str:
    return links.to("imports:upload", project.pk, kind) if kind in kinds() else ""


class Deadlines:
    """What is due for each of some projects today."""

    def __init__(self, project_ids: list[int], now):
        self.today = timezone.localdate(now)
        self.last_days = dict(_last_days(project_ids))
        current = selectors.project_figures(project_ids, Period.of(self.today, now), ("in_scope", "account_open"))
        self.current: dict[int, Figures] = {row.id: row.figures for row in current}
        self.unpaid: dict[int, list[UnpaidMonth]] = defaultdict(list)
        for month in selectors.unpaid_months(project_ids, self.today.replace(day=1)):
            self.unpaid[month.project_id].append(month)

    def tasks(self, project: Project) -> Iterator[Task]:
        for task in (self._account(project), self._attendance(project)):
            if task is not None:
                yield task
        for month in self.unpaid[project.pk]:
            yield self._wages(project, month)

    def _account(self, project: Project) -> Task | None:
        figures = self.current[project.pk]
        if figures["account_open"] or not figures["in_scope"]:
            return None
        signed = project.contract_signed_on or project.actual_start_on
        address = links.to("accounts:account_add", project.pk)
        if signed is None:
            return Task("尚未开设工资专用账户", address)
        due = signed + timedelta(days=ACCOUNT_DAYS)
        return Task(f"尚未开设工资专用账户，应于 {due:%Y-%m-%d} 前开设", address, late=due < self.today)

    def _attendance(self, project: Project) -> Task | None:
        """Of yesterday; line works send theirs in two batches a month, on the 15th and at its end."""
        last = self.last_days.get(project.pk)
        silent = self._days_since(last or project.actual_start_on)
        if project.status != Status.IN_PROGRESS or silent <= (HALF_MONTH if project.is_linear else 1):
            return None
        known = f"最近考勤 {last:%Y-%m-%d}" if last else "还没有任何考勤"
        return Task(
            f"{'本期' if project.is_linear else '昨日'}考勤未报送，{known}",
            upload(project, "attendance"),
            late=silent > (HALF_MONTH if project.is_linear else 0) + GRACE,
        )

    def _days_since(self, day: date | None) -> int:
        """Of a day nobody knows, very many."""
        return (self.today - (day or date.min)).days

    def _wages(self, project: Project, month: UnpaidMonth) -> Task:
        """Of every month that is owed, by the project's pay day in the next one."""
        due, name = settled.due_on(month.month, project.wage_pay_day), month_text(month.month)
        late = due < self.today
        if month.net:
            text = f"{name}工资还有 {month.owed:,.2f} 元未代发，发放日 {due:%Y-%m-%d}"
            return Task(text, links.to("accounts:project_money", project.pk), late, month.owed)
        text = f"{name}工资表未上传（{month.attending} 人有考勤），发放日 {due:%Y-%m-%d}"
        return Task(text, upload(project, "payroll"), late)


def _last_days(project_ids: list[int]):
    months = AttendanceMonth.objects.unscoped("projects already in scope").filter(project__in=project_ids, days__gt=0)
    return months.order_by().values_list("project").annotate(Max("last_day"))
