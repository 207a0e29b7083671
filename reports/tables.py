from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import SpecialAccount
from accounts.selectors import settled
from core import formats
from core.pagination import KeysetPage
from core.tables import (
    BadgeColumn,
    CodeColumn,
    Column,
    DayColumn,
    MomentColumn,
    MoneyColumn,
    NumberColumn,
    RateColumn,
    Table,
)
from projects.models.project import ProjectQuerySet
from reports import links
from reports.figures import INCLUSION, PERMITTED, RATES, Figures, Period
from reports.places import Place
from reports.selectors import ProjectFigures, project_figures

# --- places ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RankedPlace:
    """A place as it stands now, and its figures of the latest month whose wages are due."""

    now: Place
    month: Place

    @property
    def per_hundred(self) -> float | None:
        projects = self.now.figures["projects"]
        return round(self.now.figures["open"] * 100 / projects, 1) if projects else None


class BarColumn(RateColumn):
    """A rate as a bar, with what it was made of. Sorted by the rate; without a denominator last."""

    kind = "bar"

    def text(self, record: Any) -> SafeString | str:
        part, whole = self.raw(record)
        if not whole:
            return formats.BLANK
        context = {"value": part, "total": whole, "rate": formats.rate(part, whole), "label": self.label}
        return render_to_string("reports/_bar.html", context | {"parts": formats.fraction(part, whole)})

    def rank(self, record: Any) -> float | None:
        part, whole = self.raw(record)
        return float(part) / float(whole) if whole else None


class FigureColumn(NumberColumn):
    def rank(self, record: Any) -> float | None:
        return self.raw(record)


def _rate(when: str, key: str) -> Callable[[RankedPlace], tuple]:
    return lambda row: getattr(row, when).figures.rate(key)


class PlaceTable(Table):
    """Short (129 counties at most), so that it is sorted here and shown whole."""

    caption = "各地排名"
    default_order = "-per_hundred"
    empty_title = "没有下级地区"
    empty_text = ""

    name = Column("地区", value="now.name", primary=True)
    projects = FigureColumn("在监管项目", value=lambda row: row.now.figures["projects"], sort="-projects")
    open = FigureColumn("未办结预警", value=lambda row: row.now.figures["open"], sort="-open")
    overdue = FigureColumn("其中逾期", value=lambda row: row.now.figures["overdue"], sort="-overdue", minor=True)
    per_hundred = FigureColumn(
        "每百项目预警", value="per_hundred", sort="-per_hundred", hint="未办结预警 × 100 ÷ 在监管项目"
    )
    account = BarColumn("专户开设率", value=_rate("now", "account"), sort="account", hint=RATES["account"].definition)
    update = BarColumn("考勤更新率", value=_rate("month", "update"), sort="update", hint=RATES["update"].definition)
    contract = BarColumn(
        "合同签订率", value=_rate("month", "contract"), sort="contract", hint=RATES["contract"].definition, minor=True
    )
    payout = BarColumn(
        "代发率（人数）", value=_rate("month", "payout"), sort="payout", hint=RATES["payout"].definition
    )
    payout_amount = BarColumn(
        "代发率（金额）",
        value=_rate("month", "payout_amount"),
        sort="payout_amount",
        hint=RATES["payout_amount"].definition,
        minor=True,
    )

    def __init__(self, records: list[RankedPlace], request: HttpRequest, *, month: str):
        super().__init__(records, request)
        self.month = month

    def row_url(self, record: RankedPlace) -> str:
        return f"{reverse('reports:home')}?region={record.now.code}" if record.now.region is not None else ""

    @cached_property
    def page(self) -> KeysetPage:
        """Those without the figure come last in either direction; equals stay in the order of the codes."""
        name, descending = self.order.lstrip("-"), self.order.startswith("-")
        column = next(column for column in self.columns if column.name == name)
        known = [row for row in self.records if column.rank(row) is not None]
        unknown = [row for row in self.records if column.rank(row) is None]
        return KeysetPage(sorted(known, key=column.rank, reverse=descending) + unknown)


# --- projects behind a figure ----------------------------------------------------------------------------------------


def _of(key: str) -> Callable[[Any], tuple]:
    return lambda row: row.figures.rate(key)


def _fulfils(key: str) -> Callable[[Any], str]:
    def told(row: Any) -> str:
        part, whole = row.figures.rate(key)
        return ("是" if part else "否") if whole else ""

    return told


def _tone(key: str) -> Callable[[Any], str]:
    return lambda row: "green" if row.figures.rate(key)[0] else "red"


