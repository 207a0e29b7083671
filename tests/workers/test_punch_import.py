"""打卡记录 as devices export them; clockings of people nobody knows; grids with two rows a person."""

import io
from datetime import date, datetime, time
from decimal import Decimal

import openpyxl
import pytest
from django.utils import timezone

from projects.imports import kinds
from tests.organizations.factories import clerk
from tests.projects.factories import project
from tests.workers import factories
from tests.workers.factories import id_number
from tests.workers.sheets import Run, xlsx
from workers.imports import AttendanceImport, PunchImport
from workers.models import AttendanceDay, Punch, StrayPunch
from workers.services import RosterEntry, enrol, take_in_strays

pytestmark = pytest.mark.django_db

HEAD = ["信用代码", "企业", "班组", "姓名", "证件号码", "刷卡时间", "方向", "通行方式", "设备序列号"]


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(datetime(2026, 11, 21, 9, 0, tzinfo=timezone.get_default_timezone()))


@pytest.fixture
def site():
    return project()


@pytest.fixture
def person(site):
    return factories.engagement(site, factories.worker(name="张三"), entered_on=date(2026, 8, 1))


def line(name, number, moment, direction="入场", means="人脸识别", device=""):
    return ["91530902MA6NX4T29W", "某某劳务", "钢筋班", name, number, moment, direction, means, device]


def test_the_columns_of_the_national_client_are_understood(site, person):
    gate = factories.device(site, "KQ-1")
    number = person.worker.id_number
    run = Run(
        PunchImport,
        site,
        xlsx(
            [
                HEAD,
                line("张三", number, "2026-09-03 07:30:10", device="KQ-1"),
                line("张三", number, "20260903180000", "出场"),
            ]
        ),
    )
    assert run.messages() == []
    day = AttendanceDay.objects.get()
    assert (day.units, day.first_in, day.last_out) == (1, time(7, 30, 10), time(18))
    assert list(Punch.objects.order_by("at").values_list("direction", "means", "device_id")) == [
        ("01", "001", gate.pk),
        ("02", "001", None),
    ]
    assert run.outcome.month == "2026-09"


def test_a_device_that_is_not_registered_is_said_once_and_the_clocking_taken(site, person):
    number = person.worker.id_number
    run = Run(
        PunchImport,
        site,
        xlsx([HEAD, *(line("张三", number, f"2026-09-03 0{hour}:00", device="新机") for hour in (7, 8))]),
    )
    assert len(run.bad) == 0
    assert "未在本项目登记" in run.at(2)
    assert run.at(3) == ""
    assert Punch.objects.count() == 2


def test_it_is_a_kind_of_its_own_in_the_import_centre(site):
    assert kinds()["punches"] is PunchImport
    assert openpyxl.load_workbook(io.BytesIO(PunchImport.template(site)))


def test_clockings_of_somebody_unknown_are_kept_and_taken_in_with_the_registration(site, person):
    number = id_number()
    rows = [line("生人", number, "2026-09-03 07:30"), line("生人", number, "2026-09-03 17:30", "出场")]
    run = Run(PunchImport, site, xlsx([HEAD, *rows]))
    assert run.bad == []
    assert "暂存" in run.at(2)
    assert run.outcome.remark == "2 条未登记人员的打卡已暂存"
    assert (StrayPunch.objects.count(), Punch.objects.count()) == (2, 0)
    assert StrayPunch.objects.first().id_number == number
    assert Run(PunchImport, site, xlsx([HEAD, *rows])).outcome.remark == "", "known already"
    assert take_in_strays(site) == 0
    enrol(site, RosterEntry(name="生人", id_type="01", id_number=number, entered_on=date(2026, 9, 1)), by=clerk())
    assert (StrayPunch.objects.count(), Punch.objects.count()) == (0, 2)
    assert AttendanceDay.objects.get().units == 1


def test_clockings_before_the_entry_stay_aside(site):
    number = id_number()
    Run(PunchImport, site, xlsx([HEAD, *(line("生人", number, f"2026-09-0{day} 07:30") for day in (1, 2, 3))]))
    enrol(site, RosterEntry(name="生人", id_type="01", id_number=number, entered_on=date(2026, 9, 2)), by=clerk())
    assert [timezone.localdate(stray.at).day for stray in StrayPunch.objects.all()] == [1]
    assert Punch.objects.count() == 2


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("李四", None, "2026-09-03 07:30"), "姓名不在本项目花名册"),
        (("张三", "same", "2026-12-03 07:30"), "晚于现在"),
        (("张三", "same", "2026-07-03 07:30"), "早于进场日期"),
        (("李四", "same", "2026-09-03 07:30"), "姓名与花名册"),
    ],
)
def test_what_cannot_be_is_refused_at_its_row(site, person, row, expected):
    name, number, moment = row
    run = Run(PunchImport, site, xlsx([HEAD, line(name, person.worker.id_number if number else None, moment)]))
    assert expected in run.at(2)
    assert not Punch.objects.exists()
    assert not StrayPunch.objects.exists()


# --- two rows a person ---------------------------------------------------------------------------------------------

TITLE = "某某项目2026年9月农民工考勤表"
DAYS = list(range(1, 31))


def stored() -> dict:
    return dict(AttendanceDay.objects.values_list("day__day", "units"))


EXPECTED = {1: 1, 2: Decimal("0.5"), 3: Decimal("0.5"), 4: 0, 6: Decimal("0.5")}
FORENOON, AFTERNOON = ["√", "√", "○", "○", "", ""], ["√", "○", "√", "○", "", "√"]


def half_grid(site, second_name, second_number, *, merged=False, head="时段"):
    book = openpyxl.Workbook()
    sheet = book.active
    number = factories.Worker.objects.get().id_number
    sheet.append([TITLE])
    sheet.append(["序号", "姓名", "证件号码", head, *DAYS, "合计"])
    sheet.append([1, "张三", number, "上午", *FORENOON, *[None] * 24, 2.5])
    sheet.append([None, second_name, number if second_number else None, "下午", *AFTERNOON, *[None] * 24])
    if merged:
        sheet.merge_cells("B3:B4")
        sheet.merge_cells("C3:C4")
    buffer = io.BytesIO()
    book.save(buffer)
    return Run(AttendanceImport, site, buffer.getvalue())


@pytest.mark.parametrize("head", ["时段", None])
@pytest.mark.parametrize(("name", "number", "merged"), [(None, False, False), (None, False, True)])
def test_forenoon_and_afternoon_in_two_rows_make_one_day(site, person, name, number, merged, head):
    run = half_grid(site, name, number, merged=merged, head=head)
    assert run.messages() == []
    assert stored() == EXPECTED


def test_the_name_may_stand_in_both_rows_when_the_column_says_which_half(site, person):
    assert half_grid(site, "张三", True).messages() == []
    assert stored() == EXPECTED


def test_a_mark_nobody_can_read_refuses_both_rows(site, person):
    book = xlsx(
        [
            [TITLE],
            ["姓名", "证件号码", "时段", *DAYS],
            ["张三", person.worker.id_number, "上午", *["√"] * 30],
            [None, None, "下午", "？", *["√"] * 29],
        ]
    )
    run = Run(AttendanceImport, site, book)
    assert [row.row for row in run.bad] == [3, 4]
    assert "一并退回" in run.at(3)
    assert not AttendanceDay.objects.exists()
