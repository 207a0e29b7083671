"""A month from attendance to approval, as the clerk, the worker on a phone and the construction unit walk it."""

import os
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.enums import SheetState
from accounts.models import PayrollLine, PayrollSheet
from tests.accounts.sheets import hire, site, speaker

pytestmark = pytest.mark.django_db(transaction=True)
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SHOTS = os.environ.get("SCREENSHOTS", "")  # a folder: what the walk looks like, to be looked at


@pytest.fixture
def _in_november_2026():
    """The browser and the session live in real time."""


def look(visitor, name: str) -> None:
    visitor.check_accessible()
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    if SHOTS:
        visitor.page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def as_(visitor, user, size) -> None:
    visitor.page.context.clear_cookies()
    visitor.sign_in(user)
    visitor.page.set_viewport_size(size)


def press(visitor, opener: str, submit: str, **fields) -> None:
    """Open a dialog, fill it, send it."""
    page = visitor.page
    page.get_by_role("button", name=opener, exact=True).first.click()
    dialog = page.get_by_role("dialog")
    for label, value in fields.items():
        dialog.get_by_label(label).fill(value)
    dialog.get_by_role("button", name=submit, exact=True).click()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_from_attendance_to_approval(visitor, size):
    here, name = site(crew=2), f"{size['width']}"
    late = hire(here, days=0)

    as_(visitor, here.clerk, size)
    make_and_submit(visitor, here, late, name)
    sheet = PayrollSheet.objects.get()
    for number, person in enumerate([*here.crew, late]):
        confirm_on_the_phone(visitor, person, name if not number else "")
    sheet.refresh_from_db()
    assert sheet.state == SheetState.CONFIRMED

    as_(visitor, here.clerk, size)
    visitor.open(sheet.get_absolute_url())
    look(visitor, f"confirmed-{name}")
    press(visitor, "总包审核通过", "总包审核通过")

    as_(visitor, here.owner_clerk, size)
    visitor.open("/")
    look(visitor, f"owner-{name}")
    visitor.page.get_by_role("link", name="钢筋一班").first.click()
    press(visitor, "建设单位审核通过", "建设单位审核通过")
    expect(visitor.page.get_by_text("可以提交银行代发")).to_be_visible()
    look(visitor, f"approved-{name}")


def make_and_submit(visitor, here, late, name: str) -> None:
    page = visitor.page
    visitor.open(reverse("accounts:project_money", args=[here.project.pk]))
    page.get_by_role("link", name="编制工资表").click()
    page.get_by_label("工资所属年月").fill("2026-09")
    look(visitor, f"make-{name}")
    page.get_by_role("button", name="编制", exact=True).click()
    expect(page.get_by_text("新编制 2 人")).to_be_visible()
    page.get_by_role("link", name="钢筋一班").first.click()
    page.get_by_role("link", name="添加人员").click()
    page.get_by_label("人员").select_option(str(late.pk))
    page.get_by_label("应发工资（元）").fill("520")
    look(visitor, f"line-{name}")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("1 人与考勤或合同不一致")).to_be_visible()
    look(visitor, f"draft-{name}")
    press(visitor, "统一填写原因", "填写", 差异原因="设备故障补记两天")
    press(visitor, "提交工人确认", "提交工人确认")
    expect(page.get_by_text("待工人确认").first).to_be_visible()


def confirm_on_the_phone(visitor, person, name: str) -> None:
    page = visitor.page
    as_(visitor, speaker(person), PHONE)
    visitor.open("/")
    if name:
        look(visitor, f"worker-home-{name}")
    page.get_by_role("link", name="去核对").click()
    if name:
        look(visitor, f"worker-wage-{name}")
        press(visitor, "有异议", "提交", 哪里不对="少算一天")
        expect(page.get_by_text("您提了异议")).to_be_visible()
    press(visitor, "确认无误", "是，金额对")
    expect(page.get_by_text("您已确认").or_(page.get_by_text("已确认。")).first).to_be_visible()
    assert PayrollLine.objects.get(engagement=person).answer == "confirmed"
