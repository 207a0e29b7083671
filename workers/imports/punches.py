"""打卡记录: one row for each clocking, as devices and the industry's platforms export them."""

import re
from datetime import datetime, time
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils import timezone

from core.spreadsheets import Column, ParsedRow
from core.spreadsheets import values as clean
from core.spreadsheets.errors import NOTICE
from projects.imports import Outcome, SheetImport
from projects.models import Project
from workers import selectors
from workers.enums import Direction, PunchMeans
from workers.imports import vocabulary
from workers.imports.base import words
from workers.imports.people import People
from workers.services import (
    PunchRow,
    StrayRow,
    WrittenDays,
    keep_strays,
    why_no_attendance,
    write_punches,
)

FUTURE = "刷卡时间晚于现在，请核对设备时钟。"
KEPT_ASIDE = "这条打卡暂存在“未登记人员打卡”，登记后自动计入考勤。"


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


CLOCKING = [
    Column("day", "打卡日期", words("日期 考勤日期 刷卡日期"), clean.date),
    Column("at", "刷卡时间", words("打卡时间 考勤时间 识别时间 通行时间 进出时间 签到时间 时间"), moment),
    Column("direction", "方向", words("进出方向 进出 通行方向 进出类型 打卡类型 进出场"), vocabulary.direction),
    Column("means", "通行方式", words("打卡方式 考勤方式 识别方式 验证方式 开门方式"), vocabulary.means),
    Column("device", "设备序列号", words("设备编号 设备号 设备SN 序列号 考勤机编号 设备编码 设备"), clean.text),
]
INCIDENTAL = ("direction", "means", "device", "team", "company", "uscc")  # wrong, they change no day


class Clockings:
    """The clockings of a sheet: `take` each row, then `write` those that are good."""

    def __init__(self, kind: SheetImport, people: People):
        self.kind, self.people = kind, people
        self.now = timezone.now()
        self.today = timezone.localdate(self.now)
        self.punches: dict[tuple[str, int], PunchRow] = {}
        self.strays: dict[tuple[str, int], StrayRow] = {}
        self._unknown_devices: set[str] = set()

    @cached_property
    def devices(self) -> dict[str, int]:
        return selectors.devices_by_serial(self.kind.project)

    def take(self, row: ParsedRow) -> None:
        at = self._moment(row)
        if not row.good or at is None:
            return
        if at > self.now:
            self.kind.refuse(row, "at", FUTURE)
            return
        number = row.values["id_number"]
        if number and not self.people.by_number(number):
            self._keep_aside(row, at, "id_number", "身份证号码不在本项目花名册中，")
        elif person := self.people.of(self.kind, row):
            self._take_known(row, at, person)

    def write(self, rows: list[ParsedRow]) -> tuple[WrittenDays, int]:
        """The days that changed, and how many clockings were newly kept aside."""
        keys = [(row.sheet, row.row) for row in rows]
        written = write_punches(self.punches[key] for key in keys if key in self.punches)
        strays = [self.strays[key] for key in keys if key in self.strays]
        return written, keep_strays(self.kind.project, strays) if strays else 0

    def months(self, rows: list[ParsedRow]) -> list[str]:
        own = (self.punches.get((row.sheet, row.row)) for row in rows)
        return [f"{timezone.localtime(punch.at):%Y-%m}" for punch in own if punch]

    def _take_known(self, row: ParsedRow, at: datetime, person: selectors.EngagedPerson) -> None:
        day = timezone.localdate(at)
        reason = why_no_attendance(person.entered_on, person.exited_on, day, self.today)
        if not reason:
            direction, means = str(row.values["direction"]), str(row.values["means"])
            punch = PunchRow(person.engagement_id, at, direction, means, self._device(row))
            self.punches[row.sheet, row.row] = punch
        else:
            self.kind.refuse(row, "at", f"刷卡日期{reason}，请核对；如登记有误，请先更正花名册再导入。")

    def _keep_aside(self, row: ParsedRow, at: datetime, field: str, why: str) -> None:
        values = row.values
        self.strays[row.sheet, row.row] = StrayRow(
            values["id_number"],
            values["name"],
            at,
            str(values["direction"]),
            str(values["means"]),
            self._device(row),
            values["team"],
        )
        self.kind.notice(row, field, why + KEPT_ASIDE)

    def _device(self, row: ParsedRow) -> int | None:
        serial = row.values["device"]
        if not serial:
            return None
        if serial not in self.devices and serial not in self._unknown_devices:
            self._unknown_devices.add(serial)
            self.kind.notice(row, "device", f"设备“{serial[:20]}”未在本项目登记，打卡照常计入，请登记设备。")
        return self.devices.get(serial)

    def _moment(self, row: ParsedRow) -> datetime | None:
        at, day = row.values["at"], row.values["day"]
        if isinstance(at, time) and day:
            at = datetime.combine(day, at)
        if isinstance(at, datetime):
            return timezone.make_aware(at) if timezone.is_naive(at) else at
        if row.good:
            self.kind.refuse(row, "at", "没有完整的刷卡时间，请填写如 2026-09-03 07:30:00 的日期和时刻。")
        return None


