"""Sheets as people make them, read, checked, written and handed back with remarks. Knows nothing of models."""

from .errors import BrokenCell, Problem, SheetError
from .layout import Column, Layout, SheetLayout, detect, fingerprint
from .reader import Sheet, Workbook, open_workbook
from .rows import ParsedRow, Skipped, read_rows
from .titles import find_details, find_month

__all__ = [
    "BrokenCell",
    "Column",
    "Layout",
    "ParsedRow",
    "Problem",
    "Sheet",
    "SheetError",
    "SheetLayout",
    "Skipped",
    "Workbook",
    "detect",
    "find_details",
    "find_month",
    "fingerprint",
    "open_workbook",
    "read_rows",
]