class PayoutColumn(RateColumn):
    """Before the pay day nothing is in arrears: not yet paid is told in words, not as 0 %."""

    kind = "text"

    def text(self, record: Any) -> SafeString | str:
        part, whole = self.raw(record)
        if whole and not part and not self.is_due(record):
            return "未到发放日"
        return _with_parts(formats.rate(part, whole), "/".join(self.parts(part, whole)) if whole else "")

    def is_due(self, record: Any) -> bool:
        return record.wages_due

    def parts(self, part: Any, whole: Any) -> tuple[str, str]:
        return formats.fraction(part, whole)


def _with_parts(rate: str, parts: str) -> SafeString:
    return format_html('<span class="rate">{} <span class="rate-parts">{}</span></span>', rate, parts)


class MeasuredTable(Table):
    """Rows that carry `figures` of one month. What a subclass adds stands before the measures."""

    account = BadgeColumn("专户", value=_fulfils("account"), tone=_tone("account"))
    contract = RateColumn("合同签订", value=_of("contract"), hint=RATES["contract"].definition)
    register = RateColumn("实名制覆盖", value=_of("register"), hint=RATES["register"].definition, minor=True)
    attendance = RateColumn("考勤", value=_of("attendance"), hint=RATES["attendance"].definition, minor=True)
    payout = PayoutColumn("代发（人数）", value=_of("payout"), hint=RATES["payout"].definition)
    labour_cost = MoneyColumn("人工费到账（元）", value=lambda row: row.figures["labour_cost"], minor=True)
    open = NumberColumn("未办结预警", value=lambda row: row.figures["open"])

    def __init__(self, records, request: HttpRequest):
        super().__init__(records, request)
        measures = [column.name for column in MeasuredTable.columns]
        self.columns.sort(key=lambda column: measures.index(column.name) if column.name in measures else -1)


@dataclass(frozen=True)
class CountyProject:
    """A project as it stands now (account, warnings), and its figures of a month."""

    now: ProjectFigures
    figures: Figures
    wages_due: bool

    @property
    def name(self) -> str:
        return self.now.name


class CountyProjectTable(MeasuredTable):
    """The projects of a county, those with the most open warnings first."""

    caption = "本地项目"
    empty_title = "没有在监管项目"
    empty_text = "项目建档后会列在这里。"
    shown = 10

    name = Column("项目名称", primary=True)
    open = NumberColumn("未办结预警", value=lambda row: row.now.figures["open"])
    account = BadgeColumn(
        "专户", value=lambda row: _fulfils("account")(row.now), tone=lambda row: _tone("account")(row.now)
    )

    def __init__(
        self, now: list[ProjectFigures], month: list[ProjectFigures], request: HttpRequest, *, due: Mapping[int, bool]
    ):
        """`due`: whether the project's pay day for the month has passed."""
        of_month = {row.id: row.figures for row in month}
        rows = [CountyProject(row, of_month[row.id], due[row.id]) for row in now if row.is_supervised]
        rows.sort(key=lambda row: (-row.now.figures["open"], row.now.code))
        super().__init__(rows[: self.shown], request)

    def row_url(self, record: CountyProject) -> str:
        return reverse("projects:project_detail", args=[record.now.id])


class ProjectFigureTable(MeasuredTable):
    """Projects with their figures of one month; only those of the page are counted."""

    caption = "项目指标"
    default_order = "jurisdiction_id"
    empty_title = "没有符合条件的项目"
    empty_text = "本口径下没有差额，或当前范围内没有项目。"

    name = Column("项目名称", primary=True)
    place = Column("管辖属地", value="jurisdiction.name", sort="jurisdiction_id")
    status = BadgeColumn("工程进度", value="get_status_display", tone=lambda row: row.status_tone, minor=True)

    def __init__(self, records: ProjectQuerySet, request: HttpRequest, *, period: Period):
        super().__init__(records.select_related("jurisdiction"), request)
        self.period = period

    @cached_property
    def page(self) -> KeysetPage:
        page = super().page
        rows = list(page)
        found: dict[int, ProjectFigures] = {
            row.id: row for row in project_figures([project.pk for project in rows], self.period)
        }
        for project in rows:
            project.figures = found[project.pk].figures
            due_on = settled.due_on(self.period.first, project.wage_pay_day)
            project.wages_due = due_on < timezone.localdate(self.period.read_at)
        return page


# --- a month of places and industries --------------------------------------------------------------------------------


class WanColumn(NumberColumn):
    def text(self, record: Any) -> str:
        return formats.wan(self.raw(record))


class PlacePayoutColumn(PayoutColumn):
    """Of a place with many pay days: all of them come after the month."""

    running = False

    def is_due(self, record: Any) -> bool:
        return not self.running


