"""Grids with two rows a person: 上午 above, 下午 below, each mark half a day."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from core.spreadsheets import Layout, ParsedRow, Workbook
from core.spreadsheets.values import choice
from workers.imports.marks import HALF

FORENOON, AFTERNOON = "am", "pm"
half = choice(
    [(FORENOON, "上午"), (AFTERNOON, "下午")], {"上": FORENOON, "下": AFTERNOON, "早": FORENOON, "午后": AFTERNOON}
)


def below_merged_names(workbook: Workbook, layout: Layout) -> set[tuple[str, int]]:
    """Rows under a name that is merged over exactly two rows."""
    sheets, found = {sheet.name: sheet for sheet in workbook.sheets}, set()
    for described in layout.sheets:
        column = described.mapping.get("name")
        found |= {
            (described.name, bottom + 1)
            for (top, left), (bottom, _) in sheets[described.name].merged
            if left == column and bottom == top + 1
        }
    return found


def paired(rows: Iterable[ParsedRow], merged: set[tuple[str, int]]) -> Iterator[tuple[ParsedRow, ParsedRow | None]]:
    """Each row with the one below it when that tells the other half of the same person's days."""
    waiting: ParsedRow | None = None
    for row in rows:
        if waiting and _is_second(waiting, row, merged):
            row.problems = [problem for problem in row.problems if problem.field != "name"]
            yield waiting, row
            waiting = None
            continue
        if waiting:
            yield waiting, None
        waiting = row
    if waiting:
        yield waiting, None


def _is_second(first: ParsedRow, row: ParsedRow, merged: set[tuple[str, int]]) -> bool:
    name, number = row.values["name"], row.values["id_number"]
    if row.row != first.row + 1 or (number and number != first.values["id_number"]):
        return False
    if not name:
        return bool(row.days) and first.values["half"] != AFTERNOON
    halves = (first.values["half"], row.values["half"])
    return name == first.values["name"] and (halves == (FORENOON, AFTERNOON) or (row.sheet, row.row) in merged)


def together(forenoon: dict[int, Decimal], afternoon: dict[int, Decimal]) -> dict[int, Decimal]:
    """Units of the day from the marks of its halves, where either is marked."""
    return {
        day: sum((min(marks[day], HALF) for marks in (forenoon, afternoon) if day in marks), Decimal(0))
        for day in forenoon.keys() | afternoon.keys()
    }
