"""The month's grid to fill in: a sheet for each team, its people already in it, days across."""

import io
from calendar import monthrange
from datetime import date

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from core.spreadsheets.writer import sheet_name
from projects.models import Project
from workers import selectors
from workers.models import Team

HEADER_ROW, FIRST_ROW, NAME, NUMBER, FIRST_DAY = 3, 4, 2, 3, 4
SPARE_ROWS = 10
LEGEND = "出勤“√”  半天“△”  休息“○”；进场前、退场后的日期不填。重名的人员请填写公民身份号码。"

_THIN = Side(style="thin", color="B8C2CC")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEAD = PatternFill("solid", fgColor="E8EDF3")
_CENTRE = Alignment(horizontal="center", vertical="center")


def month_template(project: Project, month: date) -> bytes:
    """Names only: numbers stay in the register, and a name that is unique there is enough."""
    book = Workbook()
    book.remove(book.active)
    for team in selectors.teams_in_month(project, month) or [None]:
        sheet = book.create_sheet(sheet_name(team.name if team else "考勤"))
        names = [line.engagement.worker.name for line in selectors.month_grid(project, month, team)]
        _fill(sheet, f"{project.name}{month.year}年{month.month}月农民工考勤表", team, names, month)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _fill(sheet: Worksheet, title: str, team: Team | None, names: list[str], month: date) -> None:
    days = monthrange(month.year, month.month)[1]
    sheet.cell(1, 1, title).font = Font(bold=True, size=14)
    sheet.cell(2, 1, f"班组：{team.name}  {LEGEND}" if team else LEGEND)
    for column, text in enumerate(["序号", "姓名", "公民身份号码", *range(1, days + 1), "出勤天数", "本人签字"], 1):
        cell = sheet.cell(HEADER_ROW, column, text)
        cell.font, cell.fill, cell.border, cell.alignment = Font(bold=True), _HEAD, _BORDER, _CENTRE
    last = FIRST_ROW + len(names) + SPARE_ROWS - 1
    for row in range(FIRST_ROW, last + 1):
        if row - FIRST_ROW < len(names):
            sheet.cell(row, 1, row - FIRST_ROW + 1)
            sheet.cell(row, NAME, names[row - FIRST_ROW])
        for column in range(1, FIRST_DAY + days + 2):
            sheet.cell(row, column).border = _BORDER
        sheet.cell(row, NUMBER).number_format = "@"
    _shape(sheet, days, last)


def _shape(sheet: Worksheet, days: int, last: int) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 6, 12
    sheet.column_dimensions[get_column_letter(NUMBER)].width = 22
    for column in range(FIRST_DAY, FIRST_DAY + days):
        sheet.column_dimensions[get_column_letter(column)].width = 4
    sheet.freeze_panes = sheet.cell(FIRST_ROW, FIRST_DAY)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    rule = DataValidation(type="list", formula1='"√,△,○"', allow_blank=True, showErrorMessage=True)
    rule.add(f"{get_column_letter(FIRST_DAY)}{FIRST_ROW}:{get_column_letter(FIRST_DAY + days - 1)}{last}")
    sheet.add_data_validation(rule)