class MoneyRateColumn(PlacePayoutColumn):
    """The rate of two amounts, told with both in 万元."""

    def parts(self, part: Any, whole: Any) -> tuple[str, str]:
        return formats.wan(part)[:-2], formats.wan(whole)


class MonthTable(Table):
    empty_title = "没有数据"
    empty_text = "本月没有在监管项目。"

    name = Column("地区", primary=True)
    projects = NumberColumn("在监管项目", value=lambda row: row.figures["projects"])
    in_progress = NumberColumn("在建项目", value=lambda row: row.figures["in_progress"], minor=True)
    account = RateColumn("专户开设率", value=_of("account"), hint=RATES["account"].definition)
    contract = RateColumn("合同签订率", value=_of("contract"), hint=RATES["contract"].definition)
    register = RateColumn("实名制覆盖率", value=_of("register"), hint=RATES["register"].definition)
    attendance = RateColumn("考勤率", value=_of("attendance"), hint=RATES["attendance"].definition, minor=True)
    update = RateColumn("考勤更新率", value=_of("update"), hint=RATES["update"].definition)
    payout = PlacePayoutColumn("代发率（人数）", value=_of("payout"), hint=RATES["payout"].definition)
    payout_amount = MoneyRateColumn(
        "代发率（金额）", value=_of("payout_amount"), hint=RATES["payout_amount"].definition
    )
    labour_cost = WanColumn("人工费到账", value=lambda row: row.figures["labour_cost"], minor=True)
    raised = NumberColumn("产生预警", value=lambda row: row.figures["raised"])
    released = NumberColumn("解除预警", value=lambda row: row.figures["released"], minor=True)
    overdue = NumberColumn("期末逾期", value=lambda row: row.figures["overdue"])
    on_time = RateColumn("按期处置率", value=_of("on_time"), hint=RATES["on_time"].definition)

    def __init__(self, records: list, request: HttpRequest, *, running: bool):
        super().__init__(records, request)
        self.columns = [_running(column) if running else column for column in self.columns]


def _running(column: Column) -> Column:
    if not isinstance(column, PlacePayoutColumn):
        return column
    column = copy(column)
    column.running = True
    return column


class PlaceFigureTable(MonthTable):
    """The region and the places right below; a place leads to its own page, in the same month and industry."""

    caption = "分地区"

    inclusion = RateColumn("纳入率", value="inclusion", hint=INCLUSION)
    permitted = RateColumn("许可纳入率", value="permitted", hint=PERMITTED)

    def __init__(self, records: list, request: HttpRequest, *, running: bool):
        """The list of permits is compared as it stands now: a closed month tells nothing of it."""
        super().__init__(records, request, running=running)
        if not running:
            self.columns = [column for column in self.columns if column.name != "permitted"]

    def row_url(self, record: Place) -> str:
        return self.url(region=record.code) if record.region is not None and record.depth else ""


class IndustryFigureTable(MonthTable):
    caption = "分行业"

    name = Column("行业", primary=True)

    def __init__(self, records: list, request: HttpRequest, *, running: bool):
        super().__init__(records, request, running=running)
        self.columns.sort(key=lambda column: column.name != "name")


# --- accounts at a bank ----------------------------------------------------------------------------------------------


class KeptAccountTable(Table):
    caption = "在管专户"
    empty_title = "本行还没有在管的专户"
    empty_text = "施工总承包单位登记专户、或导入对账单后，会列在这里。"

    name = Column("专户名称", primary=True)
    number = CodeColumn("账号", value=lambda account: f"尾号 {account.number_last4}")
    status = BadgeColumn("状态", value="get_status_display", tone={"active": "green", "frozen": "orange"}, minor=True)
    last_booked_on = DayColumn("最近流水")
    balance = MoneyColumn("余额（元）")
    unmatched = NumberColumn("未对应发放", hint="专户发出、没有对应工资明细的工资")
    deviations = NumberColumn("余额不符", hint="银行所报余额与逐笔推算的余额不同")

    def row_url(self, record: SpecialAccount) -> str:
        return links.to("accounts:ledger", record.pk)


class WaitingBatchTable(Table):
    """Wages handed over that no answer has come for."""

    caption = "待返回结果的代发批次"
    empty_title = "没有待返回结果的批次"
    empty_text = "项目提交代发后，会列在这里；下载文件办理，再导入结果。"

    number = CodeColumn("批次号", primary=True)
    project = Column("项目", value="project.name")
    account = Column("专户", minor=True)
    count = NumberColumn("笔数")
    total = MoneyColumn("金额（元）")
    waiting_count = NumberColumn("等待结果")
    made_at = MomentColumn("提交时间", value="made_at")
