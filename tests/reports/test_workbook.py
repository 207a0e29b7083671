from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.urls import reverse

from core import attachments, jobs
from core.models import AuditEntry, Job
from organizations.enums import Industry, OrganizationKind
from projects.enums import Status
from reports import services
from reports.models import Baseline, MonthFigure
from reports.tasks import WORKBOOK, close_months
from tests.accounts import factories as money
from tests.alerts.factories import setting, warning
from tests.organizations import factories as people
from tests.projects.factories import project
from tests.reports.counting import noon
from tests.workers import factories as workers
from workers.models import AttendanceMonth

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)
NOW = noon(date(2026, 11, 10))
AFTER_CLOSING = noon(date(2026, 11, 21))


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def make(user, month: str = "2026-10"):
    """The workbook as openpyxl opens it, and the job."""
    job = jobs.run(jobs.start(WORKBOOK, by=user, month=month).pk)
    assert job.state == Job.State.DONE, job.message
    return openpyxl.load_workbook(BytesIO(attachments.read(job.result))), job


def site(at: str = "530902", name: str = "凤凰小区", **fields):
    """Two workers with attendance in October: one with contract and full pay, one with neither."""
    made = project(at=at, name=name, **fields)
    account = money.special_account(made)
    first, second = workers.engagement(made), workers.engagement(made)
    workers.contract(first)
    payroll = money.payroll(made, OCTOBER)
    for person in (first, second):
        AttendanceMonth.objects.create(engagement=person, project=made, month=OCTOBER, days=22)
    money.entry(account, 20000, booked_on=date(2026, 10, 9))
    money.payout(money.payroll_line(payroll, "6000.00", engagement=first), account)
    money.payroll_line(payroll, "5000.50", engagement=second)
    return made


