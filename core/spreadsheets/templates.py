"""Empty sheets to fill in: help above the header, required columns marked, drop-downs, long numbers as text."""

import io
from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from . import values
from .layout import Column
from .writer import sheet_name

HELP_ROW, HEADER_ROW, FIRST_ROW, LAST_ROW = 2, 3, 4, 3003
CHOICES_SHEET = "选项"

_THIN = Side(style="thin", color="B8C2CC")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_REQUIRED, _OPTIONAL = PatternFill("solid", fgColor="FFF1D6"), PatternFill("solid", fgColor="E8EDF3")
_HELP_FONT = Font(size=9, color="5C6773")
_FORMATS = {values.date: "yyyy-mm-dd", values.month: "yyyy-mm", values.amount: "#,##0.00", values.day_count: "0.0"}


def template(columns: Sequence[Column], choices: Mapping[str, Sequence[str]] | None = None, title: str = "") -> bytes:
    """`choices` by column name; columns cleaned by `values.choice(...)` bring their own labels."""
    book = Workbook()
    sheet = book.active
    sheet.title = sheet_name(title or "填写")
    sheet.cell(1, 1, title or "填写").font = Font(bold=True, size=14)
    options = book.create_sheet(CHOICES_SHEET)
    options.sheet_state = "hidden"
    for number, column in enumerate(columns, 1):
        _head(sheet, number, column)
        labels = (choices or {}).get(column.name) or getattr(column.clean, "labels", ())
        if labels:
            _drop_down(sheet, options, number, column, [str(label) for label in labels])
    sheet.row_dimensions[HELP_ROW].height = 54
    sheet.row_dimensions[HEADER_ROW].height = 24
    sheet.freeze_panes = sheet.cell(FIRST_ROW, 1)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _head(sheet: Worksheet, number: int, column: Column) -> None:
    hint = sheet.cell(HELP_ROW, number, f"{'必填。' if column.required else ''}{column.help}" or None)
    hint.font, hint.alignment = _HELP_FONT, Alignment(wrap_text=True, vertical="top")
    header = sheet.cell(HEADER_ROW, number, f"{column.label}*" if column.required else column.label)
    header.font, header.border = Font(bold=True), _BORDER
    header.fill = _REQUIRED if column.required else _OPTIONAL
    header.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    dimension = sheet.column_dimensions[get_column_letter(number)]
    dimension.width = 24 if column.clean in values.AS_TEXT else max(12, 2 * len(column.label) + 4)
    dimension.number_format = "@" if column.clean in values.AS_TEXT else _FORMATS.get(column.clean, "General")
    if column.clean in values.AS_TEXT:
        for row in range(FIRST_ROW, FIRST_ROW + 500):  # column formats alone are lost in some programs on pasting
            sheet.cell(row, number).number_format = "@"


def _drop_down(sheet: Worksheet, options: Worksheet, number: int, column: Column, labels: list[str]) -> None:
    """The list lives in a hidden sheet: lists inside the rule end at 255 characters."""
    letter = get_column_letter(number)
    options.cell(1, number, column.label)
    for row, label in enumerate(labels, 2):
        cell = options.cell(row, number)
        cell.value, cell.data_type = label, "s"
    source = f"{quote_sheetname(CHOICES_SHEET)}!${letter}$2:${letter}${len(labels) + 1}"
    rule = DataValidation(type="list", formula1=source, allow_blank=not column.required, showErrorMessage=True)
    rule.errorTitle, rule.error = column.label, "请从下拉列表中选择。"
    rule.add(f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}")
    sheet.add_data_validation(rule)
