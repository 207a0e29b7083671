import io
from datetime import date, datetime, time
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from core.spreadsheets import SheetError
from projects import imports
from projects.enums import ImportState
from tests.organizations.factories import clerk
from tests.projects.factories import project
from tests.workers import factories
from tests.workers.factories import id_number
from tests.workers.sheets import Run, xlsx
from workers.imports import AttendanceImport, marks
from workers.models import AttendanceDay, AttendanceMonth, Punch
from workers.services import correct_attendance

pytestmark = pytest.mark.django_db

TITLE = "某某项目2026年9月农民工考勤表"
DAYS = 30


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(datetime(2026, 11, 21, 9, 0, tzinfo=timezone.get_default_timezone()))


@pytest.fixture
def site():
    return project()


@pytest.fixture
def person(site):
    return factories.engagement(site, factories.worker(name="张三"), entered_on=date(2026, 8, 1))


def row(name, number, marks_of="√" * DAYS, total=None):
    marks_of = [mark if mark != " " else None for mark in marks_of]
    return [1, name, number, *marks_of, *[None] * (DAYS - len(marks_of)), total, ""]


def grid(*rows, title=TITLE, days=DAYS, legend="", head=None):
    header = ["序号", "姓名", "证件号码", *(head or range(1, days + 1)), "合计", "签字"]
    return xlsx([[title], [legend], header, *rows, [], ["考勤员：", None, None, None, "班组长："]])


def rolled(engagement):
    return AttendanceMonth.objects.get(engagement=engagement).days


def test_marks_become_days(site, person):
    run = Run(AttendanceImport, site, grid(row("张 三", person.worker.id_number, "√√△○ ✓1×½", "4")))
    assert run.bad == []
    stored = dict(AttendanceDay.objects.values_list("day__day", "units"))
    assert stored == {1: 1, 2: 1, 3: Decimal("0.5"), 4: 0, 6: 1, 7: 1, 8: 0, 9: Decimal("0.5")}
    assert rolled(person) == Decimal("5")
    assert "合计 4 天与逐日标记 5 天不一致" in run.at(4)


def test_uploading_twice_changes_nothing(site, person):
    content = grid(row("张三", person.worker.id_number))
    assert Run(AttendanceImport, site, content).outcome.created == 30
    again = Run(AttendanceImport, site, content).outcome
    assert (again.created, again.updated, again.unchanged) == (0, 0, 30)


def test_a_total_that_differs_from_the_marks_is_said_and_the_row_taken(site, person):
    run = Run(AttendanceImport, site, grid(row("张三", person.worker.id_number, "√" * 29 + "○", 31)))
    assert run.bad == []
    assert "合计 31 天与逐日标记 29 天不一致" in run.at(4)
    assert rolled(person) == 29


def test_people_who_are_not_in_the_register_are_refused_at_their_row(site, person):
    elsewhere = factories.engagement(project(), factories.worker(name="李四"))
    run = Run(
        AttendanceImport,
        site,
        grid(row("张三", person.worker.id_number), row("李四", elsewhere.worker.id_number), row("王五", id_number())),
    )
    assert [bad.row for bad in run.bad] == [5, 6]
    assert "不在本项目花名册" in run.at(5)
    assert set(AttendanceDay.objects.values_list("engagement_id", flat=True)) == {person.pk}


def test_without_a_number_a_unique_name_is_enough(site, person):
    factories.engagement(site, factories.worker(name="王五"))
    factories.engagement(site, factories.worker(name="王五"))
    run = Run(AttendanceImport, site, grid(row("张三", None), row("王五", None)))
    assert [bad.row for bad in run.bad] == [5]
    assert "有 2 人" in run.at(5)


def test_a_number_with_somebody_elses_name_is_refused(site, person):
    run = Run(AttendanceImport, site, grid(row("李四", person.worker.id_number)))
    assert "姓名与花名册" in run.at(4)
    assert "张三" not in run.at(4)


def test_the_same_person_twice_is_refused_the_second_time(site, person):
    number = person.worker.id_number
    run = Run(AttendanceImport, site, grid(row("张三", number), row("张三", number, "○" * DAYS)))
    assert "第 4 行是同一人" in run.at(5)
    assert rolled(person) == 30


def test_days_before_entry_and_after_exit_are_left_out_and_said(site, person):
    person.entered_on, person.exited_on = date(2026, 9, 3), date(2026, 9, 28)
    person.save()
    run = Run(AttendanceImport, site, grid(row("张三", person.worker.id_number)))
    assert run.bad == []
    assert "1日、2日早于进场日期" in run.at(4)
    assert "29日、30日晚于退场日期" in run.at(4)
    assert rolled(person) == 26


