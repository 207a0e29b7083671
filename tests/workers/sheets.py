"""Sheets for tests, built as sites build them, and a run of an import kind over one."""

import io

import openpyxl
from django.db import transaction

from core.spreadsheets import open_workbook


def xlsx(*sheets: list[list], names: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.active if number == 0 else book.create_sheet()
        sheet.title = names[number] if number < len(names) else f"表{number + 1}"
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


class Run:
    """What an import of this file found and did."""

    def __init__(self, kind, project, content: bytes, filename: str = "表.xlsx", **options):
        workbook = open_workbook(io.BytesIO(content), filename)
        self.importer = kind(project, filename=filename, options=options)
        self.layout = self.importer.layout(workbook)
        assert self.layout.complete, self.layout.missing
        self.importer.found = self.layout
        self.rows = self.importer.read(workbook, self.layout)
        self.importer.check(self.rows)
        self.good = [row for row in self.rows if row.good]
        self.bad = [row for row in self.rows if not row.good]
        with transaction.atomic():
            self.outcome = self.importer.apply(self.good) if self.good else None

    def messages(self, level: str | None = None) -> list[str]:
        return [
            f"{problem.sheet}!{problem.row} {problem.message}"
            for row in self.rows
            for problem in row.problems
            if level in (None, problem.level)
        ]

    def at(self, row: int) -> str:
        return "\n".join(problem.message for found in self.rows for problem in found.problems if found.row == row)
