"""Header rows: normal form of their words, merged rows flattened, day columns of attendance grids."""

import datetime
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from .reader import Sheet
from .values import plain

MAX_DEPTH = 3
MIN_DAYS = 10

_BRACKETS = re.compile(r"[(\[{【〔<《「][^()\[\]{}【】〔〕<>《》「」]*[)\]}】〕>》」]")
_NOISE = re.compile(r"[\s*:：、,，.。_/\\|·'\"“”‘’#＊※★-]+|必填|选填")
_DAY = re.compile(r"(?:\d{1,2}月)?(\d{1,2})(?:日|号)?(?:[(（]?(?:星期|周)?[一二三四五六日天][)）]?)?")
_WEEKDAY = re.compile(r"(?:星期|周)?[一二三四五六日天]")
_DAY_OF_DATE = re.compile(r"(?:\d{4}[-/.年])?\d{1,2}[-/.月](\d{1,2})日?")


@lru_cache(maxsize=1 << 12)
def norm(text: str) -> str:
    """`* 工资标准\\n（元/日）` is 工资标准. A word that is nothing but its brackets keeps what they hold."""
    text = unicodedata.normalize("NFKC", text)
    bare = _BRACKETS.sub("", text)
    return _NOISE.sub("", bare if _NOISE.sub("", bare) else text).casefold().strip("()[]【】")


@dataclass
class Header:
    """A candidate: `keys` are the words by which each column may be known, the whole first, then its parts."""

    row: int  # 0-based
    depth: int
    shown: dict[int, str] = field(default_factory=dict)
    keys: dict[int, list[str]] = field(default_factory=dict)
    parts: dict[int, list] = field(default_factory=dict)  # raw cells from top to bottom, without repeats
    certain: bool = False  # its depth is drawn in the sheet, not guessed
    looks_like_one: bool = False

    @property
    def width(self) -> int:
        return len(self.shown)


def read_headers(sheet: Sheet, row: int) -> Iterator[Header]:
    """The header that may begin at this row: one row high, or as many as its merged cells or its second line say."""
    if not any(plain(cell) for cell in sheet.head[row]):
        return
    yield _flatten(sheet, row, 1)
    depth = _merged_depth(sheet, row)
    certain = depth > 1 or _is_weekdays(sheet, row + 1)
    if depth == 1 and (certain or _continues(sheet, row)):
        depth = 2
    if depth > 1:
        header = _flatten(sheet, row, depth)
        header.certain = certain
        yield header


def _merged_depth(sheet: Sheet, row: int) -> int:
    """A cell merged over several columns beside others (not a title across the table) has its parts below."""
    depth = 1
    width = max(len(cells) for cells in sheet.head[row : row + 1])
    for (top, left), (bottom, right) in sheet.merged:
        if top != row:
            continue
        if bottom > top:
            depth = max(depth, bottom - top + 1)
        elif right > left and right - left + 1 < width * 0.9 and _continues(sheet, row):
            depth = max(depth, 2)
    return depth if depth <= MAX_DEPTH and row + depth <= len(sheet.head) else 1


def _is_weekdays(sheet: Sheet, row: int) -> bool:
    """Attendance grids write 一 二 三 … under the days."""
    texts = [text for cell in sheet.head[row] if (text := plain(cell))] if row < len(sheet.head) else []
    return len(texts) >= MIN_DAYS and all(_WEEKDAY.fullmatch(text) for text in texts)


def _continues(sheet: Sheet, row: int) -> bool:
    """The next row holds words (or day numbers), and stands below gaps or group names of this one."""
    if row + 1 >= len(sheet.head):
        return False
    upper, lower = ([plain(cell) for cell in cells] for cells in sheet.head[row : row + 2])
    below = [i for i, text in enumerate(lower) if text]
    above = sum(bool(text) for text in upper)
    if not below or above < 2 or any(len(lower[i]) > 12 for i in below):
        return False
    if any(lower[i][:1].isdigit() and not _day(lower[i]) for i in below) or (below[0] == 0 and upper[0]):
        return False
    in_gaps = sum(i >= len(upper) or not upper[i] for i in below)
    return in_gaps >= max(1, len(below) - above)


def _flatten(sheet: Sheet, row: int, depth: int) -> Header:
    header = Header(row, depth)
    grid = [list(cells) for cells in sheet.head[row : row + depth]]
    _spread_merged(sheet, row, grid)
    for column in range(max(map(len, grid))):
        parts = []
        for cells in grid:
            cell = cells[column] if column < len(cells) else ""
            if plain(cell) and plain(cell) not in map(plain, parts):
                parts.append(cell)
        if not parts:
            continue
        words = [norm(plain(part)) for part in parts]
        header.parts[column] = parts
        header.shown[column] = "".join("".join(plain(part).split()) for part in parts)
        header.keys[column] = list(dict.fromkeys(key for key in ("".join(words), words[-1], words[0]) if key))
        if len(parts) > 1:
            header.keys[column] = header.keys[column][:2]  # the group's name alone says too little
    header.looks_like_one = _looks_like_header(header, sheet)
    return header


def _spread_merged(sheet: Sheet, row: int, grid: list[list]) -> None:
    """A group's name stands over each of its columns; without merge marks (CSV), over the gap to its right."""
    spread = False
    for (top, left), (bottom, right) in sheet.merged:
        if row <= top < row + len(grid) and (right > left or bottom > top):
            for cells in grid[top - row : bottom - row + 1]:
                cells.extend([""] * (right + 1 - len(cells)))
                for column in range(left, right + 1):
                    cells[column] = grid[top - row][left]
            spread = True
    if spread or len(grid) < 2:
        return
    upper, lower = grid[0], grid[1]
    for column in range(1, min(len(upper), len(lower))):
        if not plain(upper[column]) and plain(lower[column]) and plain(lower[column - 1]):
            upper[column] = upper[column - 1]


def _looks_like_header(header: Header, sheet: Sheet) -> bool:
    """Several different short words above rows that are filled as well: good enough to ask a person about."""
    words = [text for text in header.shown.values() if not text[:1].isdigit()]
    if len(words) < 3 or len(set(words)) < len(words) * 0.8 or any(len(text) > 20 for text in words):
        return False
    if any("：" in text or ":" in text for text in words):
        return False
    below = sheet.head[header.row + header.depth : header.row + header.depth + 1]
    return bool(below) and sum(bool(plain(cell)) for cell in below[0]) >= len(words) * 0.4


def find_days(header: Header) -> dict[int, int]:
    """Day of the month → column, when enough columns of the header are days."""
    days = {}
    for column, parts in header.parts.items():
        day = next((day for part in reversed(parts) if (day := _day(part))), None)
        if day and day not in days:
            days[day] = column
    return days if len(days) >= MIN_DAYS else {}


def _day(cell) -> int | None:
    if isinstance(cell, (datetime.date, datetime.datetime)):
        return cell.day
    text = unicodedata.normalize("NFKC", plain(cell)).replace(" ", "")
    match = _DAY.fullmatch(text) or _DAY_OF_DATE.fullmatch(text)
    return int(match[1]) if match and 1 <= int(match[1]) <= 31 else None
