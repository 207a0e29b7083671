"""A worker on a phone: from the slip to the own wages."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.accounts import factories as money
from tests.organizations import factories as who
from tests.projects import factories as sites
from tests.workers import factories as people
from tests.workers.test_worker_logins import PIN

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("/", "/my/wages/", "/my/attendance/", "/my/contracts/", "/my/help/", "/my/account/", "/my/pin/")


@pytest.fixture
def clerk():
    return who.clerk()


@pytest.fixture
def stay(clerk):
    project = sites.project(contractor=clerk.organization, name="临翔区人民医院住院楼项目")
    stay = people.engagement(project, people.worker(name="李建国"))
    people.attendance(stay, date(2026, 9, 3), date(2026, 9, 4))
    people.contract(stay)
    people.bank_card(stay.worker)
    account = money.special_account(project)
    money.entry(account, "500000")
    line = money.payroll_line(
        money.payroll(project), engagement=stay, deducted="200.00", remark="借支", card_last4="1712"
    )
    money.payout(line, account)
    return stay


@pytest.fixture
def phone(visitor):
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    return visitor


def fits(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], page.url


def test_from_the_slip_to_the_own_wages(phone, clerk, stay):
    page = phone.page
    password = _slip(phone, clerk, stay)
    page.context.clear_cookies()

    phone.open("/worker/")
    phone.check_accessible()
    fits(page)
    page.get_by_label("身份证号码").fill(stay.worker.id_number)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()

    expect(page.get_by_role("heading", name="设一个自己的密码")).to_be_visible()
    phone.check_accessible()
    page.get_by_label("新密码（6 位数字）").fill("123456")
    page.get_by_label("再输一次新密码").fill("123456")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("这个密码太简单").first).to_be_visible()
    page.get_by_label("新密码（6 位数字）").fill(PIN)
    page.get_by_label("再输一次新密码").fill(PIN)
    page.get_by_role("button", name="保存").click()

    expect(page.get_by_role("heading", name="李建国，您好")).to_be_visible()
    expect(page.get_by_text("5,800.00").first).to_be_visible()
    page.get_by_role("link", name="看明细").click()
    expect(page.get_by_text("借支").first).to_be_visible()
    phone.check_accessible()
    fits(page)
    page.get_by_role("link", name="看这个月的考勤").click()
    page.get_by_role("link", name="9月3日 全天").click()
    expect(page.get_by_role("heading", name="9月3日")).to_be_visible()


def _slip(phone, clerk, stay) -> str:
    """What the clerk reads off the page, on a phone as well."""
    page = phone.page
    phone.sign_in(clerk)
    phone.open(f"/workers/projects/{stay.project_id}/logins/")
    page.get_by_label("选择李建国").check()
    phone.check_accessible()
    page.get_by_role("button", name="为所选人员发放密码").click()
    expect(page.get_by_role("heading", name="登录密码条")).to_be_visible()
    phone.check_accessible()
    fits(page)
    return re.sub(r"\s", "", page.locator(".slip-password").inner_text())


def test_every_own_page_is_accessible_and_fits_small_phones(phone, stay):
    phone.sign_in(people.login(stay.worker))
    for width in (360, 390):
        phone.page.set_viewport_size({"width": width, "height": 780})
        for address in PAGES:
            phone.open(address)
            fits(phone.page)
            if width == 390:
                phone.check_accessible()


def test_five_wrong_ones_lock_and_say_what_helps(phone, stay):
    people.login(stay.worker)
    page = phone.page
    phone.open("/worker/")
    for _ in range(5):
        page.get_by_label("身份证号码").fill(stay.worker.id_number)
        page.get_by_label("密码").fill("000000")
        page.get_by_role("button", name="登录").click()
    expect(page.get_by_text("请过 30 分钟再试")).to_be_visible()
    phone.check_accessible()
    fits(page)


def test_a_workmates_wage_is_not_found(phone, stay):
    mate = people.engagement(stay.project)
    line = money.payroll_line(money.payroll(stay.project), engagement=mate)
    phone.sign_in(people.login(stay.worker))
    assert phone.open(f"/my/wages/{line.pk}/").status == 404
