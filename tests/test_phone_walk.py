"""A new clerk's first weeks on a phone, by what is on the screen alone: from the slip with the password to the exit of
the first worker, who leaves with wages still owed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import PublicNotice
from core import attachments
from organizations.enums import Role
from organizations.services import create_user
from tests.organizations.factories import administrator
from tests.projects.factories import project
from tests.workers.factories import card_number, id_number
from tests.workers.test_papers_browser import taken_by_a_phone
from workers.enums import AttendanceSource
from workers.models import AttendanceCorrection, Departure, Engagement, LabourContract
from workers.services import DayRow, write_days

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}
PASSWORD = "quiet-river-2026"


@pytest.fixture
def site():
    return project(name="临翔区妇幼保健院迁建项目", actual_start_on=timezone.localdate() - timedelta(60))


@pytest.fixture
def phone(visitor, site):
    visitor.page.set_viewport_size(PHONE)
    facts = {"name": "张春燕", "role": Role.CLERK, "organization": site.general_contractor}
    clerk, password = create_user(username="zhangcy", by=administrator(Role.SYSTEM), **facts)
    visitor.password = password
    visitor.log_in(clerk.username, password)
    return visitor


def fits(visitor) -> None:
    visitor.check_accessible()
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def save(page) -> None:
    page.get_by_role("button", name="保存", exact=True).click()


def test_the_first_weeks_of_a_new_clerk(phone, site):
    choose_a_password(phone)
    worker_page = register_the_first_worker(phone, site)
    take_the_photo(phone)
    sign_the_contract(phone)
    bind_the_card(phone)
    correct_a_day(phone, site)
    post_last_months_attendance(phone, site)
    phone.open(worker_page)
    let_the_worker_go(phone)


def choose_a_password(phone) -> None:
    page = phone.page
    expect(page.get_by_role("heading", name="修改密码")).to_be_visible()
    page.locator("#id_old_password").fill(phone.password)
    for field in ("#id_new_password", "#id_again"):
        page.locator(field).fill(PASSWORD)
    page.get_by_role("button", name="保存新密码").click()
    expect(page.get_by_text("密码已修改")).to_be_visible()


def register_the_first_worker(phone, site) -> str:
    page = phone.page
    phone.open("/")
    page.get_by_role("link", name="项目详情").click()
    page.locator(".tabs").get_by_role("link", name="花名册", exact=True).click()
    fits(phone)
    page.get_by_role("link", name="登记人员").first.click()
    page.get_by_label("姓名").first.fill("岩温")
    page.get_by_label("证件号码").fill(id_number(7))
    page.get_by_label("从事工种").select_option(label="钢筋工")
    page.get_by_label("进场日期").fill(str(timezone.localdate() - timedelta(50)))
    save(page)
    expect(page.get_by_role("heading", name="岩温", exact=True)).to_be_visible()
    fits(phone)
    return page.url.removeprefix(phone.url)


def take_the_photo(phone) -> None:
    page = phone.page
    page.get_by_role("link", name="拍照").first.click()
    page.get_by_label("拍照").set_input_files(
        {"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": taken_by_a_phone()}
    )
    expect(page.get_by_text("photo.jpg")).to_be_visible()
    save(page)
    expect(page.get_by_role("img", name="岩温的照片")).to_be_visible()
    assert attachments.of(Engagement.objects.get().worker).count() <= 1


def sign_the_contract(phone) -> None:
    page = phone.page
    page.get_by_role("link", name="登记合同").first.click()
    page.get_by_label("合同签订日期").fill(str(timezone.localdate() - timedelta(50)))
    page.get_by_label("工资标准").fill("260")
    scan = {"name": "合同.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 signed"}
    page.get_by_label("合同扫描件或照片").set_input_files(scan)
    save(page)
    expect(page.get_by_text("260.00 元").first).to_be_visible()
    assert LabourContract.objects.get().wage_rate == 260


def bind_the_card(phone) -> None:
    page, number = phone.page, card_number(7)
    page.get_by_role("link", name="绑定工资卡").first.click()
    page.get_by_label("银行卡号").fill(number[:-1] + str((int(number[-1]) + 1) % 10))
    page.get_by_role("button", name="绑定").click()
    expect(page.get_by_text("校验").first).to_be_visible()
    page.get_by_label("银行卡号").fill(number)
    page.get_by_role("button", name="绑定").click()
    expect(page.get_by_text(number[-4:]).first).to_be_visible()


def correct_a_day(phone, site) -> None:
    page, engagement = phone.page, Engagement.objects.get()
    last = timezone.localdate().replace(day=1) - timedelta(1)
    write_days([DayRow(engagement.pk, last, 1, None, None)], source=AttendanceSource.DEVICE)
    page.get_by_role("link", name="项目概况").click()
    page.locator(".tabs").get_by_role("link", name="考勤", exact=True).click()
    page.get_by_role("link", name=f"{last.year}年{last.month}月").first.click()
    fits(phone)
    page.get_by_role("link", name=f"岩温 {last.month}月{last.day - 1}日 无记录").click()
    page.get_by_label("半天").check()
    page.get_by_label("原因").fill("闸机断电")
    save(page)
    expect(page.get_by_role("link", name=f"岩温 {last.month}月{last.day - 1}日 半天（人工更正）")).to_be_visible()
    assert AttendanceCorrection.objects.get().reason == "闸机断电"


def post_last_months_attendance(phone, site) -> None:
    page = phone.page
    page.locator(".tabs").get_by_role("link", name="公示", exact=True).click()
    fits(phone)
    page.get_by_role("link", name="登记公示").first.click()
    page.get_by_label("张贴地点").fill("生活区宣传栏")
    photo = {"name": "墙.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n wall"}
    page.locator("input[type=file]").set_input_files(photo)
    save(page)
    expect(page.get_by_text("张贴于生活区宣传栏")).to_be_visible()
    assert PublicNotice.objects.get().figures["attendance"]["people"] == 1


def let_the_worker_go(phone) -> None:
    page = phone.page
    page.get_by_role("link", name="退场", exact=True).click()
    page.get_by_label("未结清").check()
    page.get_by_label("欠付金额").fill("3000")
    page.get_by_label("约定支付日期").fill(str(timezone.localdate() + timedelta(20)))
    page.get_by_label("说明").fill("双方核对的工日结算")
    page.get_by_role("button", name="登记退场").click()
    expect(page.get_by_text("3,000.00").first).to_be_visible()
    fits(phone)
    assert Departure.objects.owed().count() == 1
