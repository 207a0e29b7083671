"""From an exit with wages owing to the day they are paid, at a desk and on a phone."""

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts import services
from projects.enums import ParticipantType
from tests.accounts.factories import entry, payroll, payroll_line, special_account
from tests.organizations.factories import clerk, officer, organization
from tests.projects.factories import participation, project
from tests.workers.factories import attendance, contract, engagement, worker
from workers.models import Departure

pytestmark = pytest.mark.django_db(transaction=True)

CARD = "6222020000000000001"
SIZES = [{"width": 1440, "height": 1000}, {"width": 390, "height": 844}]


@pytest.fixture
def site():
    home = project(name="临翔区某某项目", wage_pay_day=15)
    participation(home, organization(name="某某劳务公司"), ParticipantType.LABOUR_SUBCONTRACTOR)
    return home


@pytest.fixture
def person(site):
    stay = engagement(site, worker(name="岩温"))
    contract(stay)
    attendance(stay, date(2026, 10, 8), date(2026, 10, 9))
    card = {"card_number": CARD, "card_last4": CARD[-4:]}
    payroll_line(payroll(site, date(2026, 9, 1)), "6000", engagement=stay, **card)
    return stay


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
def test_an_exit_with_wages_owing_is_settled_by_the_bank(visitor, site, person, size):
    page = visitor.page
    page.set_viewport_size(size)
    visitor.sign_in(clerk(site.general_contractor))
    visitor.open(reverse("workers:engagement_exit", args=[person.pk]))
    expect(page.get_by_label("欠付金额")).to_have_value("6520.00")
    visitor.check_accessible()
    assert fits(page)
    page.get_by_label("退场日期").fill("2026-10-09")
    page.get_by_label("欠付金额").fill("6000")
    page.get_by_label("约定支付日期").fill("2026-11-15")
    page.get_by_role("button", name="登记退场").click()
    expect(page.get_by_text("系统核算应结 6,520.00 元").first).to_be_visible()
    page.get_by_label("少于核算的原因").select_option(label="扣回预支、借支")
    page.get_by_label("说明").fill("已预支 520 元")
    page.get_by_role("button", name="登记退场").click()
    expect(page.get_by_text("已登记 岩温 退场")).to_be_visible()
    left = Departure.objects.get()
    visitor.open(reverse("workers:departure_detail", args=[left.pk]))
    expect(page.get_by_text("未结清").first).to_be_visible()
    expect(page.get_by_text("与登记不一致")).to_be_visible()
    page.get_by_role("link", name="结算单", exact=True).click()
    expect(page.get_by_text("陆仟元整")).to_be_visible()
    visitor.check_accessible()
    payee = {"counterparty_number": CARD, "counterparty_name": "岩温"}
    entry(special_account(site), "-6000", "wage", booked_on=date(2026, 10, 28), **payee)
    services.match_payouts(site, by=None)
    visitor.open(reverse("workers:departure_detail", args=[left.pk]))
    expect(page.get_by_text("由工资发放结清")).to_be_visible()


@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
def test_an_advance_is_recorded_and_partly_recovered(visitor, site, person, size):
    page = visitor.page
    page.set_viewport_size(size)
    visitor.sign_in(clerk(site.general_contractor))
    visitor.open(reverse("accounts:project_advances", args=[site.pk]))
    page.get_by_role("link", name="登记垫付").click()
    page.get_by_label("被垫付单位").select_option(label="某某劳务公司（劳务分包）")
    page.get_by_label("垫付事由").select_option(label="分包单位拖欠工资")
    page.get_by_label("垫付方式").select_option(label="现金")
    page.get_by_label("垫付日期").fill("2026-10-20")
    proof = {"name": "签收单.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 page"}
    page.get_by_label("支付凭证").set_input_files([proof])
    page.get_by_label("岩温 2026年09月", exact=True).check()
    visitor.check_accessible()
    assert fits(page)
    page.get_by_role("button", name="登记垫付").click()
    expect(page.get_by_text("垫付已登记")).to_be_visible()
    page.get_by_role("button", name="登记追回").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("追回日期").fill("2026-10-25")
    dialog.get_by_label("追回金额").fill("2500")
    dialog.get_by_role("button", name="登记追回").click()
    expect(page.get_by_text("3,500.00").first).to_be_visible()
    visitor.check_accessible()
    assert fits(page)


@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
def test_the_officers_pages_are_accessible_and_fit(visitor, site, person, size):
    page = visitor.page
    page.set_viewport_size(size)
    visitor.sign_in(officer())
    month = {"project_pk": site.pk, "month": date(2026, 9, 1)}
    for address in [
        reverse("accounts:arrears"),
        reverse("accounts:arrears_by", args=["contractor"]),
        reverse("accounts:settled_list"),
        reverse("accounts:settled_units"),
        reverse("accounts:project_months", args=[site.pk]),
        reverse("accounts:month_people", kwargs=month),
        reverse("accounts:advance_list"),
        reverse("accounts:threshold_list"),
    ]:
        visitor.open(address)
        visitor.check_accessible()
        assert fits(page), address
