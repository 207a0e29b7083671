"""A suspension, a milestone and a guarantee in a real browser, each by whom it belongs to."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from core import working_days
from organizations.enums import OrganizationKind
from projects.enums import MilestoneState, Status
from projects.models import Milestone, PaymentGuarantee, Suspension
from tests.organizations.factories import clerk, industry_officer, officer, organization
from tests.projects.factories import guarantee, project, suspension
from tests.workers.factories import engagement

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 390, "height": 844}
PDF = {"name": "核查表.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n"}


def test_a_site_stops_resumes_and_the_regulator_corrects_the_day(visitor):
    unit, today = organization(), timezone.localdate()
    one = project(contractor=unit, actual_start_on=today - timedelta(days=60))
    page = visitor.page
    visitor.sign_in(clerk(unit))
    visitor.open(one.get_absolute_url())
    page.get_by_role("button", name="停工").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("日期").fill(str(today - timedelta(days=20)))
    dialog.get_by_label("说明").fill("汛期")
    dialog.get_by_role("button", name="停工").click()
    expect(page.get_by_text("停工前的工资不因停工而免除")).to_be_visible()
    visitor.check_accessible()
    page.get_by_role("button", name="复工").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("日期").fill(str(today - timedelta(days=5)))
    dialog.get_by_role("button", name="复工").click()
    expect(page.get_by_text(re.compile("复工：行业主管部门尚未确认"))).to_be_visible()

    visitor.sign_in(officer())
    visitor.open(reverse("projects:project_course", args=[one.pk]))
    page.get_by_role("link", name="更正日期").click()
    page.get_by_label("停工日期").fill(str(today - timedelta(days=22)))
    page.get_by_label("更正原因").fill("停工通知书所载日期")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("停工期间已更正")).to_be_visible()
    expect(page.get_by_text("停工通知书所载日期")).to_be_visible()
    visitor.check_accessible()
    assert Suspension.objects.get().began_on == today - timedelta(days=22)


def test_acceptance_is_asked_for_refused_confirmed_and_lets_the_project_be_completed(visitor):
    unit = organization()
    one = project(contractor=unit, name="临翔区妇幼保健院迁建项目")
    engagement(one)
    page = visitor.page
    visitor.sign_in(clerk(unit))
    visitor.open(reverse("projects:project_course", args=[one.pk]))
    page.get_by_role("link", name="提请验收确认").click()
    page.get_by_label("验收种类").select_option("竣工验收")
    page.get_by_role("button", name="提请确认").click()
    expect(page.get_by_text("已提请竣工验收确认")).to_be_visible()
    expect(page.get_by_label("说明")).to_have_count(0)

    visitor.sign_in(industry_officer("530900", OrganizationKind.HOUSING))
    visitor.open(reverse("projects:milestone_list"))
    page.get_by_role("link", name="临翔区妇幼保健院迁建项目").click()
    page.get_by_label("平台实名制管理是否符合要求").select_option("否")
    page.get_by_label("工资是否按时发放完毕").select_option("是")
    page.get_by_role("button", name="提交意见").click()
    expect(page.get_by_text("不予确认的，请写明理由").first).to_be_visible()
    page.get_by_label("说明").fill("1 人未登记合同")
    page.get_by_role("button", name="提交意见").click()
    expect(page.get_by_text("已登记不予确认")).to_be_visible()
    expect(page.get_by_text("1 人未登记合同")).to_be_visible()
    page.get_by_label("平台实名制管理是否符合要求").select_option("是")
    page.get_by_label("工资是否按时发放完毕").select_option("是")
    page.locator("#id_files").set_input_files(PDF)
    page.get_by_role("button", name="提交意见").click()
    expect(page.get_by_text("已予以确认")).to_be_visible()
    expect(page.get_by_role("link", name="核查表.pdf")).to_be_visible()
    visitor.check_accessible()
    assert Milestone.objects.get().state == MilestoneState.CONFIRMED

    visitor.sign_in(officer())
    visitor.open(one.get_absolute_url())
    page.get_by_role("button", name="确认完工").first.click()
    page.get_by_role("dialog").get_by_role("button", name="确认完工").click()
    expect(page.get_by_text("各类填报均已停止")).to_be_visible()
    one.refresh_from_db()
    assert one.status == Status.COMPLETED


def test_a_guarantee_is_recorded_late_and_renewed_on_a_phone(visitor):
    working_days.rebuild()
    unit, today = organization(), timezone.localdate()
    one = project(contractor=unit)
    page = visitor.page
    page.set_viewport_size(PHONE)
    visitor.sign_in(clerk(unit))
    visitor.open(reverse("projects:guarantee_add", args=[one.pk]))
    page.get_by_label("担保单位名称").fill("云南恒信融资担保有限公司")
    page.get_by_label("担保单位统一社会信用代码").fill(organization().uscc)
    page.get_by_label("担保文书编号").fill("LC2026-1")
    page.get_by_label("担保金额").fill("500000")
    page.get_by_label("担保开始日期").fill(str(today - timedelta(days=300)))
    page.get_by_label("担保终止日期").fill(str(today + timedelta(days=10)))
    page.get_by_label("收到担保文书日期").fill(str(today - timedelta(days=30)))
    page.locator("#id_files").set_input_files(PDF | {"name": "保函.pdf"})
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已标记为逾期录入")).to_be_visible()
    expect(page.get_by_text("有效，还有 10 日")).to_be_visible()
    expect(page.get_by_role("link", name="保函.pdf")).to_be_visible()
    page.get_by_role("link", name="续保").click()
    expect(page.get_by_label("担保单位名称")).to_have_value("云南恒信融资担保有限公司")
    page.get_by_label("担保文书编号").fill("LC2026-2")
    page.get_by_label("担保终止日期").fill(str(today + timedelta(days=300)))
    page.get_by_label("收到担保文书日期").fill(str(today))
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("LC2026-2")).to_be_visible()
    assert PaymentGuarantee.objects.get(renews__isnull=False).renews.number == "LC2026-1"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
def test_pages_are_accessible_and_no_wider_than_the_screen(visitor, size):
    one, today = project(name="临翔区妇幼保健院迁建项目"), timezone.localdate()
    suspension(one, today - timedelta(days=9), today - timedelta(days=4))
    held = guarantee(one, ends_on=today + timedelta(days=9))
    part = one.milestones.create(kind="part", on=today, part="主体结构")
    if size:
        visitor.page.set_viewport_size(size)
    visitor.sign_in(officer("530900"))
    addresses = {
        "project_course": [one.pk],
        "suspension_edit": [one.suspensions.get().pk],
        "milestone_list": [],
        "milestone_detail": [part.pk],
        "guarantee_list": [],
        "guarantee_edit": [held.pk],
        "guarantee_renew": [held.pk],
    }
    for name, args in addresses.items():
        visitor.open(reverse(f"projects:{name}", args=args))
        visitor.check_accessible()
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
