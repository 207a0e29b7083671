"""The register and the attendance as a clerk uses them."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.organizations.factories import clerk
from tests.projects.factories import project
from tests.workers import factories
from tests.workers.factories import id_number
from workers.enums import AttendanceSource
from workers.models import AttendanceMonth, Engagement
from workers.services import DayRow, write_days

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site():
    return project(name="临翔区某某项目")


@pytest.fixture
def person(site):
    made = factories.engagement(site, factories.worker(name="岩温"), entered_on=date(2026, 8, 1))
    days = [DayRow(made.pk, date(2026, 9, day), Decimal(1)) for day in range(1, 21)]
    write_days(days, source=AttendanceSource.SHEET)
    return made


@pytest.fixture
def clerk_visitor(visitor, site):
    visitor.sign_in(clerk(site.general_contractor))
    return visitor


def overflow(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_are_accessible_and_fit(clerk_visitor, site, person, width):
    factories.contract(person)
    factories.bank_card(person.worker)
    long = factories.team(site, "班" * 100)
    factories.engagement(site, team=long)
    clerk_visitor.page.set_viewport_size({"width": width, "height": 900})
    for path in (
        reverse("workers:register", args=[site.pk]),
        reverse("workers:enrol", args=[site.pk]),
        reverse("workers:worker_detail", args=[person.worker_id]),
        reverse("workers:attendance", args=[site.pk]) + "?month=2026-09",
        reverse("workers:attendance", args=[site.pk]) + f"?month=2026-09&team={long.pk}",
        reverse("workers:attendance_correct", args=[person.pk, "2026-09-25"]),
        reverse("workers:attendance_day", args=[site.pk]) + "?day=2026-09-03",
        reverse("workers:attendance_person", args=[person.pk]) + "?month=2026-09",
        reverse("workers:punch_day", args=[person.pk, "2026-09-03"]),
        reverse("workers:attendance_correct_team", args=[site.pk]),
        reverse("workers:device_add", args=[site.pk]),
        reverse("workers:device_list", args=[site.pk]),
        reverse("workers:stray_list", args=[site.pk]),
    ):
        clerk_visitor.open(path)
        assert overflow(clerk_visitor.page) <= 0, path
        clerk_visitor.check_accessible()


def test_a_clerk_enrols_somebody_after_mending_the_number(clerk_visitor, site):
    page, number = clerk_visitor.page, id_number(3)
    clerk_visitor.open(reverse("workers:register", args=[site.pk]))
    page.get_by_role("link", name="登记人员").first.click()
    page.get_by_label("姓名").fill("李四")
    page.get_by_label("证件号码").fill(number[:-1])
    page.get_by_label("从事工种").select_option(label="钢筋工")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("应为18位，现为17位").first).to_be_visible()
    page.get_by_label("证件号码").fill(number)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="李四", exact=True)).to_be_visible()
    assert Engagement.objects.get().worker.id_number == number


def test_a_clerk_corrects_a_day_from_the_grid(clerk_visitor, site, person):
    page = clerk_visitor.page
    clerk_visitor.open(reverse("workers:attendance", args=[site.pk]) + "?month=2026-09")
    page.get_by_role("link", name="岩温 9月25日 无记录").click()
    page.get_by_label("半天").check()
    page.get_by_label("原因").fill("闸机故障")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("link", name="岩温 9月25日 半天（人工更正）")).to_be_visible()
    expect(page.locator("tbody").get_by_role("cell", name="20.5")).to_be_visible()
    assert AttendanceMonth.objects.get().days == Decimal("20.5")


def test_a_number_is_shown_in_full_for_a_reason(clerk_visitor, person):
    page = clerk_visitor.page
    clerk_visitor.open(reverse("workers:worker_detail", args=[person.worker_id]))
    assert person.worker.id_number not in page.content()
    page.get_by_role("button", name="证件号码：申请查看").click()
    page.get_by_label("查看事由").fill("核对身份证")
    page.get_by_role("button", name="查看", exact=True).click()
    expect(page.get_by_text(person.worker.id_number)).to_be_visible()


def test_a_month_of_a_team_prints_on_one_landscape_page(clerk_visitor, site, person):
    factories.engagement(site, factories.worker(name="阿卜杜热西提·买买提"))
    page = clerk_visitor.page
    clerk_visitor.open(reverse("workers:attendance", args=[site.pk]) + "?month=2026-10")
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", page.pdf(prefer_css_page_size=True))
    assert [float(width) > float(height) for width, height in sizes] == [True]
    page.emulate_media(media="print")
    expect(page.get_by_label("工种", exact=True)).to_be_hidden()  # nothing is filtered: an empty control says nothing
    for millimetres in (273, 186):  # between the margins of A4, landscape and (where a browser knows no other) upright
        page.set_viewport_size({"width": int(millimetres / 25.4 * 96), "height": 700})
        assert overflow(page) <= 0


def test_teams_are_suggested_while_typing(clerk_visitor, site, person):
    clerk_visitor.open(reverse("workers:enrol", args=[site.pk]))
    box = clerk_visitor.page.get_by_label("班组", exact=True)
    assert box.evaluate("box => [...box.list.options].map(option => option.value)") == ["钢筋一班"]
    expect(clerk_visitor.page.get_by_text("从本项目的 1 个班组中选择")).to_be_visible()
