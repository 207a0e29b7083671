"""考勤表: a grid with the days of a month across, or one row for each clocking."""

import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from core import months
from core.spreadsheets import (
    BrokenCell,
    Column,
    Layout,
    ParsedRow,
    Problem,
    SheetError,
    SheetLayout,
    Workbook,
    find_month,
)
from core.spreadsheets import values as clean
from core.spreadsheets.errors import ERROR, NOTICE
from projects.imports import Outcome, SheetImport
from projects.models import Project
from workers import selectors
from workers.enums import AttendanceSource
from workers.imports import halves, marks, suspended
from workers.imports.attendance_template import month_template
from workers.imports.base import place, sheet_of, words
from workers.imports.people import People
from workers.imports.punches import CLOCKING, INCIDENTAL, Clockings, kept_aside
from workers.selectors import EngagedPerson
from workers.services import DayRow, WrittenDays, why_no_attendance, write_days

NO_MONTH = "没有找到考勤月份。请在表格标题或文件名中写明年月，如“2026年9月考勤表”，再重新上传。"
_DATED_DAY = re.compile(r"(20\d\d)[-/.年](1[0-2]|0?[1-9])[-/.月]\d{1,2}")


class AttendanceImport(SheetImport):
    kind = "attendance"
    title = "考勤表"
    help = (
        "月度考勤表（每人一行、每日一列，√ 全天、△ 半天、○ 休息；也可每人上午、下午各一行），"
        "或闸机打卡明细（每次打卡一行）。"
    )
    order = 20
    next_step = ("查看考勤", "workers:attendance")
    columns = [
        Column("name", "姓名", words("工人姓名 农民工姓名 人员姓名 员工姓名"), clean.name, required=True),
        Column(
            "id_number",
            "公民身份号码",
            words("身份证号码 身份证号 身份证 证件号码 证件号 公民身份证号码"),
            clean.id_number,
            help="可不填；不填时按姓名对应花名册，姓名须唯一",
        ),
        Column("team", "班组", words("班组名称 所属班组 所在班组"), clean.text),
        Column(
            "total",
            "出勤天数",
            words(
                "合计 考勤天数 合计天数 出勤合计 实际出勤 实出勤天数 实际出勤天数 出勤 本月出勤 天数 总天数 小计"
                " 工日 出勤工日"
            ),
            clean.day_count,
            help="用于核对，以逐日标记为准",
        ),
        Column("half", "时段", words("时间段 上下午 上/下午 午别"), halves.half),
        *CLOCKING,
    ]

    @classmethod
    def template(cls, project: Project) -> bytes:
        """Of the last month that is over: attendance is handed in after it."""
        return month_template(project, months.previous_month(timezone.localdate()))

    # --- shape -------------------------------------------------------------------------------------------------------

    def layout(self, workbook: Workbook, mapping: dict[str, str] | None = None) -> Layout:
        """Sheets with days across or with a clocking time; a list of names and totals alone is no attendance."""
        layout = super().layout(workbook, mapping)
        useful = [sheet for sheet in layout.sheets if sheet.days or "at" in sheet.mapping]
        if useful:
            layout.ignored += [sheet.name for sheet in layout.sheets if sheet not in useful]
            layout.sheets = useful
        elif layout.sheets:
            layout.missing = [*layout.missing, next(column for column in self.columns if column.name == "at")]
        return layout

    def read(self, workbook: Workbook, layout: Layout) -> list[ParsedRow]:
        self.below_merged = halves.below_merged_names(workbook, layout)
        return super().read(workbook, layout)

    def check(self, rows: list[ParsedRow]) -> None:
        self.today = timezone.localdate()
        self.people = People(selectors.engaged_people(self.project))
        self.clockings = Clockings(self, self.people)
        self._soften(rows)
        self.days: dict[tuple[str, int], list[DayRow]] = {}
        by_sheet = defaultdict(list)
        for row in rows:
            by_sheet[row.sheet].append(row)
        for sheet in self.found.sheets:
            if sheet.days:
                self._check_grid(sheet, by_sheet[sheet.name])
            else:
                for row in by_sheet[sheet.name]:
                    self.clockings.take(row)
        self._notice_corrections(rows)
        self._notice_suspended(rows)

    def apply(self, rows: list[ParsedRow]) -> Outcome:
        keys = [(row.sheet, row.row) for row in rows]
        days = [day for key in keys for day in self.days.get(key, ())]
        written = write_days(days, source=AttendanceSource.SHEET)
        derived, aside = self.clockings.write(rows)
        months = {f"{day.day:%Y-%m}" for day in days} | set(self.clockings.months(rows))
        return _together([written, derived], max(months, default=""), kept_aside(aside))

    def _soften(self, rows: list[ParsedRow]) -> None:
        """The total is only there to check against; how somebody passed the gate changes no day."""
        for row in rows:
            for problem in row.problems:
                if problem.field in ("total", "half", *INCIDENTAL):
                    problem.level = NOTICE

    # --- grid --------------------------------------------------------------------------------------------------------

    def _check_grid(self, sheet: SheetLayout, rows: list[ParsedRow]) -> None:
        month = month_of(sheet, self.filename)
        if month is None:
            raise SheetError(NO_MONTH, code="no_month")
        if month > self.today:
            raise SheetError(f"考勤月份 {month:%Y年%m月} 尚未到来，请核对标题中的年月。", code="future_month")
        known = marks.legend(sheet.titles)
        first: dict[int, ParsedRow] = {}
        for row, second in halves.paired(rows, self.below_merged):
            person = self.people.of(self, row)
            if person and first.setdefault(person.engagement_id, row) is not row:
                self.refuse(row, "name", f"与{place(first[person.engagement_id], row)}是同一人，请合并为一行。")
            elif person:
                units = self._read_halves(sheet, row, second, known)
                if row.good and not (second and not second.good):
                    self._take_days(sheet, row, person, month, units)
            if second and not (row.good and second.good):
                self._refuse_both(row, second)

    def _read_halves(self, sheet: SheetLayout, row: ParsedRow, second: ParsedRow | None, known: dict) -> dict:
        """Of two rows a person, or of one that says which half of the day it is, each mark is half a day."""
        units = self._read_marks(sheet, row, known)
        if second or row.values["half"]:
            return halves.together(units, self._read_marks(sheet, second, known) if second else {})
        return units

    def _refuse_both(self, row: ParsedRow, second: ParsedRow) -> None:
        for wrong, other in ((row, second), (second, row)):
            if not wrong.good and other.good:
                self.refuse(other, "", f"与第 {wrong.row} 行是同一人的上、下午，一并退回。")
                return

    def _read_marks(self, sheet: SheetLayout, row: ParsedRow, known: dict) -> dict[int, Decimal]:
        units = {}
        for day, cell in (row.days or {}).items():
            value = None if isinstance(cell, BrokenCell) else marks.read(cell, known)
            if value is None:
                shown = clean.plain(cell)[:10]
                message = f"{day} 日的标记“{shown}”无法识别，请填 √（全天）、△（半天）或 ○（休息）。"
                self._remark(sheet, row, day, message, ERROR)
            else:
                units[day] = value
        return units

    def _take_days(self, sheet: SheetLayout, row: ParsedRow, person: EngagedPerson, month: date, units: dict) -> None:
        length = (months.next_month(month) - month).days
        taken, outside = [], defaultdict(list)
        for number, value in units.items():
            if number > length:
                reason = f"{month.month}月没有这一天"
            else:
                day = month + timedelta(number - 1)
                reason = why_no_attendance(person.entered_on, person.exited_on, day, self.today)
            if not reason:
                taken.append(DayRow(person.engagement_id, day, value))
            elif value:
                outside[reason].append(number)
        self._remark_outside(sheet, row, outside)
        if outside and not any(day.units for day in taken):
            self.refuse(row, "", "本行没有一天可以计入，请核对年月和进退场日期。")
        self._check_total(row, sum(units.values()))
        self.days[row.sheet, row.row] = taken

    def _remark_outside(self, sheet: SheetLayout, row: ParsedRow, outside: dict[str, list[int]]) -> None:
        """Days that cannot be are left out and said; what is marked for the future was not observed: refused."""
        for reason, numbers in outside.items():
            days = "、".join(f"{number}日" for number in numbers)
            if "晚于今天" in reason:
                self._remark(sheet, row, numbers[0], f"{days}{reason}，不能预填考勤。", ERROR)
            else:
                message = (
                    f"{days}{reason}，这 {len(numbers)} 天不计入；其余照常接收。如登记有误，请先更正花名册再导入。"
                )
                self._remark(sheet, row, numbers[0], message, NOTICE)

    def _check_total(self, row: ParsedRow, marked: Decimal) -> None:
        total = row.values["total"]
        if total is not None and total != marked:
            said, counted = marks.shown(total), marks.shown(marked)
            self.notice(row, "total", f"合计 {said} 天与逐日标记 {counted} 天不一致，以逐日标记为准，请核对。")

    def _remark(self, sheet: SheetLayout, row: ParsedRow, day: int, message: str, level: str) -> None:
        row.add(Problem(row.sheet, row.row, f"{day}日", message, level, sheet.days[day]))

    # --- corrections -------------------------------------------------------------------------------------------------

    def _notice_corrections(self, rows: list[ParsedRow]) -> None:
        """What was corrected by hand stands; the row says so where the sheet differs."""
        wanted = {(day.engagement_id, day.day): day.units for days in self.days.values() for day in days}
        if not wanted:
            return
        by_hand = selectors.days_by_hand(self.project, min(day for _, day in wanted), max(day for _, day in wanted))
        for row in rows:
            for day in self.days.get((row.sheet, row.row), ()):
                stands = by_hand.get((day.engagement_id, day.day))
                if row.good and stands is not None and stands != day.units:
                    number, said = day.day.day, marks.shown(day.units)
                    message = f"{number} 日已由人工更正为 {marks.shown(stands)} 天，予以保留，未按本表改为 {said} 天。"
                    self._remark(sheet_of(self, row), row, number, message, NOTICE)

    def _notice_suspended(self, rows: list[ParsedRow]) -> None:
        worked = suspended.days_worked(self.days, self.clockings.punches)
        found = suspended.suspended_days(self.project, worked, rows)
        for row in rows:
            days, message = found.get((row.sheet, row.row), ((), ""))
            if days and (row.sheet, row.row) in self.days:
                self._remark(sheet_of(self, row), row, days[0].day, message, NOTICE)
            elif days:
                self.notice(row, "at", message)


def month_of(sheet: SheetLayout, filename: str) -> date | None:
    """From the title, the sheet's name, the dates of the columns or the file's name, in this order."""
    if month := find_month([*sheet.titles, sheet.name]):
        return month
    dated = Counter(
        (int(match[1]), int(match[2]))
        for index in sheet.days.values()
        for part in sheet.header_parts.get(index, ())
        if (match := _DATED_DAY.match(part))
    )
    if dated:
        return date(*dated.most_common(1)[0][0], 1)
    return find_month([], filename)


def _together(written: list[WrittenDays], month: str, remark: str) -> Outcome:
    return Outcome(
        sum(item.created for item in written),
        sum(item.updated for item in written),
        sum(item.unchanged + item.kept for item in written),
        remark=remark,
        month=month,
    )
