"""The monthly workbook: places, industries, projects, warnings, and how everything was counted."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils import timezone

from core.formats import BLANK, moment
from core.formats import month as month_text
from core.spreadsheets.writer import OPTIONS, CellWriter
from organizations.enums import Industry
from projects.enums import Status
from reports import definitions
from reports.figures import COUNTS, RATES, Figures, Period
from reports.month_warnings import WarningRow
from reports.months import DetailedMonth
from reports.places import Place, Places
from reports.selectors import ProjectFigures

A4 = 9
FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
OTHERS = "监管期外项目"  # not counted as supervised, yet with figures: completed before, begun later
NOT_DUE = "未到发放日"
PAID = ("payout", "payout_amount")
LEADING = ("projects", "in_progress")
TRAILING = ("labour_cost", "raised", "released", "transferred", "open", "overdue")
WIDE, NARROW = 14, 9


@dataclass(frozen=True)
class Maker:
    name: str
    office: str
    industry: str


@dataclass(frozen=True)
class Share:
    """Part and whole, written as three cells: part, whole, rate."""

    part: Any = None
    whole: Any = None
    note: str = ""  # instead of the rate


def build(month: DetailedMonth, warnings: Sequence[WarningRow], maker: Maker, step: Callable[[str], None]) -> bytes:
    """`step` is called with the title of each sheet before it is written."""
    buffer = BytesIO()
    book = _Book(xlsxwriter.Workbook(buffer, OPTIONS | {"constant_memory": False, "in_memory": True}), month, maker)
    places = Places(month.region, month.groups)
    sheets: dict[str, Callable[[str], None]] = {
        "汇总": lambda name: book.figures(name, ["地区代码", "地区"], _place_rows(places, month.period)),
        "分行业": lambda name: book.figures(name, ["行业"], _industry_rows(places, month.period)),
        "项目明细": lambda name: book.table(name, PROJECT_HEADS, _project_rows(month.projects, places), frozen=2),
        OTHERS: lambda name: book.table(name, PROJECT_HEADS, _project_rows(month.others, places), frozen=2),
        "预警": lambda name: book.table(name, WarningRow.HEADS, (row.cells() for row in warnings), frozen=1),
        "数据口径": lambda name: book.table(
            name, ["类别", "指标", "口径", "说明"], definitions.rows(month, maker), frozen=0
        ),
    }
    if not month.others:
        del sheets[OTHERS]
    for name, write in sheets.items():
        step(name)
        write(name)
    book.close()
    return buffer.getvalue()


# --- rows ------------------------------------------------------------------------------------------------------------


def _measures(figures: Figures, inclusion: tuple[int, int] | None, period: Period) -> list:
    shares = [_share(key, figures, period) for key in RATES]
    leading, trailing = [figures[key] for key in LEADING], [figures[key] for key in TRAILING]
    return [*leading, *shares, Share(*(inclusion or ())), *trailing]


def _share(key: str, figures: Figures, period: Period) -> Share:
    """While the month runs nobody's pay day has come: nothing paid is no arrears."""
    part, whole = figures.rate(key)
    return Share(part, whole, NOT_DUE if period.is_running and key in PAID and not part else "")


def _place_rows(places: Places, period: Period) -> Iterator[tuple[list, int]]:
    """Cells and depth: the region, its parts, theirs."""
    for place in places.tree():
        yield [place.code, _indented(place), *_measures(place.figures, place.inclusion, period)], place.depth


def _indented(place: Place) -> str:
    return "　" * place.depth + place.name + ("" if place.depth else "（合计）")


def _industry_rows(places: Places, period: Period) -> Iterator[tuple[list, int]]:
    yield ["合计", *_measures(places.whole.figures, places.whole.inclusion, period)], 0
    for industry, figures in places.industries():
        inclusion = places.whole.inclusion if industry == Industry.HOUSING else None
        yield [industry.label, *_measures(figures, inclusion, period)], 1


PROJECT_COUNTS = (
    "roster",
    "contracted",
    "people",
    "registered",
    "attending",
    "attending_paid",
    "net",
    "paid",
    "labour_cost",
    "raised",
    "released",
    "open",
    "overdue",
)
PROJECT_HEADS = [
    "项目编码",
    "项目名称",
    "管辖属地代码",
    "管辖属地",
    "行业",
    "工程进度",
    "应开设专户",
    "已开设专户",
    *(f"{COUNTS[key].label}（{COUNTS[key].unit}）" for key in PROJECT_COUNTS),
]


def _project_rows(projects: Iterable[ProjectFigures], places: Places) -> Iterator[list]:
    names = {region.code: region.name for region in places.every_region}
    for row in projects:
        figures = row.figures
        yield [
            row.code,
            row.name,
            row.jurisdiction,
            names.get(row.jurisdiction, row.jurisdiction),
            Industry(row.industry).label,
            Status(row.status).label,
            bool(figures["in_scope"]),
            bool(figures["account_open"]),
            *(figures[key] for key in PROJECT_COUNTS),
        ]


# --- writing ---------------------------------------------------------------------------------------------------------