def texts(book) -> str:
    cells = (cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    return "\n".join(str(cell) for cell in cells if cell is not None)


def heads(sheet) -> list[tuple[str, str]]:
    """(figure, part) of each column; the upper head holds for the columns under it."""
    upper, lower = ([cell.value for cell in sheet[row]] for row in (3, 4))
    named, current = [], ""
    for top, bottom in zip(upper, lower, strict=True):
        current = top or current
        named.append((current, bottom or ""))
    return named


def row_of(sheet, first: str) -> dict:
    found = next(row for row in sheet.iter_rows(min_row=5, values_only=True) if row[0] == first)
    return dict(zip(heads(sheet), found, strict=True))


def test_the_sheets_hold_the_figures_of_the_month():
    site()
    Baseline.objects.create(region=people.region("530900"), as_of=date(2023, 3, 1), projects=153)
    book, _ = make(people.officer("530900"))
    assert book.sheetnames == ["汇总", "分行业", "项目明细", "预警", "数据口径"]
    for row in (row_of(book["汇总"], "530900"), row_of(book["汇总"], "530902"), row_of(book["分行业"], "房建市政")):
        assert row["在监管项目（个）", ""] == 1
        assert row["代发率（人数）", "足额代发的出勤工人"] == 1
        assert row["代发率（人数）", "出勤工人"] == 2
        assert row["代发率（人数）", "率"] == 0.5
        assert row["代发率（金额）", "当月实发工资"] == 11000.5
        assert row["劳动合同签订率", "率"] == 0.5
        assert row["专户开设率", "率"] == 1
        assert row["人工费到账金额（元）", ""] == 20000
        assert row["预警处置率", "率"] == "—"
    assert row_of(book["汇总"], "530900")["纳入率", "指标基数"] == 153
    assert row_of(book["汇总"], "530902")["纳入率", "率"] == "—"


def test_numbers_are_numbers_codes_are_texts_and_nothing_is_a_formula():
    made = site(name='=HYPERLINK("http://x","y")')
    warning(made, message="+1 人工资未发", raised_at=noon(date(2026, 10, 5)))
    book, _ = make(people.officer("530902"))
    for sheet in book:
        assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    cells = {cell.value: cell for cell in book["项目明细"][4]}
    assert cells[made.code].data_type == "s"
    assert cells[made.name].data_type == "s"
    assert cells["530902"].data_type == "s"
    assert cells[11000.5].number_format == "#,##0.00"
    rate = book["汇总"].cell(5, heads(book["汇总"]).index(("专户开设率", "率")) + 1)
    assert (rate.value, rate.number_format) == (1, "0.0%")


def test_every_sheet_prints_on_a4_landscape_with_its_heads_on_each_page():
    book, _ = make(people.officer("530902"))
    for sheet in book:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows
        assert sheet.freeze_panes
    assert "临翔区2026年10月" in book["汇总"]["A1"].value


def test_the_warnings_of_the_month_are_told_as_they_stood_at_its_end():
    made = project()
    warning(made, title="当月产生", raised_at=noon(date(2026, 10, 5)), due_on=date(2026, 11, 4))
    warning(made, title="逾期的", raised_at=noon(date(2026, 9, 1)), due_on=date(2026, 10, 1))
    released = {"state": "released", "release_kind": "data"}
    warning(made, title="当月解除", raised_at=noon(date(2026, 9, 9)), released_at=noon(date(2026, 10, 9)), **released)
    warning(made, title="后来解除", raised_at=noon(date(2026, 10, 9)), released_at=noon(date(2026, 11, 9)), **released)
    warning(made, title="早已解除", raised_at=noon(date(2026, 8, 9)), released_at=noon(date(2026, 9, 9)), **released)
    warning(made, title="次月产生", raised_at=noon(date(2026, 11, 2)))
    book, _ = make(people.officer("530902"))
    sheet = book["预警"]
    names = [cell.value for cell in sheet[3]]
    rows = [dict(zip(names, row, strict=True)) for row in sheet.iter_rows(min_row=4, values_only=True)]
    told = {
        row["预警名称"]: tuple(row[name] for name in ("本期产生", "本期解除", "期末逾期", "期末状态")) for row in rows
    }
    assert told == {
        "当月产生": ("是", "否", "否", "未办结"),
        "逾期的": ("否", "否", "是", "未办结"),
        "当月解除": ("否", "是", "否", "已解除"),
        "后来解除": ("是", "否", "否", "未办结"),
    }
    row = row_of(book["汇总"], "530902")
    counted = [
        row[name, ""] for name in ("产生预警（条）", "解除预警（条）", "期末未办结预警（条）", "期末逾期预警（条）")
    ]
    assert counted == [2, 1, 3, 1]


def test_the_definitions_say_what_was_counted_when_by_whom_and_by_which_rules():
    warning(project())
    officer = people.officer("530902", name="李敏")
    told = texts(make(officer)[0]["数据口径"].parent)
    for expected in (
        "2026-11-10 12:00",
        "李敏",
        "未月结",
        "足额代发的出勤工人 ÷ 出勤工人",
        "TEST-00 第1版",
        "分母为零",
    ):
        assert expected in told


def test_an_office_reads_its_own_place_and_industry_only():
    site("530902", "临翔的项目")
    site("530921", "凤庆的项目")
    site("530902", "水库项目", industry=Industry.WATER)
    warning(site("530102", "昆明的项目"), raised_at=noon(date(2026, 10, 5)))
    told = texts(make(people.officer("530902"))[0])
    assert "临翔的项目" in told
    assert "水库项目" in told
    for foreign in ("凤庆", "昆明", "530921"):
        assert foreign not in told
    told = texts(make(people.industry_officer("530900", OrganizationKind.WATER))[0])
    assert "水库项目" in told
    for foreign in ("临翔的项目", "凤庆的项目", "昆明"):
        assert foreign not in told


def test_a_month_without_data_makes_a_workbook_of_zeros():
    book, _ = make(people.officer("530900"), "2026-03")
    assert row_of(book["汇总"], "530900")["代发率（人数）", "率"] == "—"
    assert book["项目明细"].max_row == 3


def test_what_comes_in_later_does_not_change_a_closed_month():
    made = site()
    officer = people.officer("530902")
    with time_machine.travel(AFTER_CLOSING, tick=False):
        before, _ = make(officer)
    assert MonthFigure.objects.get().projects[0]["name"] == "凤凰小区"
    late = workers.engagement(made)
    AttendanceMonth.objects.create(engagement=late, project=made, month=OCTOBER, days=5)
    money.payroll_line(money.payroll(made, OCTOBER), "7000.00", engagement=late)
    site(name="后来的项目")
    warning(made, raised_at=noon(date(2026, 11, 22)))
    with time_machine.travel(noon(date(2026, 12, 24)), tick=False):
        after, _ = make(officer)
    for name in before.sheetnames[:4]:
        rows = [[list(row) for row in book[name].iter_rows(min_row=3, values_only=True)] for book in (before, after)]
        assert rows[0] == rows[1], name
    assert "已月结" in after["汇总"]["A2"].value
    assert "2026-11-21 12:00" in after["汇总"]["A2"].value


def test_before_its_closing_day_a_month_still_moves():
    made = site()
    officer = people.officer("530902")
    make(officer)
    assert not MonthFigure.objects.exists()
    AttendanceMonth.objects.create(engagement=workers.engagement(made), project=made, month=OCTOBER, days=5)
    assert row_of(make(officer)[0]["汇总"], "530902")["代发率（人数）", "出勤工人"] == 3


def test_a_closed_month_shows_an_office_its_own_place_and_industry_only():
    site("530902", "临翔的项目")
    site("530921", "凤庆的项目")
    site("530902", "水库项目", industry=Industry.WATER)
    with time_machine.travel(AFTER_CLOSING, tick=False):
        make(people.officer("530000"))
        told = texts(make(people.officer("530902"))[0])
        water = texts(make(people.industry_officer("530000", OrganizationKind.WATER))[0])
    assert "临翔的项目" in told
    assert "凤庆的项目" not in told
    assert "水库项目" in water
    assert "临翔的项目" not in water


def test_the_details_are_the_counted_projects_and_the_others_stand_apart():
    site(name="在监管的")
    later = site(name="期后开工的", supervised_from=date(2026, 11, 5), actual_start_on=date(2026, 11, 5))
    site(name="开工后补报的", supervised_from=date(2026, 11, 5))
    site(name="早已竣工的", status=Status.COMPLETED, completed_on=date(2026, 9, 15))
    warning(later, raised_at=noon(date(2026, 10, 5)))
    officer = people.officer("530902")
    for clock in (NOW, AFTER_CLOSING):
        with time_machine.travel(clock, tick=False):
            book, _ = make(officer)
        whole = row_of(book["汇总"], "530902")
        named = {
            name: [row[1] for row in book[name].iter_rows(min_row=4, values_only=True)]
            for name in ("项目明细", "监管期外项目")
        }
        assert set(named["项目明细"]) == {"在监管的", "开工后补报的"}
        assert set(named["监管期外项目"]) == {"期后开工的", "早已竣工的"}
        assert whole["在监管项目（个）", ""] == len(named["项目明细"])
        heads_of = [cell.value for cell in book["项目明细"][3]]
        for label, total in (("当月实发工资（元）", whole["代发率（金额）", "当月实发工资"]),
                             ("产生预警（条）", whole["产生预警（条）", ""])):  # fmt: skip
            column = heads_of.index(label)
            rows = [row for name in named for row in book[name].iter_rows(min_row=4, values_only=True)]
            assert sum(row[column] for row in rows) == total, label
        assert "监管期外项目" in texts(book)


def test_the_job_says_whether_the_month_is_closed_and_who_closed_it():
    site()
    officer = people.officer("530902")
    assert "本月未月结" in make(officer)[1].message
    with time_machine.travel(AFTER_CLOSING, tick=False):
        first, second = make(officer)[1].message, make(officer)[1].message
    assert first == "本月已月结（由本次生成办理），数值为 2026-11-21 12:00 的数据。"
    assert second == "本月已月结，数值为 2026-11-21 12:00 的数据。"


def test_parameters_of_the_rules_carry_their_labels():
    setting("PAY-01", params={"grace": 5})
    told = texts(make(people.officer("530902"))[0])
    assert "宽限 5 日" in told
    assert "grace" not in told


def test_months_are_closed_once_by_night():
    site()
    with time_machine.travel(AFTER_CLOSING, tick=False):
        close_months()
        assert {row.month for row in MonthFigure.objects.all()} == {
            date(2026, 10, 1),
            date(2026, 9, 1),
            date(2026, 8, 1),
        }
        assert services.close_due_months(now=AFTER_CLOSING) == []
        assert services.close_month(OCTOBER, now=AFTER_CLOSING) is False
    row = MonthFigure.objects.get(month=OCTOBER)
    assert (row.region_id, row.industry, row.cut_off_at) == ("530902", "housing", AFTER_CLOSING)
    assert Decimal(row.figures["net"]) == Decimal("11000.50")


def test_the_page_starts_a_job_and_keeps_the_file_for_its_maker(client, django_capture_on_commit_callbacks):
    officer, colleague = people.officer("530902"), people.officer("530902")
    client.force_login(officer)
    assert "还没有生成过月报" in client.get(reverse("reports:workbook_list")).content.decode()
    answer = client.post(reverse("reports:workbook_start"), {"month": "2026-10"})
    assert answer.status_code == 302
    job = Job.objects.get()
    assert (job.owner, job.title) == (officer, "临翔区2026年10月统计表")
    page = client.get(reverse("reports:workbook_list")).content.decode()
    assert "排队中" in page
    jobs.run(job.pk)
    job.refresh_from_db()
    address = reverse("core:attachment", args=[job.result.key])
    assert address in client.get(reverse("reports:workbook_list")).content.decode()
    assert client.get(address).status_code == 200
    assert AuditEntry.objects.get(action="workbook.export").detail["region"] == "530902"
    client.force_login(colleague)
    assert client.get(address).status_code == 404
    assert address not in client.get(reverse("reports:workbook_list")).content.decode()


@pytest.mark.parametrize("month", ["2026-12", "2019-01", "x", ""])
def test_a_month_that_is_not_offered_starts_nothing(client, month):
    client.force_login(people.officer("530902"))
    assert client.post(reverse("reports:workbook_start"), {"month": month}).status_code == 422
    assert not Job.objects.exists()


def test_only_regulators_make_workbooks(client):
    for user in (people.clerk(), people.bank_clerk(), people.administrator()):
        client.force_login(user)
        assert client.get(reverse("reports:workbook_list")).status_code == 403
        assert client.post(reverse("reports:workbook_start"), {"month": "2026-10"}).status_code == 403


def test_statistics_show_a_closed_month_as_it_stood(client):
    site()
    with time_machine.travel(AFTER_CLOSING, tick=False):
        services.close_month(OCTOBER, now=AFTER_CLOSING)
        site(name="后来的项目")
        client.force_login(people.officer("530902"))
        closed = client.get(reverse("reports:statistics"), {"month": "2026-10"})
        running = client.get(reverse("reports:statistics"))
    assert closed.context["places"].page.rows[0].figures["projects"] == 1
    assert "已月结" in closed.content.decode()
    assert running.context["places"].page.rows[0].figures["projects"] == 2
    assert "未月结" in running.content.decode()
