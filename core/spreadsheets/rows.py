"""Data rows, cleaned. Blank rows, totals, signatures and repeated headers are passed over, people never are."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from django.core.exceptions import ValidationError

from .errors import BrokenCell, Problem
from .headers import norm
from .layout import Column, Layout, SheetLayout
from .reader import Sheet, Workbook
from .values import plain

_TOTAL = re.compile(
    r"(?:本页|本表|本班组|本月|本期|班组|项目|全部|以上)?(?:合\s*计|总\s*计|小\s*计|共\s*计|累\s*计)"
    r"(?:$|[\s:：(（\d]|人|笔|条|行|金额|工资|大写)|共\s*\d+\s*(?:人|笔|条)"
)
_SIGNATURE = re.compile(
    r"(?:制表|制单|填表|填报|编制|审核|复核|审批|核准|批准|校对|经办|出纳|会计|财务|负责人|签字|签名|签章|盖章|公章|考勤员|记录员"
    r"|班组长|项目经理|劳资专管员|日期|备注|说明|附注|注|打印时间|打印日期|下载时间)(?:人|员)?\s*(?:[:：（(、\s]|$)"
)
_NUMBERS = re.compile(r"\d{15,18}|\d{14,17}[0-9Xx]")


@dataclass(slots=True)
class ParsedRow:
    sheet: str
    row: int
    values: dict[str, object]
    problems: Sequence[Problem] = ()  # of most rows none: no list is kept for them
    days: dict[int, object] | None = None  # raw marks by day of the month, blank days left out

    def add(self, problem: Problem) -> None:
        self.problems = [*self.problems, problem]

    @property
    def good(self) -> bool:
        return not any(problem.level == "error" for problem in self.problems)


@dataclass(slots=True, frozen=True)
class Skipped:
    sheet: str
    row: int
    reason: str
    text: str


def read_rows(
    workbook: Workbook, layout: Layout, columns: list[Column], *, skipped: list[Skipped] | None = None
) -> Iterator[ParsedRow]:
    """One ParsedRow per data row; `skipped` collects the totals and signatures that were passed over."""
    sheets = {sheet.name: sheet for sheet in workbook.sheets}
    for found in layout.sheets:
        if found.mapping:
            yield from _SheetReader(sheets[found.name], found, columns, skipped).read()


class _SheetReader:
    def __init__(self, sheet: Sheet, layout: SheetLayout, columns: list[Column], skipped: list[Skipped] | None):
        self.sheet, self.layout, self.skipped = sheet, layout, skipped
        self.plan = [
            (c.name, layout.mapping[c.name], c.clean, c.required, c.label, _empty(c.clean))
            for c in columns
            if c.name in layout.mapping
        ]
        self.blank = _key_sharing({c.name: _empty(c.clean) for c in columns})
        self.indexes = [index for _, index, *_ in self.plan]
        self.required = [index for _, index, _, required, *_ in self.plan if required] or self.indexes[:2]
        self.days = list(layout.days.items())
        self.width = max([*self.indexes, *layout.days.values(), 0]) + 1
        self.header_words = {layout.headers.get(self.required[0], ""), *layout.header_parts.get(self.required[0], ())}
        self.fills = _vertical_merges(sheet, layout)

    def read(self) -> Iterator[ParsedRow]:
        watched, fills, width, name = self.required, self.fills, self.width, self.sheet.name
        for number, cells in self.sheet.rows():
            if number < self.layout.data_row:
                continue
            if len(cells) < width:
                cells = cells + [""] * (width - len(cells))
            if number in fills:
                cells = _fill(cells, fills[number])
            if self._is_odd(cells, watched) and self._pass_over(number, cells):
                continue
            yield self._parse(name, number, cells)

    def _is_odd(self, cells: list, watched: list[int]) -> bool:
        """Cheap enough to ask for every row: something a data row needs is blank, or it reads like the header."""
        for index in watched:
            cell = cells[index]
            if cell == "" or cell is None or (cell.__class__ is str and not cell.strip()):
                return True
        first = plain(cells[watched[0]])
        return len(first) < 3 or "".join(first.split()) in self.header_words

    def _parse(self, sheet: str, number: int, cells: list) -> ParsedRow:
        values, problems = self.blank.copy(), []
        for name, index, clean, required, label, empty in self.plan:
            raw = cells[index]
            if raw == "" or raw is None:
                value = empty
            elif raw.__class__ is BrokenCell:
                problems.append(Problem(sheet, number, name, f"{label}：{raw.message}", column=index))
                values[name] = empty
                continue
            else:
                try:
                    value = clean(raw)
                except ValidationError as error:
                    problems.append(Problem(sheet, number, name, f"{label}：{''.join(error.messages)}", column=index))
                    values[name] = empty
                    continue
            if required and (value is None or value == ""):
                problems.append(Problem(sheet, number, name, f"{label}：必填，请补充。", column=index))
            values[name] = value
        days = None
        if self.days:
            days = {day: cells[index] for day, index in self.days if cells[index] != "" and plain(cells[index])}
        return ParsedRow(sheet, number, values, problems or (), days)

    def _pass_over(self, number: int, cells: list) -> bool:
        """Called for rows that may be no data: cheap questions first."""
        blanks = sum(not plain(cells[index]) for index in self.required)
        if blanks == 0:
            return self._is_repeated_header(cells) or self._is_numbering(cells)
        filled = [index for index in self.indexes if plain(cells[index])]
        reason = self._why_footer(cells, blanks, len(filled))
        if reason and self.skipped is not None:
            text = " ".join(text for cell in cells if (text := plain(cell)))[:60]
            self.skipped.append(Skipped(self.sheet.name, number, reason, text))
        empty = not filled and not self._has_days(cells)
        return bool(reason) or empty or self._is_repeated_header(cells)

    def _has_days(self, cells: list) -> bool:
        return any(plain(cells[index]) for _, index in self.days)

    def _why_footer(self, cells: list, blanks: int, filled: int) -> str:
        """A total or signature stands in the first cells of the row, and what a data row must have is missing."""
        texts = [text for cell in cells if (text := plain(cell))]
        if any(_NUMBERS.fullmatch(text) for text in texts[:4]):
            return ""
        if any(_TOTAL.match(text) for text in texts[:2]):
            return "合计行"
        bare = blanks >= len(self.required) - 1 or filled <= 2
        if bare and any(_SIGNATURE.match(text) or _is_label(text) for text in texts[:2]):
            return "签字或说明行"
        if bare and len(texts) == 1 and len(texts[0]) > 12:
            return "标题或说明行"
        return ""

    def _is_repeated_header(self, cells: list) -> bool:
        same = sum(
            bool(text := norm(plain(cells[index]))) and norm(self.layout.headers.get(index, "")).find(text) >= 0
            for index in self.indexes
        )
        return same >= 2 and same >= sum(bool(plain(cells[index])) for index in self.indexes) * 0.6

    def _is_numbering(self, cells: list) -> bool:
        """Printed forms number their columns under the header: 1, 2, 3, …"""
        numbers = [text.strip("()（）") for cell in cells if (text := plain(cell))]
        if len(numbers) < 4 or not all(text.isdigit() and len(text) <= 2 for text in numbers):
            return False
        return all(int(after) == int(before) + 1 for before, after in pairwise(numbers))


@lru_cache(maxsize=1 << 10)
def _is_label(text: str) -> bool:
    """`建设单位审核：`, `（项目部章）`, `劳资专管员（签字）：              项目经理（签字）：`"""
    return bool(re.match(r"[一-鿿（）()、]{2,16}[:：]", text) or re.fullmatch(r"[（(].{2,20}[）)]", text))


def _empty(clean: Callable) -> object:
    try:
        return clean("")
    except ValidationError:
        return None


def _key_sharing(values: dict[str, object]) -> dict[str, object]:
    """As an instance's dictionary, whose copies share the table of keys: a row takes 0.3 KB instead of 1.2."""
    holder = type("Values", (), {})()
    for name, value in values.items():
        setattr(holder, name, value)
    return vars(holder)


def _vertical_merges(sheet: Sheet, layout: SheetLayout) -> dict[int, list[tuple[int, object]]]:
    """A cell merged down (one team's name for ten people) holds for each of its rows: row → [(column, top row)]."""
    fills: dict[int, list] = {}
    holders: dict[tuple[int, int], list] = {}
    for (top, left), (bottom, _) in sheet.merged:
        if bottom <= top or top + 1 < layout.data_row or bottom - top > 5_000:
            continue
        holder = holders.setdefault((top, left), [""])
        for row in range(top + 1, bottom + 2):
            fills.setdefault(row, []).append((left, holder))
    return fills


def _fill(cells: list, fills: list[tuple[int, list]]) -> list:
    """The top cell of a merge deposits its value in the holder, the cells below take it from there."""
    cells = list(cells)
    for column, holder in fills:
        if column < len(cells):
            if cells[column] != "":
                holder[0] = cells[column]
            cells[column] = holder[0]
    return cells
