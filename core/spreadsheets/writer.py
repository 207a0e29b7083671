"""Tables out of the portal. Whatever a cell holds, no spreadsheet program may take it for a formula or round it."""

import csv
import datetime
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import TextIO

import xlsxwriter
from django.utils import timezone

LAST_ROW = 1_048_576
LONGEST_TEXT = 32_767
LONGEST_NUMBER = 10**11  # beyond, spreadsheets show 1.2E+11, and lose digits from 15 on
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write_table(target, title: str, headers: list[str], rows: Iterable[Iterable], *, in_memory: bool = False) -> int:
    """An .xlsx at a path or into a binary buffer; answers the number of rows written. In constant memory, that is by
    way of temporary files, unless the content must not touch a disk (`in_memory`)."""
    book = xlsxwriter.Workbook(target, OPTIONS | {"constant_memory": not in_memory, "in_memory": in_memory})
    writer = _TableWriter(book, title, headers)
    for row in rows:
        writer.write(row)
    book.close()
    return writer.written


class CellWriter:
    """Writes Python values as what they are: text never becomes a formula, a link or a number."""

    def __init__(self, book: xlsxwriter.Workbook, **look):
        self.text = book.add_format({"num_format": "@", **look})
        self.number = book.add_format(look) if look else None
        self.money = book.add_format({"num_format": "#,##0.00", **look})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", **look})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", **look})
        self.clock = book.add_format({"num_format": "hh:mm:ss", **look})

    def write(self, sheet, row: int, column: int, value) -> None:
        kind = value.__class__
        if kind is str:
            if value or self.number:
                sheet.write_string(row, column, value[:LONGEST_TEXT], self.text)
        elif kind is Decimal:
            sheet.write_number(row, column, value, self.money)
        elif kind is int and -LONGEST_NUMBER < value < LONGEST_NUMBER:
            sheet.write_number(row, column, value, self.number)
        elif value is not None:
            self._write_other(sheet, row, column, as_cell(value))

    def _write_other(self, sheet, row: int, column: int, value) -> None:
        if isinstance(value, datetime.datetime):
            sheet.write_datetime(row, column, value, self.moment)
        elif isinstance(value, datetime.date):
            sheet.write_datetime(row, column, value, self.day)
        elif isinstance(value, (datetime.time, datetime.timedelta)):
            sheet.write_datetime(row, column, value, self.clock)
        elif isinstance(value, float):
            sheet.write_number(row, column, value, self.number)
        else:
            sheet.write_string(row, column, str(value)[:LONGEST_TEXT], self.text)


class _TableWriter:
    """Goes on in a new sheet when one is full."""

    def __init__(self, book: xlsxwriter.Workbook, title: str, headers: list[str]):
        self.book, self.title, self.headers = book, title, list(headers)
        self.title_format = book.add_format({"bold": True, "font_size": 14, "valign": "vcenter"})
        self.header_format = book.add_format(
            {"bold": True, "bg_color": "#E8EDF3", "border": 1, "text_wrap": True, "valign": "vcenter"}
        )
        self.cells = CellWriter(book)
        self.written = 0
        self._new_sheet()

    def _new_sheet(self) -> None:
        pages = len(self.book.worksheets())
        name = sheet_name(self.title)
        self.sheet = self.book.add_worksheet(f"{name[:25]}（续{pages}）" if pages else name)
        self.sheet.set_column(0, max(len(self.headers) - 1, 0), 16)
        self.sheet.freeze_panes(2, 0)
        self.sheet.set_row(0, 24)
        self.sheet.write_string(0, 0, self.title, self.title_format)
        for column, header in enumerate(self.headers):
            self.sheet.write_string(1, column, str(header), self.header_format)
        self.row = 2

    def write(self, values: Iterable) -> None:
        if self.row >= LAST_ROW:
            self._new_sheet()
        write, sheet, row = self.cells.write, self.sheet, self.row
        for column, value in enumerate(values):
            write(sheet, row, column, value)
        self.row += 1
        self.written += 1


def as_cell(value):
    """Spreadsheets know no time zones, no endless numbers and no Python booleans."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime.datetime) and value.tzinfo:
        return timezone.make_naive(value)
    if isinstance(value, float) and not (value == value and abs(value) < float("inf")):
        return ""
    return value


def sheet_name(title: str) -> str:
    """At most 31 characters, none of []:*?/\\, no apostrophe at the ends."""
    name = "".join(char for char in title if char not in "[]:*?/\\" and char.isprintable()).strip(" '")
    return name[:31].strip(" '") or "Sheet1"


def write_csv(
    target: TextIO, headers: list[str], rows: Iterable[Iterable], *, delimiter: str = ",", terminator: str = "\r\n"
) -> int:
    """Opened by double click, a text beginning with = runs as a formula: such texts get an apostrophe in front."""
    writer = csv.writer(target, delimiter=delimiter, lineterminator=terminator)
    writer.writerow([_defused(header) for header in headers])
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - the last count is the answer
        writer.writerow([_defused(value) for value in row])
    return count


def csv_bytes(headers: list[str], rows: Iterable[Iterable], *, encoding: str = "utf-8-sig") -> bytes:
    buffer = io.StringIO()
    write_csv(buffer, headers, rows)
    return buffer.getvalue().encode(encoding, errors="replace")


def _defused(value) -> str:
    if value is None:
        return ""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return str(value)
    text = str(as_cell(value)).replace("\0", "")
    return "'" + text if text.lstrip(" ").startswith(FORMULA_STARTS) else text
