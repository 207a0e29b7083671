"""The desk of an authority: what burns, how it goes, where it is worst; from the province down to one county."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from django.http import HttpRequest
from django.utils import timezone

from accounts.selectors import settled
from alerts import selectors as alerts
from alerts.enums import Level
from alerts.models import Warning
from alerts.models.warning import WarningQuerySet
from core.charts import Chart, bar_chart, line_chart
from core.formats import month as month_text
from core.formats import rate as rate_text
from core.formats import wan
from organizations.enums import Industry, RegionLevel
from organizations.models import Region
from projects import selectors as projects
from projects.models import Project
from reports import links, permissions, selectors
from reports.desks.demands import waiting_demands
from reports.desks.deposits import waiting
from reports.desks.rules import rule_changes
from reports.desks.tiles import Tile
from reports.desks.warnings import DueTable
from reports.figures import COUNTS, RATES, Figures, Period, due_month
from reports.filters import region_asked
from reports.places import Places
from reports.selectors import Group, ProjectFigures
from reports.tables import CountyProjectTable, PlaceTable, RankedPlace

SHOWN = 8  # rows of the desk's own list
NOW = ("projects", "in_progress", "in_scope", "account_open", "open", "overdue")  # what is told as of this moment
MONTHLY = ("update", "contract", "register", "payout", "payout_amount", "labour_cost_rate")


BLUE_RED = ["#1b5eb0", "#b3423a"]
RED_ORANGE = ["#b3423a", "#d9822b"]


def _trend(days: list[alerts.DayFigure]) -> Chart:
    """Thirty points need no circles: they would grow while the line is drawn."""
    rows = [(f"{figure.day:%m-%d}", figure.raised, figure.released) for figure in days]
    chart = line_chart("warnings-trend", "近 30 日产生与解除", ["日期", "产生", "解除"], rows, height="short")
    for series in chart.option["series"]:
        series["showSymbol"] = False
    return chart


def _coloured(colours: list[str], chart: Chart) -> Chart:
    chart.option["color"] = colours
    return chart


def desk(request: HttpRequest) -> tuple[str, dict]:
    view = View(request)
    context = {
        "region": view.region,
        "path": view.path,
        "scope_lead": view.lead,
        "due_title": "我的待办" if permissions.disposes(view.user) else "逾期与将到期的预警",
        "month_title": f"{month_text(view.month)}指标",
        "places_hint": f"项目、预警、专户为当前数，其余为{month_text(view.month)}；点表头排序，点地区下钻",
        "tiles": list(view.tiles()),
        "monthly_tiles": list(view.monthly_tiles()),
        "due": DueTable(view.my_warnings(), request),
        "due_hint": view.due_hint,
        "due_url": links.warnings(desk="urgent", region=view.asked),
        "due_link": f"查看全部 {view.summary.urgent:,} 条",
        "proposals": rule_changes(request),
        "proposals_url": links.to("alerts:proposal_list", state="proposed"),
        "charts": view.charts(),
        "places": view.places_table(),
        "county_projects": view.county_projects(),
        "places_url": links.to("reports:statistics", region=view.asked),
        "figures_url": links.projects(region=view.asked, month=f"{view.month:%Y-%m}"),
        "projects_url": links.projects(region=view.asked),
        "projects_link": f"查看全部 {view.now_places.whole.figures['projects']:,} 个",
    }
    return "reports/desk_regulator.html", context | waiting(request, view.today) | waiting_demands(request, view.today)


class View:
    """One region as one user sees it now, and the latest month whose wages are due."""

    def __init__(self, request: HttpRequest):
        self.request, self.user = request, request.user
        self.now = timezone.now()
        self.today = timezone.localdate(self.now)
        self.region = region_asked(request)
        self.asked = self.region.code if self.region != self.user.region else ""
        self.month = due_month(self.today)
        own = Project.objects.visible_to(self.user).within(self.region).order_by()
        self.pay_days = dict(own.values_list("pk", "wage_pay_day"))
        self.project_ids = list(self.pay_days)
        self.now_groups = self._groups(self.today, only=NOW)
        self.month_groups = self._groups(self.month)
        with_baseline = self.user.industry in (None, Industry.HOUSING)
        permits = selectors.permit_counts(self.user, self.region, Period.of(self.today, self.now))
        self.now_places = Places(self.region, self.now_groups, with_baseline=with_baseline, permits=permits)
        self.month_places = self.now_places.with_groups(self.month_groups)
        self.warnings: WarningQuerySet = Warning.objects.visible_to(self.user)
        if self.asked:
            self.warnings = self.warnings.filter(project__jurisdiction__code__startswith=self.region.prefix)
        self.urgent = alerts.urgent(self.warnings, self.user, self.today)
        self.summary = alerts.summary(self.warnings, self.today, self.user)

    def _groups(self, month: date, only: Iterable[str] = COUNTS) -> Sequence[Group | ProjectFigures]:
        """In a county its projects themselves: they are listed, and sum up like groups."""
        read = selectors.project_figures if self.region.level == RegionLevel.COUNTY else selectors.groups
        return read(self.project_ids, Period.of(month, self.now), only)

    @property
    def path(self) -> list[Region]:
        """From the user's own region down to the one shown."""
        steps = [self.region]
        while steps[0].code != self.user.region.code:
            steps.insert(0, steps[0].parent)
        return steps

    @property
    def lead(self) -> str:
        industry = self.user.industry.label if self.user.industry else "全部行业"
        return f"{self.user.organization} · {industry}"

    def tiles(self) -> Iterator[Tile]:
        now, open_warnings = self.now_places.whole, self.summary
        yield Tile(
            "在建项目",
            now.figures["in_progress"],
            unit="个",
            hint=f"在监管 {now.figures['projects']:,}",
            url=links.projects(region=self.asked, figure="in_progress"),
        )
        yield Tile(
            "未办结预警",
            open_warnings.open,
            unit="条",
            hint=f"红 {open_warnings.red} · 橙 {open_warnings.orange} · 黄 {open_warnings.yellow}",
            url=links.warnings(region=self.asked),
            tone="orange" if open_warnings.open else "green",
        )
        yield Tile(
            "已逾期",
            open_warnings.overdue,
            unit="条",
            hint="超过处置期限",
            url=links.warnings(region=self.asked, overdue="on"),
            tone="red" if open_warnings.overdue else "green",
        )
        yield Tile(
            f"{alerts.SOON} 日内到期",
            open_warnings.due_soon,
            unit="条",
            hint=f"由本级处置的 {open_warnings.urgent_soon:,}" if permissions.disposes(self.user) else "",
            url=links.warnings(region=self.asked, due_soon="on"),
        )
        yield self._waiting_tile()
        yield self._rate_tile("account", now.figures)
        yield from self._coverage_tiles()

    def _waiting_tile(self) -> Tile:
        own = permissions.disposes(self.user)
        asked = {"state": "new", "desk": "office"} if own else {"state": "new"}
        return Tile(
            "待本级签收" if own else "待签收",
            self.summary.waiting,
            unit="条",
            hint="新产生，还没有人签收",
            url=links.warnings(region=self.asked, **asked),
        )

    @property
    def due_hint(self) -> str:
        """The parts of the total; none is counted twice."""
        told = self.summary
        parts = [f"已逾期 {told.overdue:,}", f"{alerts.SOON} 日内到期 {told.urgent_soon:,}"]
        if permissions.disposes(self.user):
            parts = [parts[0], f"本级处置、{parts[1]}", f"上报本级、未到期 {told.urgent_above:,}"]
        return f"{' + '.join(parts)}，按期限先后"

    def _coverage_tiles(self) -> Iterator[Tile]:
        """Whether every project is on the platform: by the list of permits where one was loaded, the baseline beside
        it. Whether each has its office: industry departments confirm nothing, that list is not theirs."""
        now = self.now_places.whole
        if now.permitted:
            hint = f"未纳入 {now.permits.missing:,} 张"
            if now.inclusion:
                hint += f" · 指标基数 {now.inclusion[0]:,}/{now.inclusion[1]:,}"
            url = links.to("projects:permit_comparison", place=self.asked)
            yield Tile("许可纳入率", numerator=now.permitted[0], denominator=now.permitted[1], hint=hint, url=url)
        elif now.inclusion:
            part, whole = now.inclusion
            yield Tile("纳入率", numerator=part, denominator=whole, hint="房建市政在建 / 指标基数")
        if permissions.disposes(self.user):
            count = projects.unconfirmed(self.user).within(self.region).count()
            url = links.to("projects:jurisdiction_list", place=self.asked)
            hint = "纳入监管 5 个工作日内"
            yield Tile("管辖待确认", count, unit="个", hint=hint, url=url, tone="orange" if count else "")

    def monthly_tiles(self) -> Iterator[Tile]:
        figures = self.month_places.whole.figures
        return (self._rate_tile(key, figures, month=f"{self.month:%Y-%m}") for key in MONTHLY)

    def _rate_tile(self, key: str, figures: Figures, month: str = "") -> Tile:
        part, whole = figures.rate(key)
        unit, url = RATES[key].top.unit, links.projects(region=self.asked, figure=key, lacking="on", month=month)
        if RATES[key].top.is_money:
            return Tile(RATES[key].label, rate_text(part, whole), hint=f"{wan(part)} / {wan(whole)}", url=url)
        return Tile(
            RATES[key].label,
            numerator=part,
            denominator=whole,
            hint=f"差 {whole - part:,} {unit}" if part < whole else "",
            url=url,
        )

    def my_warnings(self) -> list[Warning]:
        """The most urgent first."""
        found = self.urgent.select_related("project__jurisdiction")
        return list(found.order_by("due_on", "-severity", "id")[:SHOWN])

    def charts(self) -> dict[str, Chart]:
        levels = alerts.by_level(self.warnings, self.today)
        ages = alerts.by_age(self.warnings, self.today)
        days = alerts.trend(self.warnings, self.today)
        return {
            "level": _coloured(
                BLUE_RED,
                bar_chart(
                    "warnings-by-level",
                    "未办结预警：按级别",
                    ["级别", "期限内", "已逾期"],
                    [(figure.level.label, figure.count - figure.overdue, figure.overdue) for figure in levels],
                    stacked=True,
                    height="short",
                    links=[links.warnings(region=self.asked, level=figure.level.value) for figure in levels],
                ),
            ),
            "age": _coloured(
                RED_ORANGE,
                bar_chart(
                    "warnings-by-age",
                    "未办结预警：按产生时间",
                    ["产生至今", Level.RED.label, "橙色、黄色"],
                    [(figure.label, figure.red, figure.count - figure.red) for figure in ages],
                    stacked=True,
                    height="short",
                    links=[
                        links.warnings(region=self.asked, age=f"{figure.first}-{figure.last or ''}") for figure in ages
                    ],
                ),
            ),
            "trend": _trend(days),
        }

    def places_table(self) -> PlaceTable | None:
        if self.region.level == RegionLevel.COUNTY:
            return None
        monthly = {(place.code, place.region is None): place for place in self.month_places.below()}
        rows = [RankedPlace(place, monthly[place.code, place.region is None]) for place in self.now_places.below()]
        return PlaceTable(rows, self.request, month=month_text(self.month))

    def county_projects(self) -> CountyProjectTable | None:
        if self.region.level != RegionLevel.COUNTY:
            return None
        due = {pk: settled.due_on(self.month, day) < self.today for pk, day in self.pay_days.items()}
        return CountyProjectTable(self.now_groups, self.month_groups, self.request, due=due)
