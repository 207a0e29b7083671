"""Corrections, closing, labour cost and banks in a real browser, on a desk and on a phone."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.enums import MovementKind, TermBasis
from projects.enums import ParticipantType, Status
from tests.accounts.documents import NUMBER
from tests.accounts.factories import (
    account_report,
    bank_agreement,
    closing_notice,
    entry,
    labour_cost_term,
    measured_value,
    shared,
    special_account,
    tripartite_agreement,
)
from tests.organizations.factories import (
    bank,
    bank_clerk,
    clerk,
    construction_unit_clerk,
    department,
    officer,
    organization,
)
from tests.projects.factories import participation, project

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _in_november_2026():
    """The browser and the session live in real time."""


@pytest.fixture
def site():
    made = project(name="临翔区示范小学扩建项目")
    participation(made, organization(name="临翔区教育局"), ParticipantType.CONSTRUCTION_UNIT)
    labour_cost_term(made, last_month=date(2026, 8, 1))
    labour_cost_term(made, first_month=date(2026, 9, 1), basis=TermBasis.PROGRESS, share=20)
    measured_value(made, date(2026, 9, 1), "500000")
    return made


@pytest.fixture
def account(site):
    """Shared, with an agreement, a report that came late, and one movement above the second project's part."""
    made = special_account(site, number=NUMBER, bank=bank(name="甲银行"))
    other = project(name="临翔区幼儿园新建项目", contractor=site.general_contractor)
    shared(made, other)
    tripartite_agreement(made, site)
    account_report(made, reported_on=date(2026, 8, 10))
    bank_agreement(made.bank, department("530902"))
    entry(made, "100000.00", summary="拨付人工费", booked_on=date(2026, 9, 8), project=site)
    entry(made, "-300.00", MovementKind.OTHER_OUT, summary="保函费", project=other)
    return made


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_are_accessible_and_fit(visitor, site, account, width):
    addresses = {
        officer(): [
            account.get_absolute_url(),
            account.entries.last().get_absolute_url(),
            reverse("accounts:closing", args=[account.pk]),
            reverse("accounts:labour_cost", args=[site.pk]),
            reverse("accounts:labour_cost_list"),
            reverse("accounts:bank_list"),
            reverse("accounts:bank_agreement_add"),
        ],
        clerk(site.general_contractor): [
            reverse("accounts:agreement_add", args=[account.pk, site.pk]),
            reverse("accounts:term_add", args=[site.pk]),
            reverse("accounts:measured_edit", args=[site.pk, date(2026, 10, 1)]),
            reverse("accounts:closing_begin", args=[account.pk]),
        ],
        construction_unit_clerk(site.construction_unit): [reverse("accounts:labour_cost", args=[site.pk])],
        bank_clerk(account.bank): [reverse("accounts:closing", args=[account.pk]), reverse("accounts:bank_list")],
    }
    for user, pages in addresses.items():
        visitor.sign_in(user)
        visitor.page.set_viewport_size({"width": width, "height": 900})
        for address in pages:
            assert visitor.open(address).status == 200, address
            assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width, address
            visitor.check_accessible()


def test_an_officer_says_anew_what_a_movement_was_and_takes_it_back(visitor, account):
    visitor.sign_in(officer())
    page = visitor.page
    visitor.open(account.get_absolute_url())
    expect(page.get_by_text("动用了其他项目的工资款")).to_be_visible()
    page.get_by_role("link", name="保函费").click()
    page.get_by_role("button", name="更正交易类型").click()
    page.get_by_label("更正为").select_option(label="手续费")
    page.get_by_label("理由").fill("回单载明为保函手续费")
    page.get_by_role("dialog").get_by_role("button", name="更正", exact=True).click()
    expect(page.get_by_text("其他出账 → 手续费")).to_be_visible()
    page.get_by_role("button", name="冲正").click()
    visitor.check_accessible()
    page.get_by_label("冲正原因").fill("重复入账")
    page.get_by_role("dialog").get_by_role("button", name="冲正", exact=True).click()
    expect(page.get_by_text("两笔相抵，不计入进出账")).to_be_visible()
    assert account.entries.count() == 3


def test_a_bank_books_the_surplus_and_cancels_on_a_phone(visitor, account):
    today = timezone.localdate()
    for link in account.project_links.select_related("project"):
        link.project.status, link.project.completed_on = Status.COMPLETED, today - timedelta(days=60)
        link.project.save()
    entry(account, "300", project=account.project_links.last().project, booked_on=date(2026, 10, 9))
    closing_notice(account, today - timedelta(days=40))
    visitor.sign_in(bank_clerk(account.bank))
    page = visitor.page
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.open(reverse("accounts:closing", args=[account.pk]))
    expect(page.get_by_text("账户还有余额 100,000.00 元")).to_be_visible()
    page.get_by_role("button", name="登记结余划转").click()
    page.get_by_label("划转流水号").fill("XH1")
    page.get_by_role("button", name="入账").click()
    page.get_by_role("button", name="注销专户").click()
    page.get_by_role("dialog").get_by_role("button", name="注销", exact=True).click()
    expect(page.get_by_text("专户已注销，不再接收流水")).to_be_visible()
    account.refresh_from_db()
    assert account.is_cancelled
