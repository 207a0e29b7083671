"""What the sheets about people have in common."""

from core.spreadsheets import ParsedRow, SheetLayout
from projects.imports import SheetImport


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def sheet_of(kind: SheetImport, row: ParsedRow) -> SheetLayout:
    return next(sheet for sheet in kind.found.sheets if sheet.name == row.sheet)


def place(of: ParsedRow, seen_from: ParsedRow) -> str:
    return f"第 {of.row} 行" if of.sheet == seen_from.sheet else f"工作表“{of.sheet}”第 {of.row} 行"
