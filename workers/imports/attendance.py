"""考勤表: a grid with the days of a month across, or one row for each clocking."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone

from core import crypto, months
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
from workers.imports import marks, vocabulary
from workers.imports.attendance_template import month_template
from workers.imports.base import place, sheet_of, words
from workers.selectors import EngagedPerson
from workers.services import DayRow, PunchRow, WrittenDays, why_no_attendance, write_days, write_punches

NO_MONTH = "没有找到考勤月份。请在表格标题或文件名中写明年月，如“2026年9月考勤表”，再重新上传。"
_DATED_DAY = re.compile(r"(20\d\d)[-/.年](1[0-2]|0?[1-9])[-/.月]\d{1,2}")


def moment(raw) -> datetime | time | None:
    """A date with a time, or the time alone when the date has a column of its own."""
    if isinstance(raw, datetime):
        return raw
    text = clean.text(raw) if isinstance(raw, str) else ""
    if match := re.fullmatch(r"(\d{4}\D\d{1,2}\D\d{1,2}日?)[\sT]*(\d{1,2}[:：时]\d{1,2}.*)", text):
        return datetime.combine(clean.date(match[1]), clean.time(match[2].replace("：", ":")))
    if re.fullmatch(r"\d{14}", text):
        return datetime.combine(clean.date(text[:8]), clean.time(text[8:]))
    if re.fullmatch(r"\d{4}\D\d{1,2}\D\d{1,2}日?", text):
        raise ValidationError("只有日期没有时刻，请填写如 2026-09-03 07:30:00 的时间。")
    return clean.time(raw)


class AttendanceImport(SheetImport):
    kind = "attendance"
    title = "考勤表"
    help = "月度考勤表（每人一行、每日一列，√ 全天、△ 半天、○ 休息），或闸机打卡明细（每次打卡一行）。"
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
        Column("day", "打卡日期", words("日期 考勤日期 刷卡日期"), clean.date),
        Column("at", "刷卡时间", words("打卡时间 考勤时间 识别时间 通行时间 进出时间 签到时间 时间"), moment),
        Column("direction", "方向", words("进出方向 进出 通行方向 进出类型 打卡类型"), vocabulary.direction),
        Column("means", "通行方式", words("打卡方式 考勤方式 识别方式 验证方式"), vocabulary.means),
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

    def check(self, rows: list[ParsedRow]) -> None:
        self.today = timezone.localdate()
        self.people = _People(selectors.engaged_people(self.project))
        self._soften(rows)
        self.days: dict[tuple[str, int], list[DayRow]] = {}
        self.punches: dict[tuple[str, int], PunchRow] = {}
        by_sheet = defaultdict(list)
        for row in rows:
            by_sheet[row.sheet].append(row)
        for sheet in self.found.sheets:
            if sheet.days:
                self._check_grid(sheet, by_sheet[sheet.name])
            else:
                for row in by_sheet[sheet.name]:
                    self._check_punch(row)
        self._notice_corrections(rows)

    def apply(self, rows: list[ParsedRow]) -> Outcome:
        keys = [(row.sheet, row.row) for row in rows]
        days = [day for key in keys for day in self.days.get(key, ())]
        punches = [self.punches[key] for key in keys if key in self.punches]
        written = [write_days(days, source=AttendanceSource.SHEET), write_punches(punches)]
        last = max([day.day for day in days] + [timezone.localdate(punch.at) for punch in punches], default=None)
        return _together(written, f"{last:%Y-%m}" if last else "")

    def _soften(self, rows: list[ParsedRow]) -> None:
        """The total is only there to check against; how somebody passed the gate changes no day."""
        for row in rows:
            for problem in row.problems:
                if problem.field in ("total", "direction", "means", "team"):
                    problem.level = NOTICE

    def _person(self, row: ParsedRow) -> EngagedPerson | None:
        number, name = row.values["id_number"], row.values["name"]
        if not row.good:
            return None
        found = self.people.by_number(number) if number else self.people.by_name(name)
        if not found:
            by = "身份证号码" if number else "姓名"
            self.refuse(row, "id_number" if number else "name", f"{by}不在本项目花名册中，请先登记人员再导入考勤。")
        elif len(found) > 1:
            self.refuse(row, "name", f"花名册中有 {len(found)} 人叫这个姓名，请填写身份证号码。")
        elif found[0].name != name:
            self.refuse(row, "name", "姓名与花名册中该身份证号码登记的姓名不一致，请核对。")
        else:
            return found[0]
        return None

    # --- grid --------------------------------------------------------------------------------------------------------

    def _check_grid(self, sheet: SheetLayout, rows: list[ParsedRow]) -> None:
        month = month_of(sheet, self.filename)
        if month is None:
            raise SheetError(NO_MONTH, code="no_month")
        if month > self.today:
            raise SheetError(f"考勤月份 {month:%Y年%m月} 尚未到来，请核对标题中的年月。", code="future_month")
        known = marks.legend(sheet.titles)
        first: dict[int, ParsedRow] = {}
        for row in rows:
            person = self._person(row)
            if person is None:
                continue
            if first.setdefault(person.engagement_id, row) is not row:
                self.refuse(row, "name", f"与{place(first[person.engagement_id], row)}是同一人，请合并为一行。")
                continue
            units = self._read_marks(sheet, row, known)
            if row.good:
                self._take_days(sheet, row, person, month, units)

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
        row.problems.append(Problem(row.sheet, row.row, f"{day}日", message, level, sheet.days[day]))

    # --- clockings ---------------------------------------------------------------------------------------------------

    def _check_punch(self, row: ParsedRow) -> None:
        at = self._moment(row)
        person = self._person(row)
        if person is None or at is None:
            return
        if at > timezone.now():
            self.refuse(row, "at", "刷卡时间晚于现在，请核对设备时钟。")
        elif reason := why_no_attendance(person.entered_on, person.exited_on, timezone.localdate(at), self.today):
            self.refuse(row, "at", f"刷卡日期{reason}，请核对；如登记有误，请先更正花名册再导入。")
        else:
            values = row.values
            self.punches[row.sheet, row.row] = PunchRow(
                person.engagement_id, at, str(values["direction"]), str(values["means"])
            )

    def _moment(self, row: ParsedRow) -> datetime | None:
        at, day = row.values["at"], row.values["day"]
        if isinstance(at, time) and day:
            at = datetime.combine(day, at)
        if isinstance(at, datetime):
            return timezone.make_aware(at) if timezone.is_naive(at) else at
        if row.good:
            self.refuse(row, "at", "没有完整的刷卡时间，请填写如 2026-09-03 07:30:00 的日期和时刻。")
        return None

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


class _People:
    """Everybody ever engaged at the project, by number and by name."""

    def __init__(self, people: Iterator[EngagedPerson]):
        self._by_index, self._by_name = {}, defaultdict(list)
        for person in people:
            self._by_index[person.id_number_index] = person
            self._by_name[person.name].append(person)

    def by_number(self, number: str) -> list[EngagedPerson]:
        found = self._by_index.get(crypto.blind_index(number))
        return [found] if found else []

    def by_name(self, name: str) -> list[EngagedPerson]:
        return self._by_name.get(name, [])


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


def _together(written: list[WrittenDays], month: str) -> Outcome:
    return Outcome(
        sum(item.created for item in written),
        sum(item.updated for item in written),
        sum(item.unchanged + item.kept for item in written),
        month=month,
    )
