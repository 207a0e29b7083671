"""A rule is changed by two people, as their hands meet it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from alerts import engine, services
from alerts.models import RuleProposal, RuleSetting, Warning
from alerts.rules.real_03_no_attendance import NobodyAttends
from core import jobs
from tests.organizations.factories import officer, region
from tests.projects.factories import project


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr("core.jobs.current_app.send_task", lambda *args, **kwargs: None)


@pytest.fixture
def officers(transactional_db):
    """Of the province: who proposes and who decides; with one warning open that a laxer setting would release."""
    services.sync_settings()
    today = timezone.localdate()
    project(name="临翔区妇幼保健院迁建项目", actual_start_on=today - timedelta(days=10))
    project(name="凤翔路改造工程", actual_start_on=today - timedelta(days=40))
    engine.sweep(today, only=[NobodyAttends])
    return officer("530000", name="提议人"), officer("530000", name="审批人")


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_from_a_proposal_to_warnings_that_carry_the_new_version(visitor, officers):
    first, second = officers
    visitor.sign_in(first)
    _propose(visitor)
    _read_the_trial(visitor)
    visitor.sign_in(second)
    _approve_from_the_desk(visitor)
    assert Warning.objects.open().get().project.name == "凤翔路改造工程"

    project(name="新的工程", actual_start_on=timezone.localdate() - timedelta(days=30))
    engine.sweep(timezone.localdate(), only=[NobodyAttends])
    visitor.open(Warning.objects.get(project__name="新的工程").get_absolute_url())
    visitor.page.get_by_role("link", name="第 2 版").click()
    version = RuleSetting.objects.get(version=2, rule_code="REAL-03")
    expect(visitor.page).to_have_url(re.compile(version.get_absolute_url()))


def test_what_is_chosen_within_a_folded_group_is_counted_and_named(visitor, officers):
    region("530921")
    visitor.sign_in(officers[0])
    visitor.open(reverse("alerts:rule_change", args=["REAL-03"]))
    page = visitor.page
    group = page.locator(".choice-group", has=page.get_by_label("凤庆县"))
    group.locator("summary").click()
    group.get_by_label("凤庆县").check()
    group.locator("summary").click()
    expect(group.locator("summary")).to_contain_text("已选 1/")
    expect(page.get_by_text("已选：凤庆县")).to_be_visible()
    visitor.check_accessible()


def _propose(visitor) -> None:
    page = visitor.page
    visitor.open(reverse("alerts:rule_detail", args=["REAL-03"]))
    visitor.check_accessible()
    page.get_by_role("link", name="提议变更").first.click()
    page.locator("#id_days").fill("20")
    page.get_by_label("生效日期").fill(str(timezone.localdate()))
    page.get_by_label("变更说明").fill("近期多雨，试行放宽。")
    visitor.check_accessible()
    page.get_by_role("button", name="提交并试算").click()
    expect(page.get_by_role("heading", name="规则变更提议", level=1)).to_be_visible()
    jobs.run(RuleProposal.objects.get().job_id)
    page.reload()


def _read_the_trial(visitor) -> None:
    """Its proposer sees it, opens a list and a warning on it, and finds no way to approve."""
    page = visitor.page
    expect(page.get_by_role("heading", name="试算结果")).to_be_visible()
    expect(page.get_by_role("row", name="无考勤天数 7 日 20 日")).to_be_visible()
    expect(page.get_by_text("须由省级另一名工作人员审批").first).to_be_visible()
    expect(page.get_by_role("button", name="批准", exact=True)).to_have_count(0)
    visitor.check_accessible()
    page.get_by_role("region", name="试算结果", exact=True).locator("a[href*='change=released']").first.click()
    visitor.check_accessible()
    expect(page.get_by_text("凤翔路改造工程")).to_have_count(0)
    page.get_by_role("link", name="临翔区妇幼保健院迁建项目").first.click()
    expect(page.get_by_role("heading", name=NobodyAttends.title, level=1)).to_be_visible()


def _approve_from_the_desk(visitor) -> None:
    page = visitor.page
    visitor.open("/")
    expect(page.get_by_role("heading", name="待审批的规则变更")).to_be_visible()
    visitor.check_accessible()
    page.locator("main").get_by_role("link", name=re.compile("REAL-03")).first.click()
    page.get_by_role("button", name="批准", exact=True).first.click()
    visitor.check_accessible()
    page.locator("#approve").get_by_role("button", name="批准", exact=True).click()
    expect(page.get_by_text("当晚全面核对时执行").first).to_be_visible()
    engine.sweep(timezone.localdate(), only=[NobodyAttends])
    page.reload()
    expect(page.get_by_text("新增 0，解除 1")).to_be_visible()
    page.locator("main").get_by_role("link", name="第 2 版").first.click()
    expect(page.get_by_role("heading", name="REAL-03 第2版", level=1)).to_be_visible()
    visitor.check_accessible()


def test_on_a_phone_a_proposal_its_list_and_a_version_fit(visitor, officers):
    made = services.propose_change(
        rule=NobodyAttends, by=officers[0], valid_from=timezone.localdate(), level="red", disposal_days=5,
        enabled=True, params={"days": 20}, reason="试行",
    )  # fmt: skip
    jobs.run(made.job_id)
    page = visitor.page
    page.set_viewport_size({"width": 390, "height": 800})
    visitor.sign_in(officers[1])
    findings = reverse("alerts:trial_findings", args=["REAL-03", made.pk])
    version = reverse("alerts:rule_version", args=["REAL-03", 1])
    for path in (made.get_absolute_url(), findings, version, reverse("alerts:proposal_list")):
        visitor.open(path)
        assert fits(page), path
        visitor.check_accessible()
