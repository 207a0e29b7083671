"""What the sheets about people have in common: remarks at the cell they belong to."""

from core.spreadsheets import ParsedRow, Problem
from core.spreadsheets.errors import NOTICE


class Remarks:
    """Mixed into a SheetImport before it."""

    def read(self, workbook, layout) -> list[ParsedRow]:
        self._mapping = {sheet.name: sheet.mapping for sheet in layout.sheets}
        return super().read(workbook, layout)

    def has_column(self, row: ParsedRow, name: str) -> bool:
        return name in self._mapping[row.sheet]

    def refuse(self, row: ParsedRow, field: str, message: str, column: int | None = None) -> None:
        row.problems.append(self._problem(row, field, message, column))

    def notice(self, row: ParsedRow, field: str, message: str, column: int | None = None) -> None:
        problem = self._problem(row, field, message, column)
        problem.level = NOTICE
        row.problems.append(problem)

    def _problem(self, row: ParsedRow, field: str, message: str, column: int | None) -> Problem:
        at = self._mapping[row.sheet].get(field) if column is None else column
        return Problem(row.sheet, row.row, field, message, column=at)


def place(of: ParsedRow, seen_from: ParsedRow) -> str:
    return f"第 {of.row} 行" if of.sheet == seen_from.sheet else f"工作表“{of.sheet}”第 {of.row} 行"


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())
