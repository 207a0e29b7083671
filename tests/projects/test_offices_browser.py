"""Two flows of an office besides warnings, in a browser: logins issued in bulk, a jurisdiction asked for."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from organizations.models import User
from projects.services import file_project
from tests.organizations import factories as who
from tests.projects.factories import project

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}


def test_logins_are_issued_printed_used_and_closed(visitor, browser):
    units = [who.organization(name=f"云南第{number}建设有限公司") for number in "一二三"]
    for unit in units:
        project(contractor=unit)
    county = who.officer("530902")
    visitor.sign_in(county)
    page = visitor.page
    visitor.open(reverse("logins:contractor_list"))
    visitor.check_accessible()
    page.get_by_label("选择云南第一建设有限公司").check()
    page.get_by_label("选择云南第三建设有限公司").check()
    page.get_by_role("button", name="为所选单位开通").click()
    expect(page.locator(".slip")).to_have_count(2)
    visitor.check_accessible()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载表格").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    slip = page.locator(".slip").first
    username, password = slip.locator("code").all_inner_texts()
    page.get_by_role("link", name="完成").click()
    expect(page.get_by_text("已开通 1 个")).to_have_count(2)

    clerk = browser.new_context(locale="zh-CN").new_page()
    clerk.goto(f"{visitor.url}/login/")
    _first_login(clerk, username, password)
    clerk.goto(f"{visitor.url}/projects/")
    expect(clerk.get_by_role("heading", name="项目", exact=True)).to_be_visible()

    page.get_by_role("link", name="云南第一建设有限公司").click()
    page.get_by_role("link", name="劳资专管员").first.click()
    page.get_by_role("button", name="停用账号").first.click()
    page.get_by_role("dialog").get_by_role("button", name="停用").click()
    expect(page.get_by_text("的账号已停用")).to_be_visible()
    visitor.check_accessible()
    clerk.goto(f"{visitor.url}/projects/")
    expect(clerk.get_by_role("button", name="登录")).to_be_visible()
    clerk.context.close()
    assert not User.objects.get(username=username).is_active


def _first_login(clerk, username: str, password: str) -> None:
    """With the slip in hand: the password must be changed."""
    clerk.get_by_label("用户名").fill(username)
    clerk.get_by_label("密码").fill(password)
    clerk.get_by_role("button", name="登录").click()
    expect(clerk.get_by_role("heading", name="修改密码")).to_be_visible()
    clerk.locator("#id_old_password").fill(password)
    for field in ("#id_new_password", "#id_again"):
        clerk.locator(field).fill("quiet-river-2026")
    clerk.get_by_role("button", name="保存新密码").click()
    expect(clerk.get_by_text("密码已修改")).to_be_visible()


def test_a_jurisdiction_goes_from_the_county_to_the_prefecture_and_back(visitor):
    own, neighbour = who.region("530902"), who.region("530921")
    facts = {"category": "01", "region": own, "name": "滇红产业园", "address": "临翔区凤庆路"}
    one = file_project(by=who.clerk(), supervised_from=timezone.localdate(), **facts)
    visitor.sign_in(who.officer("530902"))
    page = visitor.page
    visitor.open(reverse("projects:jurisdiction_list"))
    visitor.check_accessible()
    page.get_by_role("link", name="滇红产业园").click()
    expect(page.get_by_text("地址写明“临翔区”").first).to_be_visible()
    visitor.check_accessible()
    page.get_by_role("button", name="变更管辖").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("变更为").select_option("凤庆县")
    dialog.get_by_label("变更理由").fill("施工现场在凤庆县")
    dialog.get_by_role("button", name="变更").click()
    expect(page.get_by_text("已提请临沧市人社部门决定")).to_be_visible()

    visitor.sign_in(who.officer("530900"))
    visitor.open(reverse("projects:jurisdiction_list"))
    page.get_by_role("link", name=re.compile("待我答复")).click()
    page.get_by_role("link", name="滇红产业园").click()
    visitor.check_accessible()
    page.get_by_role("button", name="同意", exact=True).click()
    expect(page.get_by_text("没有待答复的申请")).to_be_visible()
    one.refresh_from_db()
    assert one.jurisdiction == neighbour
    assert one.jurisdiction_confirmed_on == timezone.localdate()


@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
def test_pages_are_no_wider_than_the_screen(visitor, size):
    unit = who.organization()
    login = who.clerk(unit)
    one = project(contractor=unit)
    if size:
        visitor.page.set_viewport_size(size)
    visitor.sign_in(who.officer("530900"))
    for name, *keys in [
        ("logins:contractor_list",),
        ("logins:contractor", unit.pk),
        ("logins:issue_contractor", unit.pk),
        ("logins:issue_query",),
        ("logins:login_list",),
        ("logins:login_detail", login.pk),
        ("projects:jurisdiction_list",),
        ("projects:jurisdiction_requests",),
        ("projects:jurisdiction", one.pk),
    ]:
        assert visitor.open(reverse(name, args=keys)).status == 200, name
        wide = visitor.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wide, f"{name} is wider than the screen"