class PunchImport(SheetImport):
    kind = "punches"
    title = "打卡记录"
    help = "闸机、考勤机或行业平台导出的打卡明细，每次打卡一行；未登记人员的打卡先暂存，登记后自动计入。"
    order = 25
    next_step = ("查看考勤", "workers:attendance")
    columns = [
        Column("uscc", "统一社会信用代码", words("信用代码 企业信用代码 社会信用代码"), clean.uscc),
        Column("company", "企业名称", words("企业 所属企业 所属单位 参建单位 用工单位"), clean.text),
        Column("team", "班组", words("班组名称 所属班组 所在班组"), clean.text),
        Column("name", "姓名", words("工人姓名 农民工姓名 人员姓名 员工姓名"), clean.name, required=True),
        Column(
            "id_number",
            "证件号码",
            words("公民身份号码 身份证号码 身份证号 身份证 证件号 公民身份证号码"),
            clean.id_number,
            help="可不填；不填时按姓名对应花名册，姓名须唯一",
        ),
        *CLOCKING,
    ]

    @classmethod
    def choices(cls, project: Project) -> dict[str, list[str]]:
        return {
            "direction": list(Direction.labels),
            "means": list(PunchMeans.labels),
            "team": list(selectors.teams_of(project).values_list("name", flat=True)),
            "device": sorted(selectors.devices_by_serial(project)),
        }

    def layout(self, workbook, mapping=None):
        layout = super().layout(workbook, mapping)
        timed = [sheet for sheet in layout.sheets if "at" in sheet.mapping and not sheet.days]
        if timed:
            layout.ignored += [sheet.name for sheet in layout.sheets if sheet not in timed]
            layout.sheets = timed
        elif layout.sheets:
            layout.missing = [*layout.missing, next(column for column in self.columns if column.name == "at")]
        return layout

    def check(self, rows: list[ParsedRow]) -> None:
        self.clockings = Clockings(self, People(selectors.engaged_people(self.project)))
        for row in rows:
            soften(row)
            self.clockings.take(row)

    def apply(self, rows: list[ParsedRow]) -> Outcome:
        written, aside = self.clockings.write(rows)
        return Outcome(
            written.created,
            written.updated,
            written.unchanged + written.kept,
            remark=kept_aside(aside),
            month=max(self.clockings.months(rows), default=""),
        )


def soften(row: ParsedRow) -> None:
    """How somebody passed the gate changes no day."""
    for problem in row.problems:
        if problem.field in INCIDENTAL:
            problem.level = NOTICE


def kept_aside(count: int) -> str:
    return f"{count} 条未登记人员的打卡已暂存" if count else ""
