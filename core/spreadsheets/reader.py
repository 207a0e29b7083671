"""Opens what sites and banks send: .xlsx, .xls, .csv, .txt. Checks first, parses then, never trusts the extension."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import BinaryIO

import python_calamine as calamine

from .archive import SheetFacts, inspect_xlsx
from .delimited import decode, looks_binary, split_rows
from .errors import BrokenCell, SheetError
from .formulas import NotSimple, evaluate
from .old_xls import SIGNATURE, read_xls

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 200_000
HEAD_ROWS = 40
EXTENSIONS = (".xlsx", ".xls", ".csv", ".txt")

_ZIP = b"PK\x03\x04"
_WRONG_TYPE = "只能上传 .xlsx、.xls、.csv 或 .txt 文件。请用表格软件另存为 .xlsx 后再上传。"
_NOT_EXCEL = "文件不是真正的 Excel 工作簿（可能只是改了扩展名）。请用表格软件另存为 .xlsx 后再上传。"
_NOT_TEXT = "文件不是文本表格。" + _WRONG_TYPE
_DAMAGED = "文件已损坏，无法读取。请用表格软件打开后另存为 .xlsx 再上传。"
_WEB_PAGE = "文件实际是网页或 XML 格式，只是用了 Excel 的扩展名。请用表格软件打开后另存为 .xlsx 再上传。"
_NOT_CALCULATED = "公式没有计算结果，请在表格软件中打开并保存后再上传。"


@dataclass
class Sheet:
    """One visible sheet. Rows come lazily, from its very first row and column, so that numbers match the screen."""

    name: str
    height: int
    source: Callable[[], Iterator[list]] = field(repr=False)
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list, repr=False)
    facts: SheetFacts = field(default_factory=SheetFacts, repr=False)

    def rows(self) -> Iterator[tuple[int, list]]:
        """(1-based row number, cells); cells that cannot be trusted are BrokenCell."""
        if not (self.facts.errors or self.facts.formulas):
            return enumerate(self.source(), 1)
        return self._checked_rows()

    def _checked_rows(self) -> Iterator[tuple[int, list]]:
        errors, formulas = self.facts.errors, self.facts.formulas
        for number, cells in enumerate(self.source(), 1):
            if number in formulas:
                _calculate(number, cells, formulas[number])
            for column, error in errors.get(number, {}).items():
                _put(cells, column, BrokenCell(f"单元格显示为错误值 {error}，请改正公式或直接填写数值。"))
            yield number, cells

    @cached_property
    def head(self) -> list[list]:
        head = []
        for number, cells in self.rows():
            head.append(cells)
            if number >= HEAD_ROWS:
                break
        return head


@dataclass
class Workbook:
    filename: str
    kind: str
    sheets: list[Sheet]
    hidden: list[str] = field(default_factory=list)
    encoding: str = ""


def open_workbook(file: BinaryIO, filename: str, *, max_rows: int = MAX_ROWS, max_bytes: int = MAX_BYTES) -> Workbook:
    file.seek(0)
    data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise SheetError(f"文件超过 {max_bytes // 1024 // 1024} MB，请拆分后再上传。", code="too_large")
    if not data.strip(b"\0\r\n\t "):
        raise SheetError("文件是空的，请核对后重新上传。", code="empty")
    workbook = _open(data, PurePath(filename).name)
    _check_rows(workbook, max_rows)
    return workbook


def _open(data: bytes, filename: str) -> Workbook:
    extension = PurePath(filename).suffix.lower()
    if extension not in EXTENSIONS:
        raise SheetError(_WRONG_TYPE, code="type")
    if data.startswith(_ZIP):
        return _open_xlsx(data, filename)
    if data.startswith(SIGNATURE):
        return _open_xls(data, filename)
    if data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<html", b"<!doctype", b"<?xml", b"<table")):
        raise SheetError(_WEB_PAGE, code="web_page")
    if extension in (".xlsx", ".xls") or looks_binary(data):
        raise SheetError(_NOT_EXCEL if extension.startswith(".xls") else _NOT_TEXT, code="type")
    return _open_delimited(data, filename)


def _open_xls(data: bytes, filename: str) -> Workbook:
    workbook = Workbook(filename, "xls", [])
    for name, is_table, is_visible, rows, merged in read_xls(data):
        if is_table and is_visible:
            workbook.sheets.append(Sheet(name, len(rows), _copies(rows), merged))
        elif is_table:
            workbook.hidden.append(name)
    return workbook


def _open_xlsx(data: bytes, filename: str) -> Workbook:
    facts = inspect_xlsx(data)
    workbook = Workbook(filename, "xlsx", [])
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for meta in book.sheets_metadata:
            if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            if meta.visible == calamine.SheetVisibleEnum.Visible:
                workbook.sheets.append(_sheet(book, meta.name, facts.get(meta.name)))
            else:
                workbook.hidden.append(meta.name)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the Rust side is no Exception
        raise SheetError(_DAMAGED, code="damaged") from error
    return workbook


def _sheet(book, name: str, facts: SheetFacts | None) -> Sheet:
    source = book.get_sheet_by_name(name)
    margin = [""] * (source.start[1] if source.start else 0)

    def rows():
        if not margin:
            return source.iter_rows()
        return (margin + cells for cells in source.iter_rows())

    height = source.end[0] + 1 if source.end else 0
    return Sheet(name, height, rows, list(source.merged_cell_ranges or ()), facts or SheetFacts())


def _open_delimited(data: bytes, filename: str) -> Workbook:
    content, encoding = decode(data)
    rows = split_rows(content)
    name = PurePath(filename).stem[:31] or "Sheet1"
    sheet = Sheet(name, len(rows), _copies(rows))
    return Workbook(filename, "csv", [sheet], encoding=encoding)


def _copies(rows: list[list]) -> Callable[[], Iterator[list]]:
    return lambda: (list(row) for row in rows)


def _check_rows(workbook: Workbook, max_rows: int) -> None:
    if not any(sheet.height for sheet in workbook.sheets):
        raise SheetError("文件中没有内容（隐藏的工作表不读取），请核对后重新上传。", code="empty")
    for sheet in workbook.sheets:
        if sheet.height > max_rows:
            message = f"工作表“{sheet.name}”有 {sheet.height:,} 行，超过上限 {max_rows:,} 行，请拆分后再上传。"
            raise SheetError(message, code="too_many_rows")


def _calculate(number: int, cells: list, formulas: dict[int, str]) -> None:
    """Formulas marked "?" have no result; the others show 0, which may be true or never calculated."""

    def value_of(column: int, seen: frozenset) -> float:
        if column in seen:
            raise NotSimple
        if column in formulas:
            return evaluate(formulas[column].removeprefix("?"), number, value_of, seen | {column})
        return _number(cells[column]) if column < len(cells) else 0.0

    results = {}
    for column, formula in formulas.items():
        try:
            results[column] = value_of(column, frozenset())
        except (NotSimple, RecursionError):
            if formula.startswith("?"):
                results[column] = BrokenCell(_NOT_CALCULATED)
    for column, value in results.items():
        _put(cells, column, value)


def _number(cell) -> float:
    if cell == "":
        return 0.0
    if isinstance(cell, bool) or not isinstance(cell, (int, float)):
        raise NotSimple
    return cell


def _put(cells: list, column: int, value) -> None:
    if column >= len(cells):
        cells.extend([""] * (column + 1 - len(cells)))
    cells[column] = value
