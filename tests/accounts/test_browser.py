"""The pages of a project's money in a real browser, on a desk and on a phone."""

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.enums import MovementKind
from core.models import AuditEntry
from tests.accounts.documents import NUMBER
from tests.accounts.factories import entry, payout, payroll, payroll_line, special_account
from tests.organizations.factories import clerk
from tests.projects.factories import project
from tests.workers.factories import attendance, engagement

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _in_november_2026():
    """The browser and the session live in real time."""


@pytest.fixture
def account():
    made = special_account(project(), number=NUMBER)
    site = made.project_links.get().project
    entry(made, "100000.00", summary="拨付人工费", booked_on=date(2026, 10, 8))
    person = engagement(site)
    attendance(person, date(2026, 9, 1))
    payout(payroll_line(payroll(site), engagement=person, days="1"), made)
    payroll_line(payroll(site), name="未发之人")
    entry(made, "-186500.00", MovementKind.OTHER_OUT, summary="材料款", stated_balance="1.00")
    return made


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_of_money_are_accessible_and_fit(visitor, account, width):
    site = account.project_links.get().project
    visitor.sign_in(clerk(site.general_contractor))
    visitor.page.set_viewport_size({"width": width, "height": 900})
    addresses = [
        reverse("accounts:project_money", args=[site.pk]),
        account.get_absolute_url(),
        reverse("accounts:payroll", args=[payroll(site).pk]),
        reverse("accounts:account_list"),
        reverse("accounts:payroll_list"),
        reverse("accounts:account_add", args=[site.pk]),
    ]
    for address in addresses:
        assert visitor.open(address).status == 200, address
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width, address
        visitor.check_accessible()


def test_a_clerk_finds_the_difference_and_sees_the_number_for_a_reason(visitor, account):
    site = account.project_links.get().project
    visitor.sign_in(clerk(site.general_contractor))
    visitor.open(reverse("accounts:project_money", args=[site.pk]))
    expect(visitor.page.get_by_role("link", name="未发之人")).to_be_visible()
    visitor.page.get_by_role("link", name=account.name).click()
    expect(visitor.page.get_by_text("1.00 不符")).to_be_visible()
    expect(visitor.page.get_by_text(NUMBER)).to_have_count(0)
    visitor.page.get_by_role("button", name="银行账号：申请查看").click()
    visitor.page.get_by_label("查看事由").fill("核对开户资料")
    visitor.page.get_by_role("button", name="查看", exact=True).click()
    expect(visitor.page.get_by_text(NUMBER)).to_be_visible()
    assert AuditEntry.objects.filter(action="reveal").count() == 1


PORTRAIT = 703  # A4 less the margins, in CSS pixels


def test_a_payroll_on_upright_paper_shows_every_column_and_no_filters(visitor, account):
    site = account.project_links.get().project
    payroll_line(payroll(site), name="买买提·阿卜杜热合曼", due="12345678.90", net="12345678.90", days="27.5")
    visitor.sign_in(clerk(site.general_contractor))
    visitor.page.set_viewport_size({"width": PORTRAIT, "height": 1000})
    visitor.open(reverse("accounts:payroll", args=[payroll(site).pk]))
    visitor.page.emulate_media(media="print")
    expect(visitor.page.get_by_role("search")).to_be_hidden()
    for label in ("姓名", "公民身份号码", "扣发（元）", "发放", "发放日期"):
        head = visitor.page.get_by_role("columnheader", name=label, exact=True)
        expect(head).to_be_visible()
        box = head.bounding_box()
        assert box["x"] + box["width"] <= PORTRAIT, label
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= PORTRAIT


@pytest.mark.parametrize("width", [1440, 390])
def test_a_clerk_prints_a_sheet_and_registers_its_posting(visitor, account, width, tmp_path):
    site = account.project_links.get().project
    photo = tmp_path / "宣传栏.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 64)
    visitor.sign_in(clerk(site.general_contractor))
    page = visitor.page
    page.set_viewport_size({"width": width, "height": 844})
    visitor.open(reverse("accounts:project_notices", args=[site.pk]))
    visitor.check_accessible()
    expect(page.locator(".tab[aria-current]", has_text="公示")).to_be_in_viewport(ratio=1)
    september = page.locator(".panel", has_text="2026年9月")
    september.get_by_role("link", name="打印工资核算表").click()
    expect(page.get_by_role("heading", name="农民工工资核算公示表")).to_be_visible()
    visitor.check_accessible()
    page.get_by_role("link", name="返回").click()
    page.locator(".panel", has_text="2026年9月").get_by_role("link", name="登记公示").click()
    visitor.check_accessible()
    page.get_by_label("张贴地点").fill("生活区宣传栏")
    page.locator("input[type=file]").set_input_files(photo)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("张贴于生活区宣传栏")).to_be_visible()
    expect(page.get_by_role("link", name="宣传栏.png")).to_be_visible()
    page.get_by_role("button", name="撤回").click()
    page.get_by_label("撤回原因").fill("照片传错了")
    page.get_by_role("dialog").get_by_role("button", name="撤回").click()
    expect(page.get_by_text("已撤回", exact=True)).to_be_visible()
