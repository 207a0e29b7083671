"""Days on which the project stood still: taken like others, since somebody was there; but somebody should look."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from core.spreadsheets import ParsedRow
from projects.selectors import suspensions_between

Key = tuple[str, int]


def days_worked(grid: dict[Key, list], punches: dict[Key, object]) -> dict[Key, list[date]]:
    """By row of the sheet, from the marks of a grid and from clockings."""
    found = defaultdict(list)
    for key, days in grid.items():
        found[key] += [day.day for day in days if day.units]
    for key, punch in punches.items():
        found[key].append(timezone.localdate(punch.at))
    return {key: days for key, days in found.items() if days}


def suspended_days(project, worked: dict[Key, list[date]], rows: Iterable[ParsedRow]) -> dict[Key, tuple[list, str]]:
    """Of each row the days without work by the project's course, and what to say about them."""
    every = [day for days in worked.values() for day in days]
    spans = suspensions_between(project, min(every), max(every)) if every else []
    found = {}
    for row in rows if spans else ():
        key = row.sheet, row.row
        days = sorted(day for day in worked.get(key, ()) if any(span.covers(day) for span in spans))
        if days:
            found[key] = days, _said(days)
    return found


def _said(days: list[date]) -> str:
    listed = "、".join(f"{day.day}日" for day in days)
    return f"{listed}在登记的停工期间，照常计入；请核实是否确有施工，或由监管部门更正停工期间。"
