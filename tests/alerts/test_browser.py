"""The desk as an officer's hands meet it."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from alerts.enums import WarningState
from alerts.models import Warning
from tests.alerts.factories import warning
from tests.alerts.sweeping import sweep
from tests.organizations.factories import clerk, officer
from tests.projects.factories import project


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr("projects.services.changes.current_app.send_task", lambda *args, **kwargs: None)


@pytest.fixture
def county(transactional_db):
    return officer("530902")


def test_an_officer_takes_a_warning_from_the_desk_to_its_release(visitor, county, tmp_path):
    home = project(address="世纪路1号", name="临翔区妇幼保健院迁建项目", contract_amount="186500.00")
    sweep()
    page = visitor.page
    visitor.sign_in(county)
    visitor.open("/alerts/")
    visitor.check_accessible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="登记了地址", level=1)).to_be_visible()
    expect(page.get_by_role("cell", name="186,500.00").first).to_be_visible()
    visitor.check_accessible()

    page.get_by_role("button", name="签收").click()
    page.get_by_role("button", name="核实").click()
    page.get_by_label("核实情况").fill("已约谈项目部。")
    page.get_by_role("button", name="开始核实").click()
    expect(page.get_by_text("已约谈项目部。")).to_be_visible()

    page.get_by_role("button", name="解除预警").click()
    visitor.check_accessible()
    page.get_by_label("解除理由").fill("已核对银行回单。")
    proof = tmp_path / "回单.pdf"
    proof.write_bytes(b"%PDF-1.7 proof")
    page.locator("#release input[type=file]").set_input_files(proof)
    page.locator("#release").get_by_role("button", name="解除", exact=True).click()
    expect(page.get_by_text("核实后解除")).to_be_visible()
    expect(page.get_by_role("link", name="回单.pdf")).to_be_visible()
    assert Warning.objects.get(project=home).state == WarningState.RELEASED


def test_filters_survive_a_reload_and_several_are_accepted_at_once(visitor, county):
    for days in (3, 5, 20):
        warning(due_on=timezone.localdate() + timedelta(days=days))
    page = visitor.page
    visitor.sign_in(county)
    visitor.open("/alerts/")
    page.get_by_label("7 日内到期").check()
    page.get_by_role("button", name="查询").click()
    page.wait_for_url(re.compile("due_soon=on"))
    page.reload()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    for box in rows.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="签收所选").click()
    expect(page.get_by_text("已签收 2 条预警。").first).to_be_visible()
    expect(page).to_have_url(re.compile("due_soon=on"))


def test_on_a_phone_a_clerk_reads_what_would_release_it(visitor, transactional_db):
    made = warning(project(address="世纪路1号"))
    visitor.page.set_viewport_size({"width": 390, "height": 800})
    visitor.sign_in(clerk(made.project.general_contractor))
    visitor.open(made.get_absolute_url())
    expect(visitor.page.get_by_text("补发后自动解除。")).to_be_visible()
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visitor.check_accessible()
