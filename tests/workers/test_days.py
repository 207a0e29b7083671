"""The pages about days: who was on site, one person's month, corrections, devices, strays, standards, recomputing."""

import io
from datetime import date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEntry
from projects.enums import Status
from tests.organizations.factories import clerk, officer
from tests.projects.factories import project
from tests.workers import factories
from tests.workers.factories import id_number
from workers.enums import Direction
from workers.models import AttendanceCorrection, AttendanceDay, AttendanceStandard, Device, StrayPunch
from workers.services import PunchRow, StrayRow, correct_team_day, keep_strays, write_punches

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(datetime(2026, 11, 21, 9, 0, tzinfo=timezone.get_default_timezone()))


@pytest.fixture
def site():
    return project(at="530902", name="甲项目")


@pytest.fixture
def keeper(site):
    return clerk(site.general_contractor)


@pytest.fixture
def signed_in(client, keeper):
    client.force_login(keeper)
    return client


@pytest.fixture
def person(site):
    return factories.engagement(site, factories.worker(name="张三"))


def at(hour, day=DAY):
    return timezone.make_aware(datetime.combine(day, datetime.min.time())) + timedelta(hours=hour)


def punched(person, *, day=DAY, means="001"):
    turns = (Direction.IN, Direction.OUT)
    write_punches([PunchRow(person.pk, at(hour, day), turn, means) for hour, turn in zip((7, 18), turns, strict=True)])


def text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_the_day_shows_who_was_on_site_with_first_in_and_last_out(signed_in, site, person):
    punched(person)
    page = text(signed_in.get(reverse("workers:attendance_day", args=[site.pk]) + f"?day={DAY}"))
    for shown in ("张三", "07:00", "18:00", "全天", "出勤 1 人"):
        assert shown in page
    assert "当日没有考勤记录" in text(signed_in.get(reverse("workers:attendance_day", args=[site.pk])))


def test_the_clockings_of_a_day_say_what_is_not_counted_and_why(signed_in, person):
    person.work_role = "10"
    person.save()
    punched(person, means="006")
    page = text(signed_in.get(reverse("workers:punch_day", args=[person.pk, DAY])))
    assert page.count("本次打卡不计入考勤") == 2
    assert "实名卡" in page
    assert signed_in.get(reverse("workers:punch_day", args=[person.pk, "2026-11-22"])).status_code == 404
    assert signed_in.get(reverse("workers:punch_day", args=[person.pk, "x"])).status_code == 404


def test_the_calendar_of_a_person_leads_to_each_day(signed_in, person):
    punched(person)
    page = text(signed_in.get(reverse("workers:attendance_person", args=[person.pk]) + "?month=2026-11"))
    assert reverse("workers:punch_day", args=[person.pk, DAY]) in page
    assert "出勤 1 天" in page
    assert reverse("workers:punch_day", args=[person.pk, "2026-11-22"]) not in page


def test_one_reason_corrects_the_day_of_a_whole_team_and_keeps_what_stood(signed_in, site, person):
    punched(person)
    others = [factories.engagement(site, factories.worker(name=name)) for name in ("李四", "王五")]
    address = reverse("workers:attendance_correct_team", args=[site.pk]) + f"?day={DAY}"
    form = signed_in.get(address).context["form"]
    assert form.initial["people"] == [one.pk for one in others], "whoever has no attendance"
    data = {"day": DAY, "people": [one.pk for one in others], "units": "1", "reason": "停电"}
    signed_in.post(address, data)
    assert set(AttendanceDay.objects.values_list("units", "source")) == {(1, "device"), (1, "manual")}
    assert set(AttendanceCorrection.objects.values_list("reason", "old_units", "day")) == {("停电", None, DAY)}
    page = text(signed_in.get(reverse("workers:correction_list", args=[site.pk]) + "?q=停电"))
    assert page.count("停电") >= 2
    signed_in.post(address, data)
    assert AttendanceCorrection.objects.count() == 2, "the same again is no correction"


def test_a_team_is_not_corrected_without_reason_or_on_a_day_nobody_was_there(site, person, keeper):
    stranger = factories.engagement(project())
    good = {"day": DAY, "units": Decimal(1), "reason": "停电", "by": keeper}
    for people, changes in (
        ([person.pk], {"reason": " "}),
        ([person.pk], {"day": date(2026, 11, 22)}),
        ([person.pk], {"day": date(2026, 7, 1)}),
        ([person.pk, stranger.pk], {}),
        ([], {}),
        ([person.pk], {"units": Decimal(2)}),
    ):
        with pytest.raises(ValidationError):
            correct_team_day(site, people, **good | changes)
    assert not AttendanceDay.objects.exists()


def test_the_export_holds_the_month_and_is_on_record(signed_in, site, person):
    punched(person)
    response = signed_in.post(reverse("workers:attendance_export", args=[site.pk]) + "?month=2026-11")
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][4:6] == ("1日", "2日")
    assert rows[2][1] == "张三"
    assert (rows[2][3 + DAY.day], rows[2][-1]) == ("√", 1)
    assert person.worker.id_number not in str(rows)
    assert AuditEntry.objects.filter(action="attendance.export").exists()


