"""The desks as people meet them: charts drawn, no breach of the content policy, readable by all, on a phone too."""

import re
from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from alerts.models import Warning
from core import jobs
from core.models import Job
from organizations.models import Region
from tests.accounts import factories as money
from tests.alerts.factories import warning
from tests.organizations import factories as people
from tests.projects.factories import project
from tests.reports.counting import province

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}


def test_an_officer_goes_from_the_province_to_a_project(visitor):
    province(Random(2))
    made = project(name="凤凰小区", at="530902")
    warning(made, due_on=timezone.localdate() - timedelta(days=1))
    visitor.sign_in(people.officer("530000"))
    page = visitor.page
    visitor.open("/")
    for chart in ("warnings-by-level", "warnings-by-age", "warnings-trend"):
        expect(page.locator(f"[data-chart='chart-{chart}-option'] canvas")).to_be_attached()
    visitor.check_accessible()
    for place in ("临沧市", "临翔区"):
        page.locator(".places").get_by_role("link", name=place, exact=True).click()
        expect(page.get_by_role("heading", name=place)).to_be_visible()
    page.get_by_role("region", name="本地项目").get_by_role("link", name="凤凰小区").click()
    expect(page.get_by_role("heading", name="凤凰小区")).to_be_visible()


def test_the_ranking_of_places_fits_the_screen_of_an_office(visitor):
    """At 1366 px, also once the fonts have come; `fits` lets its head stay in sight."""
    province(Random(2))
    visitor.sign_in(people.officer("530900"))
    visitor.open("/")
    expect(visitor.page.locator(".places .table-scroll")).to_have_class(re.compile(r"\bfits\b"))
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_officer_has_the_workbook_made(visitor):
    project()
    visitor.sign_in(people.officer("530902"))
    page = visitor.page
    visitor.open("/reports/months/")
    page.get_by_role("button", name="开始生成").click()
    expect(page.get_by_text("排队中").first).to_be_visible()
    jobs.run(Job.objects.get().pk)
    state = page.locator("#workbooks tbody .kind-badge")
    expect(state).to_have_text("已完成")
    expect(page.locator("#workbooks .job")).to_have_count(0)
    expect(page.get_by_text("本月未月结").or_(page.get_by_text("本月已月结"))).to_be_visible()
    link = page.get_by_role("link", name="下载").first
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename.endswith("工资支付监管统计表.xlsx")
    visitor.open("/reports/months/")
    visitor.check_accessible()


def test_statistics_and_the_projects_behind_them_are_readable(visitor):
    province(Random(4))
    visitor.sign_in(people.officer("530000"))
    for path in ("/reports/figures/", "/reports/figures/projects/"):
        visitor.open(path)
        visitor.check_accessible()


def test_a_clerk_works_on_a_phone(visitor):
    unit = people.organization()
    made = project(contractor=unit, name="我的项目", address="")
    warning(made)
    visitor.page.set_viewport_size(PHONE)
    visitor.sign_in(people.clerk(unit))
    visitor.open("/")
    page = visitor.page
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for button in page.locator(".own-sheets a").all():
        assert button.bounding_box()["height"] >= 44
    visitor.check_accessible()
    page.get_by_role("link", name="上传考勤表").click()
    expect(page.locator("input[type=file]")).to_be_attached()


def test_a_phone_shows_ten_places_and_ten_projects_and_the_way_to_all(visitor):
    for number in range(12):
        Region.objects.create(code=f"5309{number + 60}", name=f"第{number}县", level=6, parent=people.region("530900"))
        project(name=f"项目{number}")
    visitor.page.set_viewport_size(PHONE)
    page = visitor.page
    visitor.sign_in(people.officer("530900"))
    visitor.open("/")
    rows = page.locator(".places tbody tr")
    assert rows.count() > 10
    assert sum(row.is_visible() for row in rows.all()) == 10
    expect(page.get_by_role("link", name=f"查看全部 {rows.count()} 个地区")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.context.clear_cookies()
    visitor.sign_in(people.officer("530902"))
    visitor.open("/")
    county = page.get_by_role("region", name="本地项目").locator("tbody tr")
    assert sum(row.is_visible() for row in county.all()) == 10
    expect(page.get_by_role("link", name="查看全部 12 个")).to_be_visible()


def test_a_bank_and_administrators_have_readable_desks(visitor):
    bank = people.bank()
    money.special_account(project(), bank=bank)
    for user in (people.bank_clerk(bank), people.administrator()):
        visitor.page.context.clear_cookies()
        visitor.sign_in(user)
        visitor.open("/")
        visitor.check_accessible()
    assert not Warning.objects.exists()