def test_a_row_outside_the_engagement_altogether_is_refused(site, person):
    person.exited_on = date(2026, 8, 20)
    person.save()
    run = Run(AttendanceImport, site, grid(row("张三", person.worker.id_number)))
    assert "没有一天可以计入" in run.at(4)


def test_a_mark_on_the_31st_of_september_is_left_out_and_said(site, person):
    header = [*row("张三", person.worker.id_number)[:33], "√", 30, ""]
    run = Run(AttendanceImport, site, grid(header, days=31))
    assert "31日9月没有这一天" in run.at(4)
    assert rolled(person) == 30


def test_days_that_have_not_come_are_refused(site, person):
    content = grid(row("张三", person.worker.id_number, "√" * 22), title="项目2026年11月考勤表")
    assert "22日日期晚于今天" in Run(AttendanceImport, site, content).at(4)
    rest = grid(row("张三", person.worker.id_number, "√" * 21 + "○" * 9), title="项目2026年11月考勤表")
    assert Run(AttendanceImport, site, rest).bad == []
    with pytest.raises(SheetError, match="尚未到来"):
        Run(AttendanceImport, site, grid(row("张三", None), title="项目2026年12月考勤表"))


def test_an_unknown_mark_is_refused_at_its_cell(site, person):
    run = Run(AttendanceImport, site, grid(row("张三", person.worker.id_number, "√√8")))
    assert [(problem.cell, problem.level) for problem in run.bad[0].problems] == [("F4", "error")]


@pytest.mark.parametrize("title", ["钢筋班考勤", ""])
def test_the_month_may_stand_in_the_file_name(site, person, title):
    Run(AttendanceImport, site, grid(row("张三", None), title=title), filename="考勤2026-09.xlsx")
    assert AttendanceMonth.objects.get().month == date(2026, 9, 1)


def test_the_month_may_stand_in_the_dates_of_the_columns(site, person):
    head = [date(2026, 9, day) for day in range(1, 31)]
    Run(AttendanceImport, site, grid(row("张三", None), title="考勤表", head=head))
    assert AttendanceMonth.objects.get().month == date(2026, 9, 1)


def test_without_a_month_the_sheet_is_refused_with_what_to_do(site, person):
    with pytest.raises(SheetError, match="2026年9月考勤表"):
        Run(AttendanceImport, site, grid(row("张三", None), title="考勤表"))


def test_a_sheet_for_each_team_and_a_summary_that_is_none(site, person):
    other = factories.engagement(site, factories.worker(name="李四"), entered_on=date(2026, 8, 1))
    header = ["姓名", "身份证号", *range(1, 31), "出勤天数"]
    content = xlsx(
        [[TITLE], header, ["张三", person.worker.id_number, *["√"] * 30, 30]],
        [[TITLE], header, ["李四", other.worker.id_number, *["△"] * 30, 15]],
        [["汇总"], ["姓名", "出勤天数"], ["张三", 30], ["李四", 15]],
        names=("钢筋班", "泥工班", "汇总表"),
    )
    run = Run(AttendanceImport, site, content)
    assert run.messages() == []
    assert (rolled(person), rolled(other)) == (30, 15)


def test_the_legend_of_the_sheet_outweighs_the_usual_meaning(site, person):
    content = grid(row("张三", person.worker.id_number, "○○×△"), legend="出勤“○”  休息“×”  半天“△”")
    Run(AttendanceImport, site, content)
    assert rolled(person) == Decimal("2.5")


@pytest.mark.parametrize(
    ("text", "mark", "units"),
    [
        ("出勤“√”  半天“△”  休息“○”", "○", 0),
        ("注：√表示出勤，△半天，×休息", "×", 0),
        ("全勤：★ 半班：☆", "☆", Decimal("0.5")),
        ("说明 ○：出勤 ●：休息", "○", 1),
        ("说明 ○：出勤 ●：休息", "●", 0),
    ],
)
def test_legends_are_read_in_either_order(text, mark, units):
    assert marks.read(mark, marks.legend([text])) == units


def test_a_correction_by_hand_stands_against_a_later_sheet_and_is_said(site, person):
    correct_attendance(person, day=date(2026, 9, 5), units=Decimal("0.5"), reason="门禁故障", by=clerk())
    run = Run(AttendanceImport, site, grid(row("张三", person.worker.id_number)))
    assert "5 日已由人工更正为 0.5 天" in run.at(4)
    assert rolled(person) == Decimal("29.5")