class _Book:
    def __init__(self, book: xlsxwriter.Workbook, month: DetailedMonth, maker: Maker):
        self.book, self.month, self.maker = book, month, maker
        self.title = f"{month.region.name}{month_text(month.period.first)}农民工工资支付监管统计表"
        self.title_look = book.add_format(FONT | {"bold": True, "font_size": 14})
        self.note_look = book.add_format(FONT | {"font_size": 9, "font_color": "#50606F"})
        head = {"bold": True, "border": 1, "text_wrap": True, "align": "center", "bg_color": "#E8EDF3"}
        self.head_look = book.add_format(FONT | head)
        self.plain = self._looks()
        self.by_depth = {0: self._looks(bold=True, bg_color="#DCE6F2"), 1: self._looks(bold=True)}

    def _looks(self, **look) -> tuple:
        look = FONT | {"border": 1} | look
        rate, blank = FONT | look | {"num_format": "0.0%"}, look | {"align": "center"}
        return CellWriter(self.book, **look), self.book.add_format(rate), self.book.add_format(blank)

    def figures(self, name: str, leading: list[str], rows: Iterable[tuple[list, int]]) -> None:
        """Places or industries: a head of two rows, three columns to a rate."""
        sheet = self._sheet(name, pages_wide=2, repeat=(0, 3))
        groups = [*leading, *LEADING, *RATES, "inclusion", *TRAILING]
        self._title(sheet, name)
        self._two_heads(sheet, groups)
        sheet.freeze_panes(4, len(leading))
        sheet.repeat_columns(0, len(leading) - 1)
        if len(leading) > 1:
            sheet.set_column(0, 0, 10)
        sheet.set_column(len(leading) - 1, len(leading) - 1, 24)
        for number, (cells, depth) in enumerate(rows, 4):
            self._row(sheet, number, cells, self.by_depth.get(depth, self.plain))

    def _two_heads(self, sheet, groups: list[str]) -> None:
        column = 0
        for key in groups:
            if key in RATES or key == "inclusion":
                column = self._rate_head(sheet, column, key)
            else:
                count = COUNTS.get(key)
                label = f"{count.label}（{count.unit}）" if count else key
                sheet.merge_range(2, column, 3, column, label, self.head_look)
                sheet.set_column(column, column, WIDE if count and count.is_money else NARROW)
                column += 1

    def _rate_head(self, sheet, column: int, key: str) -> int:
        rate = RATES.get(key)
        label, parts = (rate.label, (rate.top, rate.bottom)) if rate else ("纳入率", ())
        sheet.merge_range(2, column, 2, column + 2, label, self.head_look)
        names = [part.label for part in parts] or ["在建项目（房建市政）", "指标基数"]
        for offset, text in enumerate([*names, "率"]):
            sheet.write_string(3, column + offset, text, self.head_look)
        sheet.set_column(column, column + 1, WIDE if parts and parts[0].is_money else NARROW)
        sheet.set_column(column + 2, column + 2, 8)
        return column + 3

    def table(self, name: str, heads: list[str], rows: Iterable[Sequence], *, frozen: int) -> None:
        """A list: one row of heads, columns as wide as what they hold."""
        sheet = self._sheet(name, pages_wide=1, repeat=(0, 2))
        self._title(sheet, name)
        sheet.freeze_panes(3, frozen)
        for column, head in enumerate(heads):
            sheet.write_string(2, column, head, self.head_look)
        widths = [_width(head) for head in heads]
        number = 2
        for number, cells in enumerate(rows, 3):
            self._row(sheet, number, cells, self.plain)
            widths = [max(width, _width(cell)) for width, cell in zip(widths, cells, strict=True)]
        sheet.autofilter(2, 0, number, len(heads) - 1)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(width + 2, 60))

    def _row(self, sheet, number: int, cells: Sequence, looks: tuple) -> None:
        writer, rate_look, blank_look = looks
        column = 0
        for cell in cells:
            if not isinstance(cell, Share):
                writer.write(sheet, number, column, "" if cell is None else cell)
                column += 1
                continue
            for offset, value in enumerate((cell.part, cell.whole)):
                writer.write(sheet, number, column + offset, BLANK if value is None else value)
            if cell.whole and cell.note:
                sheet.write_string(number, column + 2, cell.note, blank_look)
            elif cell.whole:
                sheet.write_number(number, column + 2, float(cell.part) / float(cell.whole), rate_look)
            else:
                sheet.write_string(number, column + 2, BLANK, blank_look)
            column += 3

    def _sheet(self, name: str, *, pages_wide: int, repeat: tuple[int, int]):
        sheet = self.book.add_worksheet(name)
        sheet.set_paper(A4)
        sheet.set_landscape()
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(pages_wide, 0)
        sheet.repeat_rows(*repeat)
        sheet.set_footer(f"&L{self.maker.office}&C第 &P 页，共 &N 页&R截止 {moment(self.month.cut_off_at)}")
        return sheet

    def _title(self, sheet, name: str) -> None:
        sheet.set_row(0, 28)
        sheet.write_string(0, 0, f"{self.title}（{name}）", self.title_look)
        sheet.write_string(1, 0, self.note, self.note_look)

    @property
    def note(self) -> str:
        period = self.month.period
        state = "已月结" if self.month.is_closed else "未月结，数据随报送变化"
        parts = [
            f"统计期：{period.first:%Y-%m-%d} 至 {period.last:%Y-%m-%d}",
            f"截止时间：{moment(self.month.cut_off_at)}（{state}）",
            f"行业：{self.maker.industry}",
            f"制表：{self.maker.office} {self.maker.name} {moment(timezone.now())}",
        ]
        return "　".join(parts)

    def close(self) -> None:
        self.book.close()


def _width(value: Any) -> int:
    """In digits: a Chinese character takes two."""
    return sum(2 if ord(char) > 0x2E80 else 1 for char in str(value))
