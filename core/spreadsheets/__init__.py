"""Sheets as people make them, read, checked, written and handed back with remarks. Knows nothing of models."""

from .errors import BrokenCell, Problem, SheetError
from .layout import Column, Layout, SheetLayout, detect, fingerprint
from .personal import replace_numbers
from .reader import Sheet, Workbook, open_workbook
from .remarks import annotate, annotated_name
from .rows import ParsedRow, Skipped, read_rows
from .templates import template
from .titles import find_details, find_month
from .writer import csv_bytes, write_csv, write_table

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
    "annotate",
    "annotated_name",
    "csv_bytes",
    "detect",
    "find_details",
    "find_month",
    "fingerprint",
    "open_workbook",
    "read_rows",
    "replace_numbers",
    "template",
    "write_csv",
    "write_table",
]
