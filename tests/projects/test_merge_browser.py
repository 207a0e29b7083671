"""The officer's way through a merge and back, in a real browser, at a desk and on a phone."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from projects.models import Project
from tests.organizations.factories import officer
from tests.projects.merging import furnish, twins
from tests.workers import factories as people

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
def test_officer_merges_two_projects_and_takes_it_back(visitor, size):
    source, target = twins()
    furnish(source, people.worker(), 1)
    if size:
        visitor.page.set_viewport_size(size)
    visitor.sign_in(officer())
    page = visitor.page
    visitor.open(target.get_absolute_url())
    page.get_by_role("link", name="合并项目").click()
    expect(page.get_by_text("总承包单位相同")).to_be_visible()
    visitor.check_accessible()
    page.get_by_role("link", name="预览合并").first.click()
    expect(page.get_by_role("row", name=re.compile("考勤日"))).to_be_visible()
    visitor.check_accessible()
    page.get_by_label("项目名称取用").select_option(index=1)
    page.get_by_label("合并说明").fill("同一工程分标段建档")
    page.get_by_role("button", name="下一步：确认").click()
    visitor.check_accessible()
    page.get_by_label("并入项目的编码").fill("530902")
    page.get_by_role("button", name="确认合并").click()
    expect(page.get_by_text("与并入项目的编码不一致").first).to_be_visible()
    page.get_by_label("并入项目的编码").fill(source.code)
    page.get_by_role("button", name="确认合并").click()
    expect(page.get_by_text("24 小时内可以撤销")).to_be_visible()
    expect(page.get_by_role("heading", name=source.name).first).to_be_visible()
    assert Project.by_code(source.code) == target

    visitor.open(source.get_absolute_url())
    expect(page.get_by_text("已并入本项目").first).to_be_visible()
    page.get_by_role("link", name=re.compile(source.code)).click()
    visitor.check_accessible()
    page.get_by_role("button", name="撤销合并").first.click()
    page.get_by_role("dialog").get_by_role("button", name="撤销合并").click()
    expect(page.get_by_text("合并已撤销，两个项目已恢复")).to_be_visible()
    visitor.open(reverse("projects:project_detail", args=[source.pk]))
    expect(page.get_by_text(source.code).first).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide
