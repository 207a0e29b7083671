"""A project's paperwork in a real browser: filing, following the list of gaps to the very field, completion."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from projects.enums import Status
from projects.models import Project
from tests.organizations.factories import officer, organization
from tests.projects.factories import participation, permit, project

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 390, "height": 844}


def test_officer_files_fills_a_gap_and_completes(visitor):
    unit = organization(name="云南滇西恒筑建设工程有限公司")
    visitor.sign_in(officer())
    page = visitor.page
    visitor.open(reverse("projects:project_list"))
    page.get_by_role("link", name="项目建档").first.click()
    page.get_by_label("项目名称").fill("临翔区妇幼保健院迁建项目")
    page.get_by_label("项目种类").select_option("房屋建筑工程")
    page.get_by_label("项目所在地").select_option("临翔区")
    page.get_by_label("实际开工日期").fill("2026-07-20")
    page.get_by_label("总承包单位统一社会信用代码").fill(unit.uscc)
    page.get_by_label("总承包单位名称").fill(unit.name)
    page.get_by_role("button", name="建档").click()
    expect(page.get_by_text(re.compile("已建档，项目编码 530902"))).to_be_visible()
    visitor.check_accessible()

    page.get_by_role("link", name="项目地址").click()
    expect(page.get_by_label("项目地址")).to_be_focused()
    page.get_by_label("项目地址").fill("南塘街 12 号")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("项目信息已保存")).to_be_visible()
    expect(page.get_by_role("link", name="项目地址")).to_have_count(0)

    page.get_by_role("button", name="确认完工").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("一律停止")).to_be_visible()
    dialog.get_by_label("日期").fill(str(timezone.localdate()))
    dialog.get_by_label("说明").fill("竣工验收资料已在住建部门备案")
    dialog.get_by_role("button", name="确认完工").click()
    expect(page.get_by_text("各类填报均已停止")).to_be_visible()
    expect(page.get_by_role("link", name="编辑信息")).to_have_count(0)
    assert Project.objects.get().status == Status.COMPLETED


@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
def test_pages_are_accessible_and_no_wider_than_the_screen(visitor, size):
    one = project(name="临翔区妇幼保健院迁建项目", address="")
    sub = participation(one, organization(), "006", manager="王强", manager_id="53090219900101001X")
    permit(one)
    if size:
        visitor.page.set_viewport_size(size)
    visitor.sign_in(officer("530900"))
    for name, args in {
        "project_list": [],
        "project_create": [],
        "project_detail": [one.pk],
        "party_edit": [sub.pk],
        "clerk_add": [one.pk],
    }.items():
        visitor.open(reverse(f"projects:{name}", args=args))
        visitor.check_accessible()
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def test_filters_stay_in_the_address(visitor):
    project(name="甲学校")
    project(name="乙医院", status=Status.SUSPENDED)
    visitor.sign_in(officer())
    page = visitor.page
    visitor.open(reverse("projects:project_list"))
    page.get_by_label("工程进度").select_option("停工")
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_role("link", name="乙医院")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="乙医院")).to_be_visible()
    expect(page.get_by_role("link", name="甲学校")).to_have_count(0)
