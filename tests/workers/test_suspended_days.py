"""Attendance on days the project stood still: accepted, and noticed at every door."""

from datetime import date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.organizations.factories import clerk
from tests.projects.factories import project, suspension
from tests.workers import factories
from tests.workers.sheets import Run, xlsx
from workers.imports import AttendanceImport
from workers.models import AttendanceDay

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(datetime(2026, 11, 21, 9, 0, tzinfo=timezone.get_default_timezone()))


@pytest.fixture
def site():
    one = project()
    suspension(one, date(2026, 9, 3), date(2026, 9, 6))
    return one


@pytest.fixture
def person(site):
    return factories.engagement(site, factories.worker(name="张三"), entered_on=date(2026, 8, 1))


def sheet(person, marks: str):
    head = ["序号", "姓名", "证件号码", *range(1, 31), "合计"]
    row = [1, "张三", person.worker.id_number, *marks, *[None] * (30 - len(marks)), None]
    return xlsx([["2026年9月农民工考勤表"], head, row])


def test_a_sheet_is_taken_and_says_which_days(site, person):
    run = Run(AttendanceImport, site, sheet(person, "√√√○√√"))
    assert run.bad == []
    assert "3日、5日在登记的停工期间，照常计入" in run.at(3)
    assert AttendanceDay.objects.count() == 6


def test_days_of_rest_and_days_at_the_edges_are_no_notice(site, person):
    run = Run(AttendanceImport, site, sheet(person, "√√○○○√"))
    assert "停工期间" not in run.at(3)


def test_clockings_are_noticed_too(site, person):
    head = ["姓名", "身份证号", "刷卡时间"]
    rows = [["张三", person.worker.id_number, f"2026-09-0{day} 07:30:00"] for day in (2, 3)]
    run = Run(AttendanceImport, site, xlsx([head, *rows]))
    assert "停工期间" not in run.at(2)
    assert "3日在登记的停工期间" in run.at(3)


def test_the_month_marks_the_days_and_a_correction_is_noticed(client, site, person):
    client.force_login(clerk(site.general_contractor))
    page = client.get(reverse("workers:attendance", args=[site.pk]), {"month": "2026-09"}).content.decode()
    assert page.count('class="suspended"') + page.count(' suspended"') >= 3
    assert "2026-09-06 复工" in page
    sent = {"units": "1", "reason": "看护设备"}
    address = reverse("workers:attendance_correct", args=[person.pk, "2026-09-04"])
    answer = client.post(address, sent, follow=True).content.decode()
    assert "该日在登记的停工期间" in answer
    later = client.get(reverse("workers:attendance", args=[site.pk]), {"month": "2026-10"}).content.decode()
    assert "复工" not in later
