"""What examining a sheet leaves in the database: problems, counts, a masked preview, remembered columns."""

import re

from django.db import connection

from core import identity
from core.spreadsheets import Layout, ParsedRow, Problem
from core.spreadsheets.errors import column_index, column_letters
from projects.imports.base import SheetImport
from projects.models import ColumnMapping, ImportBatch, ImportProblem

PREVIEW_ROWS = 20
_PERSONAL = re.compile(r"(?<![0-9A-Za-z])(?:\d{15,19}|\d{17}[Xx]|\d{4,6}(?:[ -]\d{4,8}){2,4})(?![0-9A-Za-z])")
_COPY = 'COPY projects_importproblem (batch_id, level, sheet, row, "column", field, who, message) FROM STDIN'


def keep(batch: ImportBatch, importer: SheetImport, rows: list[ParsedRow]) -> None:
    """Replaces what an earlier look at the sheet left; sets the batch's figures without saving them."""
    clear(batch)
    good = [row for row in rows if row.good]
    problems = [(problem, "") for problem in importer.remarks]
    problems += [(problem, importer.who(row)) for row in rows for problem in _in_order(row)]
    batch.accepted, batch.refused = len(good), len(rows) - len(good)
    batch.notices = sum(problem.level == "notice" for problem, _ in problems)
    batch.preview = [
        {"sheet": row.sheet, "row": row.row, "cells": list(importer.describe(row).items())}
        for row in good[:PREVIEW_ROWS]
    ]
    batch.options["questions"] = importer.questions
    labels = {column.name: column.label for column in importer.columns}
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for problem, who in problems:
            copy.write_row((batch.pk, *_facts(problem, labels, who)))


def _in_order(row: ParsedRow) -> list[Problem]:
    """From left to right, as one mends them."""
    return sorted(row.problems, key=lambda problem: (problem.column is None, problem.column or 0))


def clear(batch: ImportBatch) -> None:
    batch.accepted = batch.refused = batch.notices = 0
    batch.outcome, batch.preview = {}, []
    batch.options.pop("questions", None)
    ImportProblem.objects.filter(batch=batch).delete()


def _facts(problem: Problem, labels: dict[str, str], who: str) -> tuple:
    column = "" if problem.column is None else column_letters(problem.column)
    field = labels.get(problem.field, problem.field)
    message = _discreet(problem.message)
    if message.startswith(f"{field}：{field}"):
        message = message.removeprefix(f"{field}：")
    return problem.level, problem.sheet[:100], problem.row, column, field[:50], _discreet(who)[:50], message[:500]


def _discreet(message: str) -> str:
    """The last net: messages are not to hold an ID or card number, whatever a kind of sheet writes into them."""
    return _PERSONAL.sub(lambda found: identity.mask_id(re.sub("[ -]", "", found[0])), message)


def as_problems(batch: ImportBatch) -> list[Problem]:
    """For the annotated copy."""
    return [
        Problem(p.sheet, p.row, p.field, p.message, p.level, column_index(p.column) if p.column else None)
        for p in batch.problems.order_by("id")
    ]


# --- columns ---------------------------------------------------------------------------------------------------------


def remembered(batch: ImportBatch, layout: Layout) -> dict[str, str]:
    prints = [sheet.fingerprint for sheet in layout.sheets]
    known = ColumnMapping.objects.filter(organization=_organization(batch), kind=batch.kind, fingerprint__in=prints)
    return {header: name for mapping in known.order_by("id") for header, name in mapping.mapping.items()}


def remember(batch: ImportBatch, layout: Layout, mapping: dict[str, str]) -> None:
    organization = _organization(batch)
    for sheet in layout.sheets:
        own = {header: name for header, name in mapping.items() if header in sheet.headers.values()}
        ColumnMapping.objects.update_or_create(
            organization=organization, kind=batch.kind, fingerprint=sheet.fingerprint, defaults={"mapping": own}
        )


def _organization(batch: ImportBatch):
    """Whose habit the sheet's shape is: the uploader's; from the shell without a user, the general contractor's."""
    if batch.by:
        return batch.by.organization
    return batch.project.general_contractor if batch.project else None
