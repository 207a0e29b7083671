"""The file that was sent, with what is wrong written into it: mended there, it can be sent again as it is."""

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import BinaryIO

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from .errors import ERROR, NOTICE, PROBLEM_COLUMN, BrokenCell, Problem
from .reader import Sheet, Workbook, open_workbook
from .writer import OPTIONS, CellWriter, sheet_name

AUTHOR = "导入检查"
STYLED_CELLS = 150_000  # beyond, openpyxl takes too long and too much memory: values and remarks only

MAX_COMMENTS_PER_ROW = 5

_RED, _AMBER = "FFFFC7CE", "FFFFEB9C"
_WIDTH = 60

Remarks = dict[str, dict[int, list[Problem]]]  # by sheet and 1-based row


def annotate(
    file: BinaryIO, filename: str, problems: Iterable[Problem], *, header_rows: Mapping[str, int] | None = None
) -> bytes:
    """An .xlsx copy: bad cells red (notices amber) with a comment, and a last column 问题 with each row's remarks.

    Remarks of an earlier round are taken out first. `header_rows` (1-based, by sheet) says where the column's heading
    goes. Old .xls, text tables and very large files keep their values, not their looks.
    """
    book = open_workbook(file, filename)
    remarks: Remarks = defaultdict(lambda: defaultdict(list))
    for problem in problems:
        remarks[problem.sheet][problem.row].append(problem)
    cells = sum(sheet.height * max((len(row) for row in sheet.head), default=0) for sheet in book.sheets)
    if book.kind == "xlsx" and cells <= STYLED_CELLS:
        return _annotate_copy(file, remarks, header_rows or {})
    return _rebuild(book, remarks, header_rows or {})


def annotated_name(filename: str) -> str:
    return f"{PurePath(filename).stem}（问题标注）.xlsx"


def _line(problems: list[Problem]) -> str:
    return "\n".join(problem.message for problem in problems)


# --- a copy of the original ----------------------------------------------------------------------------------------


def _annotate_copy(file: BinaryIO, remarks: Remarks, header_rows: Mapping[str, int]) -> bytes:
    file.seek(0)
    book = openpyxl.load_workbook(file)
    for sheet in book.worksheets:
        _clear_earlier(sheet)
        if rows := remarks.get(sheet.title):
            _mark(sheet, rows, header_rows.get(sheet.title, 1))
    if book.calculation:
        book.calculation.fullCalcOnLoad = True
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _clear_earlier(sheet: Worksheet) -> None:
    headings = [c for row in sheet.iter_rows(max_row=40) for c in row if c.value == PROBLEM_COLUMN]
    for heading in headings:
        for row in range(heading.row, sheet.max_row + 1):
            cell = sheet.cell(row, heading.column)
            if not isinstance(cell, openpyxl.cell.cell.MergedCell):
                cell.value = None
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment and cell.comment.author == AUTHOR:
                cell.comment, cell.fill = None, PatternFill()


def _mark(sheet: Worksheet, rows: dict[int, list[Problem]], header_row: int) -> None:
    last = _last_column(sheet) + 1
    heading = sheet.cell(header_row, last, PROBLEM_COLUMN)
    heading.font = Font(bold=True, color="C00000")
    sheet.column_dimensions[openpyxl.utils.get_column_letter(last)].width = _WIDTH
    for row, problems in rows.items():
        note = sheet.cell(row, last)
        note.value, note.data_type = _line(problems), "s"
        note.font, note.alignment = Font(color="C00000"), Alignment(wrap_text=True, vertical="top")
        for problem in problems:
            if problem.column is not None:
                _mark_cell(sheet, problem)


def _last_column(sheet: Worksheet) -> int:
    """1-based; styled but empty columns do not count, merged titles do."""
    filled = (cell.column for row in sheet.iter_rows() for cell in row if cell.value is not None)
    return max((*filled, *(merged.max_col for merged in sheet.merged_cells.ranges)), default=0)


def _mark_cell(sheet: Worksheet, problem: Problem) -> None:
    cell = sheet.cell(problem.row, problem.column + 1)
    if isinstance(cell, openpyxl.cell.cell.MergedCell):
        merged = next(area for area in sheet.merged_cells.ranges if cell.coordinate in area)
        cell = sheet.cell(merged.min_row, merged.min_col)
    earlier = f"{cell.comment.text}\n" if cell.comment and cell.comment.author == AUTHOR else ""
    cell.comment = Comment(earlier + problem.message, AUTHOR, height=90, width=260)
    cell.fill = PatternFill("solid", fgColor=_RED if problem.level == ERROR else _AMBER)


# --- values only ---------------------------------------------------------------------------------------------------


def _rebuild(workbook: Workbook, remarks: Remarks, header_rows: Mapping[str, int]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, OPTIONS)
    writers = {
        None: CellWriter(book),
        ERROR: CellWriter(book, bg_color="#FFC7CE"),
        NOTICE: CellWriter(book, bg_color="#FFEB9C"),
    }
    for sheet in workbook.sheets:
        target = book.add_worksheet(sheet_name(sheet.name))
        _rebuild_sheet(target, sheet, remarks.get(sheet.name, {}), header_rows.get(sheet.name, 1), writers)
    book.close()
    return buffer.getvalue()


def _rebuild_sheet(target, sheet: Sheet, rows: dict[int, list[Problem]], header_row: int, writers: dict) -> None:
    earlier = {i for cells in sheet.head for i, cell in enumerate(cells) if cell == PROBLEM_COLUMN}
    last = max((_filled_width(cells, earlier) for _, cells in sheet.rows()), default=0)
    target.set_column(last, last, _WIDTH)
    for number, cells in sheet.rows():
        problems = rows.get(number, ())
        levels = {problem.column: problem.level for problem in problems if problem.column is not None}
        cells = list(cells) + [""] * (max(levels, default=-1) + 1 - len(cells))
        for column, cell in enumerate(cells):
            if column not in earlier:
                value = "" if cell.__class__ is BrokenCell else cell
                writers[levels.get(column)].write(target, number - 1, column, value)
        for problem in problems[:MAX_COMMENTS_PER_ROW]:
            if problem.column is not None:
                target.write_comment(number - 1, problem.column, problem.message, {"author": AUTHOR})
        remark = PROBLEM_COLUMN if number == header_row else _line(problems)
        writers[None].write(target, number - 1, last, remark)


def _filled_width(cells: list, earlier: set[int]) -> int:
    width = len(cells)
    while width and (cells[width - 1] == "" or width - 1 in earlier):
        width -= 1
    return width
