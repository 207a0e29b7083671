"""A warning from its finding to its end, as every office and the contractor meet it on the screen."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from alerts import recheck
from alerts.enums import WarningState
from alerts.models import Warning
from tests.alerts.factories import warning
from tests.organizations.factories import clerk, industry_officer, officer
from tests.projects.factories import project

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1366, "height": 900}


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr("projects.services.changes.current_app.send_task", lambda *args, **kwargs: None)


@pytest.fixture
def people(transactional_db):
    return {
        "county": officer("530902"),
        "prefecture": officer("530900"),
        "province": officer("530000"),
        "industry": industry_officer("530902"),
    }


@pytest.fixture
def proof(tmp_path):
    file = tmp_path / "证明材料.pdf"
    file.write_bytes(b"%PDF-1.7 proof")
    return file


def go(visitor, who, path: str, size=DESK):
    visitor.page.context.clear_cookies()
    visitor.page.set_viewport_size(size)
    visitor.sign_in(who)
    visitor.open(path)
    visitor.check_accessible()
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return visitor.page


def dialog(page, name: str, *, more: bool = False):
    if more:
        page.get_by_text("更多", exact=True).click()
    page.get_by_role("button", name=name, exact=True).first.click()
    return page.locator("dialog[open]")


def fill(page, name: str, label: str, text: str, send: str, *, more: bool = False) -> None:
    """The dialog of an act with one text."""
    asked = dialog(page, name, more=more)
    asked.get_by_label(label).fill(text)
    asked.get_by_role("button", name=send, exact=True).click()


def test_from_the_finding_to_the_end(visitor, people, proof):
    home = project(name="临翔区妇幼保健院迁建项目", address="世纪路1号")
    made = warning(home, due_on=timezone.localdate() + timedelta(days=20))
    supervised(visitor, people, made)
    verified_with_the_industry(visitor, people, made)
    ordered(visitor, people, made)
    prolonged(visitor, people)
    corrected(visitor, clerk(home.general_contractor), proof)
    released(visitor, people, made)
    done = Warning.objects.get(pk=made.pk)
    assert (done.state, done.due_on) == (WarningState.RELEASED, made.due_on + timedelta(days=15))


def supervised(visitor, people, made) -> None:
    page = go(visitor, people["province"], made.get_absolute_url())
    fill(page, "督办", "督办要求", "请尽快核实并责令补发。", "发出督办")
    expect(page.get_by_text("督办已发出。")).to_be_visible()
    page = go(visitor, people["county"], "/")
    page.get_by_role("link", name="消息，1 条未读").click()
    visitor.check_accessible()
    page.get_by_role("button", name="查看").click()
    fill(page, "答复", "办理情况或意见", "正在核实。", "提交答复")
    expect(page.get_by_text("答复已提交。")).to_be_visible()


def verified_with_the_industry(visitor, people, made) -> None:
    page = go(visitor, people["county"], made.get_absolute_url())
    page.get_by_role("button", name="签收", exact=True).click()
    fill(page, "核实", "核实情况", "现场核对，3 人未发。", "开始核实")
    fill(page, "联合核实", "需要核实的事项", "人工费是否拨付。", "发出", more=True)
    expect(page.get_by_text("已发给行业主管部门。")).to_be_visible()
    page = go(visitor, people["industry"], "/")
    page.get_by_role("link", name="联合核实").first.click()
    fill(page, "答复", "办理情况或意见", "人工费已按月拨付。", "提交答复")
    expect(page.get_by_text("答复已提交。")).to_be_visible()


def ordered(visitor, people, made) -> None:
    page = go(visitor, people["county"], made.get_absolute_url())
    expect(page.get_by_text("人工费已按月拨付。")).to_be_visible()
    fill(page, "申请延期", "延期理由", "需要审计。", "提交申请", more=True)
    asked = dialog(page, "责令限期整改")
    asked.get_by_label("责令对象").select_option(label=f"{made.project.general_contractor.name}（施工总承包单位）")
    asked.get_by_role("button", name="发出指令书").click()
    expect(page.get_by_text("整改中").first).to_be_visible()
    visitor.check_accessible()


def prolonged(visitor, people) -> None:
    page = go(visitor, people["prefecture"], "/")
    page.get_by_role("link", name="延期", exact=True).first.click()
    asked = dialog(page, "审批延期")
    asked.get_by_label("审批意见").select_option("yes")
    asked.get_by_label("理由").fill("情况属实。")
    asked.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("已同意").first).to_be_visible()


def corrected(visitor, own, proof) -> None:
    page = go(visitor, own, "/", PHONE)
    page.get_by_role("link", name="限期整改").first.click()
    visitor.check_accessible()
    page.get_by_role("button", name="签收").click()
    asked = dialog(page, "提交整改报告")
    asked.get_by_label("整改情况").fill("已全部补发。")
    asked.locator("input[type=file]").set_input_files(proof)
    asked.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("已整改待复核").first).to_be_visible()
    page.get_by_role("link", name="打印文书").click()
    expect(page.get_by_role("heading", name="劳动保障监察限期整改指令书")).to_be_visible()
    visitor.check_accessible()


def released(visitor, people, made) -> None:
    """From the order's page, on what the contractor sent."""
    page = go(visitor, people["county"], made.get_absolute_url())
    page.get_by_role("link", name="限期整改").first.click()
    page.get_by_role("link", name="复核并解除").click()
    visitor.check_accessible()
    adopted = page.get_by_role("checkbox")
    expect(adopted).not_to_be_checked()
    page.get_by_label("解除理由").fill("复核属实。")
    page.get_by_role("button", name="解除", exact=True).click()
    expect(page.get_by_text("没有证据材料不能解除").first).to_be_visible()
    adopted.check()
    page.get_by_role("button", name="解除", exact=True).click()
    expect(page.get_by_text("预警已解除。")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_what_is_still_found_takes_a_second_officer(visitor, people, proof, monkeypatch, size):
    monkeypatch.setattr(recheck, "still_found", lambda warning, today: "张伟成工资未发，尚欠 6,000.00 元。")
    made = warning(state=WarningState.VERIFYING, due_on=timezone.localdate() + timedelta(days=20))
    page = go(visitor, people["county"], made.get_absolute_url(), size)
    expect(page.get_by_text("按今天的数据仍核对到：张伟成").first).to_be_visible()
    asked = dialog(page, "申请解除")
    asked.get_by_label("解除理由").fill("已书面确认现金领取。")
    asked.locator("input[type=file]").set_input_files(proof)
    asked.get_by_role("button", name="提交复核").click()
    expect(page.get_by_text("解除申请已提交，待复核。")).to_be_visible()
    visitor.check_accessible()
    page = go(visitor, people["prefecture"], "/", size)
    page.get_by_role("link", name="解除复核").first.click()
    visitor.check_accessible()
    asked = dialog(page, "复核解除申请")
    asked.get_by_label("复核意见").select_option("yes")
    asked.get_by_label("理由").fill("证据齐全。")
    asked.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("复核结果已保存。")).to_be_visible()
    assert Warning.objects.get().still_found


def test_rows_are_ticked_by_the_keyboard_and_a_filter_is_kept(visitor, people):
    for level in ("red", "red", "orange"):
        warning(level=level)
    page = go(visitor, people["county"], "/alerts/?level=red")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    asked = dialog(page, "保存当前筛选")
    asked.get_by_label("名称").fill("红色")
    asked.get_by_role("button", name="保存").click()
    expect(page.get_by_role("link", name="红色", exact=True)).to_be_visible()
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    page.get_by_role("button", name="签收所选").click()
    expect(page.get_by_text("已签收 2 条预警。").first).to_be_visible()