def test_a_clerk_registers_a_device_and_silent_ones_are_shown(signed_in, site):
    address = reverse("workers:device_add", args=[site.pk])
    data = {"serial_number": "KQ-1", "place": "1 号门", "kind": "gate", "means": "001", "installed_on": "2026-11-01"}
    signed_in.post(address, data)
    device = Device.objects.get()
    page = text(signed_in.get(reverse("workers:device_list", args=[site.pk])))
    assert "1 台设备三天以上没有打卡：1 号门" in page
    Device.objects.update(last_seen_at=timezone.now())
    assert "三天以上" not in text(signed_in.get(reverse("workers:device_list", args=[site.pk])))
    assert signed_in.post(address, data).status_code == 422, "the same serial number"
    removed = data | {"removed_on": "2026-10-01"}
    assert signed_in.post(reverse("workers:device_edit", args=[device.pk]), removed).status_code == 422
    signed_in.post(reverse("workers:device_edit", args=[device.pk]), data | {"removed_on": "2026-11-20"})
    assert Device.objects.get().removed_on == DAY


def test_a_gate_where_only_strangers_clock_is_not_silent(site):
    device = factories.device(site)
    assert device.is_silent(at(12))
    keep_strays(site, [StrayRow("530902199001011232", "生人", at(7), device_id=device.pk)])
    device.refresh_from_db()
    assert (device.last_seen_at, device.is_silent(at(12))) == (at(7), False)


def test_strays_are_listed_masked_and_checked_again_by_hand(signed_in, site, person):
    number = id_number()
    keep_strays(site, [StrayRow(number, "生人", at(7)), StrayRow(number, "生人", at(18))])
    page = text(signed_in.get(reverse("workers:stray_list", args=[site.pk])))
    assert "1 人在工地打卡" in page
    assert number not in page
    take_in = reverse("workers:stray_take_in", args=[site.pk])
    assert "尚未登记" in text(signed_in.post(take_in, follow=True))
    factories.engagement(site, factories.worker(name="生人", id_number=number))
    assert "2 条打卡已计入" in text(signed_in.post(take_in, follow=True))
    assert not StrayPunch.objects.exists()


def test_the_province_sets_a_standard_and_an_officer_recomputes_after_seeing_what_changes(client, site, person):
    punched(person)
    client.force_login(officer("530000"))
    data = {"min_punches": 2, "full_hours": "12", "half_hours": "2", "manager_means": ["001"], "reason": "试点"}
    client.post(reverse("workers:standard_change"), data | {"valid_from": "2026-11-01"})
    assert AttendanceStandard.objects.get().full_hours == 12
    assert "满 12 小时" in text(client.get(reverse("workers:standard_list")))
    client.force_login(officer("530902"))
    assert client.get(reverse("workers:standard_change")).status_code == 403
    address = reverse("workers:attendance_recompute", args=[site.pk]) + "?month=2026-11"
    assert "有 1 天将改变" in text(client.get(address))
    assert AttendanceDay.objects.get().units == 1
    client.post(address)
    assert AttendanceDay.objects.get().units == Decimal("0.5")
    assert "没有变化" in text(client.get(address))


def test_the_list_says_what_is_due_and_what_came(client):
    came, late, linear = project(name="已报项目"), project(name="缺报项目"), project(name="线性项目", is_linear=True)
    factories.attendance(factories.engagement(came), DAY)
    factories.attendance(factories.engagement(late), DAY - timedelta(1))
    factories.attendance(factories.engagement(linear), date(2026, 11, 2))
    client.force_login(officer("530000"))
    table = client.get(reverse("workers:attendance_list")).context["table"]
    said = {row.record.name: [row.cells[-2].text, row.cells[-1].text] for row in table.rows()}
    assert said == {
        "已报项目": ["11月20日", "已报送"],
        "缺报项目": ["11月20日", "缺报，至 2026-11-19"],
        "线性项目": ["11月1日至15日", "已报送"],
    }


def test_the_list_is_narrowed_to_what_did_not_come(client):
    late, linear = project(name="缺报项目"), project(name="缺报管线", is_linear=True)
    factories.attendance(factories.engagement(late), DAY - timedelta(1))
    factories.attendance(factories.engagement(linear), date(2026, 10, 31))
    factories.attendance(factories.engagement(project(name="已报项目")), DAY)
    factories.attendance(factories.engagement(project(name="已报管线", is_linear=True)), date(2026, 11, 2))
    project(name="从未报送")
    project(name="停工项目", status=Status.SUSPENDED)

    def listed(**asked):
        table = client.get(reverse("workers:attendance_list"), asked).context["table"]
        return {row.record.name for row in table.rows()}

    client.force_login(officer("530000"))
    assert listed(missing="on") == {"缺报项目", "缺报管线", "从未报送"}
    assert listed(missing="on", q="管线") == {"缺报管线"}
    place = late.jurisdiction_id
    assert "缺报项目" in listed(place=place)
    assert "缺报项目" not in listed(industry="water" if late.industry != "water" else "housing")


def test_a_completed_project_refuses_every_write_here(signed_in, site, person):
    device = factories.device(site)
    site.status, site.completed_on = Status.COMPLETED, DAY
    site.save()
    for name, pk in (
        ("attendance_correct_team", site.pk),
        ("device_add", site.pk),
        ("device_edit", device.pk),
        ("stray_take_in", site.pk),
        ("attendance_recompute", site.pk),
    ):
        response = signed_in.post(reverse(f"workers:{name}", args=[pk]), follow=True)
        assert "确认完工" in text(response), name


def test_the_grid_sums_each_day_and_may_be_narrowed_to_a_trade(signed_in, site, person):
    mason = factories.engagement(site, factories.worker(name="泥工"), trade="010")
    for one in (person, mason):
        factories.attendance(one, DAY)
    address = reverse("workers:attendance", args=[site.pk]) + "?month=2026-11"
    grid = signed_in.get(address).context["grid"]
    assert (grid.sums[DAY.day - 1], sum(grid.sums), grid.total) == (2, 2, 2)
    narrowed = signed_in.get(address + "&trade=010").context["grid"]
    assert [line.engagement for line in narrowed.lines] == [mason]
