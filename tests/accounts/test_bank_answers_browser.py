"""What a bank's answer becomes on the pages, on a phone and at a desk: told to the worker, asked of the bank."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import SpecialAccount
from accounts.services import record_results
from projects.models import WageClerk
from tests.accounts import payouts
from tests.accounts.documents import Line, statement
from tests.workers import factories as people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=["desk", "phone"])
def walker(request, visitor):
    width, height = request.param
    visitor.page.set_viewport_size({"width": width, "height": height})
    return visitor


@pytest.fixture
def site():
    site = payouts.Site()
    WageClerk.objects.create(project=site.project, name="张春燕", phone="13800001111")
    return site


def look(walker, name: str) -> None:
    walker.check_accessible()
    assert walker.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), walker.page.url


def test_a_worker_reads_why_the_card_was_refused_and_calls_the_clerk(walker, site):
    stay, page = site.person(), walker.page
    batch = site.batch(site.sheet(stay))
    record_results(site.project, [payouts.refused(payouts.orders(batch)[0], "收款账户已销户")], by=site.banker)
    walker.sign_in(people.login(stay.worker))
    walker.open("/")
    expect(page.get_by_text("银行未能把钱打到您的卡")).to_be_visible()
    expect(page.get_by_role("link", name="张春燕 13800001111")).to_have_attribute("href", "tel:13800001111")
    look(walker, "worker-home")
    walker.open("/my/wages/")
    look(walker, "worker-wages")
    page.get_by_text("这张卡已经注销了，点开看怎么办").click()
    expect(page.get_by_text("银行写的：收款账户已销户")).to_be_visible()
    look(walker, "worker-wage")


def test_a_bank_finds_its_project_and_says_that_a_number_is_wrong(walker, site):
    page, account = walker.page, site.account
    number = account.number[:-2] + account.number[-1] + account.number[-2]
    if number == account.number:
        number = f"{account.number[:-1]}{(int(account.number[-1]) + 1) % 10}"
    content = statement([Line("B1", "1000.00", "拨付人工费")], of=site.project, number=number)
    walker.sign_in(site.banker)
    walker.open("/")
    page.get_by_role("link", name="上传对账单").click()
    look(walker, "bank-sites")
    page.get_by_role("link", name=site.project.name).click()
    page.get_by_role("link", name="上传专户对账单").click()
    page.locator("input[type=file]").set_input_files({"name": "对账单.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("很可能写错了")).to_be_visible()
    look(walker, "bank-question")
    page.get_by_label("账号写错了").check()
    page.get_by_role("button", name="保存并重新检查").click()
    page.get_by_role("button", name="导入全部 1 行").click()
    expect(page.get_by_text("经确认记入尾号")).to_be_visible()
    assert SpecialAccount.objects.get() == account
    walker.open(reverse("imports:batch_list"))
    look(walker, "bank-imports")
