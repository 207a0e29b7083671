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
    expect(page.get_by_label("7 日内到期")).to_be_hidden()  # the rarer conditions are folded
    page.get_by_text("更多条件").click()
    page.reload()
    page.get_by_label("7 日内到期").check()  # and stay as they were left
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


def test_one_box_chooses_all_of_the_page(visitor, county):
    for _ in range(3):
        warning()
    page = visitor.page
    visitor.sign_in(county)
    visitor.open("/alerts/")
    page.get_by_label("全选本页").check()
    boxes = page.locator("tbody input[name=warning]")
    assert all(box.is_checked() for box in boxes.all())
    boxes.first.uncheck()
    assert page.get_by_label("全选本页").evaluate("box => box.indeterminate")
    page.get_by_label("全选本页").check()
    page.get_by_role("button", name="签收所选").click()
    expect(page.get_by_text("已签收 3 条预警。").first).to_be_visible()


def test_names_dates_and_badges_stay_on_one_line(visitor, county):
    home = project(name="临翔区妇幼保健院迁建项目（二期）及附属工程")
    county.name = "欧阳明远"
    county.save()
    warning(home, state="accepted", handler=county, message="2026年9月有 3 人工资未发。" * 4)
    page = visitor.page
    page.set_viewport_size({"width": 1440, "height": 900})
    visitor.sign_in(county)
    visitor.open("/alerts/")
    for kind in ("person", "day", "badge"):
        for cell in page.locator(f"tbody td.kind-{kind}").all():
            lines = cell.evaluate(
                "cell => { const range = document.createRange(); range.selectNodeContents(cell);"
                " return new Set([...range.getClientRects()].map((box) => Math.round(box.bottom / 12))).size }"
            )
            assert lines <= 2, (kind, cell.inner_text())
            assert cell.bounding_box()["height"] > 0
            assert cell.evaluate("cell => getComputedStyle(cell).whiteSpace") == "nowrap"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_a_phone_wide_evidence_scrolls_within_its_box(visitor, county):
    columns = [{"key": f"c{n}", "label": f"第 {n} 列的名称", "kind": "text"} for n in range(7)]
    kept = {"columns": columns, "rows": [["一段不短的文字"] * 7], "link": "", "links": [None], "total": 1, "sums": {}}
    made = warning(evidence=kept)
    visitor.page.set_viewport_size({"width": 390, "height": 800})
    visitor.sign_in(county)
    visitor.open(made.get_absolute_url())
    page = visitor.page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = page.locator(".evidence-box .table-scroll")
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    expect(page.get_by_text("左右滑动查看全部各列")).to_be_visible()
    visitor.check_accessible()


def test_on_a_phone_a_clerk_reads_what_would_release_it(visitor, transactional_db):
    made = warning(project(address="世纪路1号"))
    visitor.page.set_viewport_size({"width": 390, "height": 800})
    visitor.sign_in(clerk(made.project.general_contractor))
    visitor.open(made.get_absolute_url())
    expect(visitor.page.get_by_text("补发后自动解除。")).to_be_visible()
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visitor.check_accessible()
