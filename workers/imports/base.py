"""What the sheets about people have in common."""

import re

from django.core.exceptions import ValidationError
from django.db.models import Model

from core.spreadsheets import ParsedRow, SheetLayout
from core.spreadsheets import values as clean
from core.spreadsheets.values import Cleaner
from projects.imports import SheetImport

_UNKEEPABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")  # rare characters in a private area are kept


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def sheet_of(kind: SheetImport, row: ParsedRow) -> SheetLayout:
    return next(sheet for sheet in kind.found.sheets if sheet.name == row.sheet)


def place(of: ParsedRow, seen_from: ParsedRow) -> str:
    return f"第 {of.row} 行" if of.sheet == seen_from.sheet else f"工作表“{of.sheet}”第 {of.row} 行"


def text_of(model: type[Model], field: str) -> Cleaner:
    """A cleaner of text that is kept in this field: what is longer is refused at its cell, never cut."""
    limit = model._meta.get_field(field).max_length

    def cleaned(raw) -> str:
        text = clean.text(raw)
        if len(text) > limit:
            raise ValidationError(f"共 {len(text)} 个字，最多 {limit} 个字，请缩短后再填写。", code="too_long")
        if _UNKEEPABLE.search(text):
            raise ValidationError("含有无法显示的字符，请删去后重新填写。", code="unprintable")
        return text

    return cleaned