def test_a_sheet_without_days_or_times_asks_for_its_columns(site):
    content = xlsx([["项目2026年9月汇总"], ["姓名", "身份证号", "出勤天数"], ["张三", id_number(), 20]])
    with pytest.raises(AssertionError, match="刷卡时间"):
        Run(AttendanceImport, site, content)


def test_the_template_is_last_months_grid_with_everybody_in_it_and_comes_back_as_it_is(site, person):
    factories.engagement(site, factories.worker(name="李四"), team=factories.team(site, "瓦工班"))
    factories.engagement(site, factories.worker(name="已退场"), exited_on=date(2026, 9, 1))
    book = openpyxl.load_workbook(io.BytesIO(AttendanceImport.template(site)))
    assert book.sheetnames == ["瓦工班", "钢筋一班"]
    sheet = book["钢筋一班"]
    assert "2026年10月" in sheet["A1"].value
    assert [sheet.cell(row, 2).value for row in (4, 5)] == ["张三", None]
    for column in range(4, 4 + 31):
        sheet.cell(4, column).value = "√"
    filled = io.BytesIO()
    book.save(filled)
    run = Run(AttendanceImport, site, filled.getvalue(), "考勤表模板.xlsx")
    assert run.messages() == []
    assert AttendanceMonth.objects.get(engagement=person).month == date(2026, 10, 1)
    assert rolled(person) == 31


# --- one row for each clocking -------------------------------------------------------------------------------------

PUNCHES = ["姓名", "证件号码", "刷卡时间", "方向", "通行方式"]


def test_clockings_are_kept_and_make_days(site, person):
    number = person.worker.id_number
    content = xlsx(
        [
            PUNCHES,
            ["张三", number, "2026-09-03 07:31:05", "进", "人脸识别"],
            ["张三", number, datetime(2026, 9, 3, 18, 2), "出", "人脸"],  # noqa: DTZ001 - a cell knows no zone
            ["张三", number, "2026/9/4 7:30", "入场", "IC卡"],
        ]
    )
    run = Run(AttendanceImport, site, content)
    assert run.messages() == []
    first, second = AttendanceDay.objects.order_by("day")
    assert (first.units, first.first_in, first.last_out) == (1, time(7, 31, 5), time(18, 2))
    assert (second.units, second.first_in, second.last_out) == (0, time(7, 30), None)
    assert list(Punch.objects.order_by("at").values_list("direction", "means")) == [
        ("01", "001"),
        ("02", "001"),
        ("01", "006"),
    ]
    again = Run(AttendanceImport, site, content).outcome
    assert (again.created, again.updated) == (0, 0)


def test_date_and_time_may_stand_in_two_columns(site, person):
    content = xlsx(
        [
            ["姓名", "日期", "打卡时间"],
            ["张三", "2026-09-03", "07:30"],
            ["张三", date(2026, 9, 3), time(17, 30)],
            ["张三", "", "17:30"],
        ]
    )
    run = Run(AttendanceImport, site, content)
    assert "没有完整的刷卡时间" in run.at(4)
    assert AttendanceDay.objects.get().units == 1


def test_clockings_of_the_future_or_outside_the_engagement_are_refused(site, person):
    number = person.worker.id_number
    content = xlsx(
        [PUNCHES, ["张三", number, "2026-12-03 07:31", "", ""], ["张三", number, "2026-07-03 07:31", "", ""]]
    )
    run = Run(AttendanceImport, site, content)
    assert "晚于现在" in run.at(2)
    assert "早于进场日期" in run.at(3)
    assert not Punch.objects.exists()


def test_the_number_of_statements_does_not_grow_with_the_people(site, django_assert_max_num_queries):
    people = [
        factories.engagement(site, factories.worker(name="甲" + chr(0x4E00 + index)), entered_on=date(2026, 8, 1))
        for index in range(40)
    ]
    content = grid(*(row(person.worker.name, person.worker.id_number) for person in people))
    with django_assert_max_num_queries(44):
        assert Run(AttendanceImport, site, content).outcome.created == 1200


def test_the_next_step_opens_the_month_that_was_imported(client, site, person):
    keeper = clerk(site.general_contractor)
    title = f"{site.name}2026年9月农民工考勤表"
    content = grid(row("张三", person.worker.id_number), title=title)
    batch = imports.receive(site, "attendance", content=content, filename="考勤.xlsx", by=keeper)
    batch = imports.apply(imports.examine(batch), by=keeper)
    assert batch.state == ImportState.APPLIED, batch.message
    client.force_login(keeper)
    page = reverse("workers:attendance", args=[site.pk]) + "?month=2026-09"
    assert f'href="{page}"' in client.get(batch.get_absolute_url()).content.decode()
    assert client.get(page).context["month"] == date(2026, 9, 1)
