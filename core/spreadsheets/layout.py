"""Finds the table in a sheet that somebody made for people: titles above, merged headers, signatures below."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .errors import PROBLEM_COLUMN
from .headers import Header, find_days, norm, read_headers
from .reader import Sheet, Workbook
from .titles import find_details
from .values import Cleaner, plain

SEARCH_ROWS = 30
IGNORED = frozenset((PROBLEM_COLUMN, "序号", "no"))
# Fronts that make the name, phone or number somebody else's: 班组长姓名 is no worker's name.
_OTHERS = (
    *("班组", "组长", "队长", "联系人", "紧急", "负责", "家属", "监护", "父", "母", "配偶", "户主"),
    *("企业", "单位", "公司", "项目", "对方", "开户"),
)


@dataclass(slots=True)
class Column:
    """What a table wants to know: `label` as templates show it, `aliases` as other people write it."""

    name: str
    label: str
    aliases: tuple[str, ...] = ()
    clean: Cleaner = plain
    required: bool = False
    help: str = ""

    def known_as(self) -> list[str]:
        return [norm(word) for word in (self.label, *self.aliases)]


@dataclass
class SheetLayout:
    name: str
    header_row: int  # 1-based, the first row of the header
    data_row: int  # 1-based, the first row below it
    mapping: dict[str, int] = field(default_factory=dict)  # column name → 0-based index
    headers: dict[int, str] = field(default_factory=dict)  # 0-based index → header as shown
    header_parts: dict[int, list[str]] = field(default_factory=dict, repr=False)  # the same by rows of the header
    unmatched: list[str] = field(default_factory=list)
    guessed: list[str] = field(default_factory=list)  # names of columns mapped by likeness only
    days: dict[int, int] = field(default_factory=dict)  # day of the month → 0-based index
    samples: list[list[str]] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)  # texts above the header
    details: dict[str, str] = field(default_factory=dict)  # 账号：… and the like above the header
    missing: list[str] = field(default_factory=list)  # labels of required columns without a header

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.headers.values())


@dataclass
class Layout:
    sheets: list[SheetLayout]
    missing: list[Column]
    ignored: list[str] = field(default_factory=list)  # sheets without such a table

    @property
    def complete(self) -> bool:
        return bool(self.sheets) and not self.missing


def fingerprint(headers: Iterable[str]) -> str:
    """The same for the same set of headers in any order, whatever their spacing: a mapping is remembered under it."""
    words = sorted({norm(header) for header in headers} - {"", *IGNORED})
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:32]


def detect(workbook: Workbook, columns: list[Column], mapping: Mapping[str, str | None] | None = None) -> Layout:
    """`mapping` is what a person chose: {header text: column name}; None or "" leaves that header out."""
    chosen = {norm(header): name or "" for header, name in (mapping or {}).items()}
    found = [layout for sheet in workbook.sheets if (layout := _detect_sheet(sheet, columns, chosen))]
    whole = [layout for layout in found if not layout.missing]
    kept = whole or _nearest(found)
    if kept:
        missing = {label for layout in kept for label in layout.missing}
    else:
        missing = {column.label for column in columns if column.required}
    names = {layout.name for layout in kept}
    return Layout(
        sheets=kept,
        missing=[column for column in columns if column.required and column.label in missing],
        ignored=[sheet.name for sheet in workbook.sheets if sheet.height and sheet.name not in names],
    )


def _nearest(found: list[SheetLayout]) -> list[SheetLayout]:
    """No sheet has everything: those that come nearest are shown, for somebody to map the rest."""
    if not found:
        return []
    best = max(len(layout.mapping) for layout in found)
    return [layout for layout in found if len(layout.mapping) == best][:5]


def _detect_sheet(sheet: Sheet, columns: list[Column], chosen: dict[str, str]) -> SheetLayout | None:
    best, best_score = None, (-1, -1, -1)
    for index in range(min(SEARCH_ROWS, len(sheet.head))):
        for header in read_headers(sheet, index):
            layout = _match(sheet, header, columns, chosen)
            depth = header.depth if header.certain else -header.depth
            score = (len(layout.mapping) + bool(layout.days), header.width if not layout.mapping else 0, depth)
            if score > best_score and (layout.mapping or header.looks_like_one):
                best, best_score = layout, score
    if best:
        _describe(best, sheet)
    return best


def _match(sheet: Sheet, header: Header, columns: list[Column], chosen: dict[str, str]) -> SheetLayout:
    layout = SheetLayout(sheet.name, header.row + 1, header.row + header.depth + 1)
    layout.days = find_days(header)
    layout.headers = {i: text for i, text in header.shown.items() if text and i not in layout.days.values()}
    layout.header_parts = {i: ["".join(plain(part).split()) for part in parts] for i, parts in header.parts.items()}
    names = {column.name for column in columns}
    for index, keys in header.keys.items():
        name = next((chosen[key] for key in keys if key in chosen), None)
        if name in names and name not in layout.mapping:
            layout.mapping[name] = index
    taken = set(layout.mapping.values()) | set(layout.days.values())
    taken |= {i for i, keys in header.keys.items() if any(key in chosen for key in keys)}
    _match_words(layout, header, columns, taken)
    _match_likeness(layout, header, columns, taken)
    layout.unmatched = [
        text for i, text in layout.headers.items() if i not in layout.mapping.values() and norm(text) not in IGNORED
    ]
    layout.missing = [column.label for column in columns if column.required and column.name not in layout.mapping]
    return layout


def _match_words(layout: SheetLayout, header: Header, columns: list[Column], taken: set[int]) -> None:
    """Exactly the label or an alias; the label before any alias, the whole header before a part of it."""
    at = {}
    for place in range(3):
        for index, keys in header.keys.items():
            if place < len(keys) and index not in taken:
                at.setdefault(keys[place], index)
    ranked = sorted(
        (rank, order, column.name, word)
        for order, column in enumerate(columns)
        for rank, word in enumerate(column.known_as())
        if word in at
    )
    for _, _, name, word in ranked:
        if name not in layout.mapping and at[word] not in taken:
            layout.mapping[name] = at[word]
            taken.add(at[word])


def _match_likeness(layout: SheetLayout, header: Header, columns: list[Column], taken: set[int]) -> None:
    """农民工姓名 ends with 姓名: taken for a required column if only one header does, and marked as guessed."""
    if len(layout.mapping) < 2:
        return
    for column in columns:
        if not column.required or column.name in layout.mapping:
            continue
        words = [word for word in column.known_as() if len(word) >= 2]
        like = [i for i, keys in header.keys.items() if i not in taken and any(_ends_with(k, words) for k in keys)]
        if len(like) == 1:
            layout.mapping[column.name] = like[0]
            layout.guessed.append(column.name)
            taken.add(like[0])


def _ends_with(key: str, words: list[str]) -> bool:
    return any(key.endswith(word) and not any(o in key[: -len(word)] for o in _OTHERS) for word in words)


def _describe(layout: SheetLayout, sheet: Sheet) -> None:
    above = sheet.head[: layout.header_row - 1]
    layout.titles = [text for cells in above for cell in cells if (text := plain(cell))]
    layout.details = find_details(above)
    below = sheet.head[layout.data_row - 1 :]
    rows = [[plain(cell) for cell in cells] for cells in below if any(plain(cell) for cell in cells)]
    layout.samples = rows[:5]
