"""Spreadsheets into the portal: one engine, one class per kind of sheet.

    class RosterImport(SheetImport):
        kind, title = "roster", "农民工花名册"
        columns = [Column("name", "姓名", …), …]

        def check(self, rows): …   # what only the whole sheet or the database can tell
        def apply(self, rows): …   # one set-based upsert of the good rows

Defining a class registers its kind. A row with an error is refused and listed by sheet, row and field; a row with only
notices is taken. Uploading the same file twice changes nothing. The engine holds the transaction; a kind
never commits.
"""

from dataclasses import dataclass
from typing import ClassVar

from core.spreadsheets.layout import Column, Layout, ParsedRow, detect, read_rows
from core.spreadsheets.reader import Workbook
from projects.models import Project

_kinds: dict[str, type["SheetImport"]] = {}


@dataclass(frozen=True)
class Outcome:
    """What applying changed, in rows of the register, ledger, …"""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


class SheetImport:
    kind: ClassVar[str] = ""
    title: ClassVar[str] = ""
    columns: ClassVar[list[Column]] = []

    def __init__(self, project: Project, *, by=None, batch=None, filename: str = "", options: dict | None = None):
        self.project, self.by, self.batch, self.filename, self.options = project, by, batch, filename, options or {}

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.kind in _kinds:
            raise ValueError(f"Two sheet kinds are called {cls.kind}.")
        _kinds[cls.kind] = cls

    def layout(self, workbook: Workbook, mapping: dict[str, str] | None = None) -> Layout:
        return detect(workbook, self.columns, mapping)

    def read(self, workbook: Workbook, layout: Layout) -> list[ParsedRow]:
        return list(read_rows(workbook, layout, self.columns))

    def check(self, rows: list[ParsedRow]) -> None:
        """Add problems to rows; raise SheetError where the whole sheet is wrong (another project, another month)."""

    def apply(self, rows: list[ParsedRow]) -> Outcome:
        """Write the good rows, set-based; called within a transaction."""
        raise NotImplementedError


def kinds() -> dict[str, type[SheetImport]]:
    return _kinds
