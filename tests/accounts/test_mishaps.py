"""What a worker is told when a wage did not arrive: why, what to do, whom to call, and what has become of it."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.enums import MovementKind, Refusal
from accounts.selectors.mishaps import BEFORE_THE_BANK, in_plain_words
from accounts.services import match_payouts, record_results
from projects.models import WageClerk
from tests.accounts import payouts
from tests.accounts.factories import entry
from tests.workers import factories as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    site = payouts.Site()
    WageClerk.objects.create(project=site.project, name="张春燕", phone="13800001111")
    return site


@pytest.fixture
def stay(site):
    return site.person()


@pytest.fixture
def batch(site, stay):
    return site.batch(site.sheet(stay))


@pytest.fixture
def told(client, stay):
    """All three pages of the worker, joined."""
    user = people.login(stay.worker)

    def read() -> str:
        client.force_login(user)
        line = stay.payroll_lines.get()
        detail = reverse("my_wages:detail", args=[line.pk])
        return "".join(client.get(address).content.decode() for address in ("/", "/my/wages/", detail))

    return read


def refuse(site, batch, reason: str) -> None:
    record_results(site.project, [payouts.refused(payouts.orders(batch)[0], reason)], by=site.banker)


def test_a_card_the_bank_refused_is_told_with_reason_and_whom_to_call(site, batch, stay, told):
    assert "银行未能把钱打到您的卡" not in told()
    refuse(site, batch, "户名与账号不符")
    page = told()
    card = stay.worker.bank_cards.get()
    assert page.count("银行未能把钱打到您的卡") == 2  # beside the wage, on the first page and on its own
    assert page.count("银行卡的户名和您的姓名对不上") == 3
    for said in (
        "户名与账号不符",
        f"****{card.last4}",
        "把您本人名下、能正常收钱的银行卡交给劳资专管员登记",
        "会重新发放",
    ):
        assert said in page, said
    assert page.count('href="tel:13800001111"') == 2
    assert card.number not in page


def test_a_new_card_is_acknowledged_and_a_second_try_ends_the_warning(site, batch, stay, told):
    refuse(site, batch, "收款账户已销户")
    assert "这张卡已经注销了" in told()
    stay.worker.bank_cards.update(is_current=False)
    fresh = people.bank_card(stay.worker, number="6222020200001234567")
    assert f'您已登记新卡 <span class="my-whole">****{fresh.last4}</span>' in told()
    sheet = stay.payroll_lines.get().sheet
    again = site.batch(sheet)
    page = told()
    assert "现在已重新交银行办理" in page
    assert "银行未能把钱打到您的卡" not in page
    record_results(site.project, [payouts.paid(payouts.orders(again)[0])], by=site.banker)
    page = told()
    assert "重新交银行" not in page
    assert "已发放" in page


def test_money_that_came_back_is_told_with_the_summary_of_the_bank(site, batch, stay, told):
    order = payouts.orders(batch)[0]
    record_results(site.project, [payouts.paid(order, "BK1")], by=site.banker)
    to = {"counterparty_name": order.name, "counterparty_number": order.card_number}
    entry(site.account, "-6000.00", kind=MovementKind.WAGE, serial="BK1", summary="代发工资", **to)
    assert "银行未能" not in told()
    entry(site.account, "6000.00", kind=MovementKind.RETURN, summary="退汇 账户已冻结", **to)
    match_payouts(site.project, by=site.clerk)
    page = told()
    assert "银行未能把钱打到您的卡" in page
    assert "这张卡现在收不了钱" in page


def test_what_the_comparison_kept_back_is_not_laid_on_the_bank(site, told, stay):
    stay.worker.bank_cards.update(is_current=False)
    site.batch(site.sheet(stay, site.person()))
    page = told()
    assert "这笔工资没能交给银行发放" in page
    assert "您还没有登记工资卡" in page
    assert "银行未能" not in page


def test_an_older_wage_is_told_on_the_first_page_too(site, batch, stay, client):
    refuse(site, batch, "账号不存在")
    site.line(payouts.payroll_sheet(payouts.payroll(site.project, date(2026, 10, 1))), stay)
    client.force_login(people.login(stay.worker))
    page = client.get("/").content.decode()
    assert "2026年9月工资" in page
    assert "卡号不对，银行查不到这张卡" in page


def test_a_mate_is_told_nothing_of_it(site, stay, client):
    mate = site.person()
    batch = site.batch(site.sheet(stay, mate))
    order = next(one for one in payouts.orders(batch) if one.name == stay.worker.name)
    record_results(site.project, [payouts.refused(order, "户名不符")], by=site.banker)
    client.force_login(people.login(mate.worker))
    assert "银行未能" not in client.get("/").content.decode() + client.get("/my/wages/").content.decode()


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("户名与账号不符", "户名"),
        ("账户已销户", "注销"),
        ("收款账户状态异常", "收不了钱"),
        ("账号不存在", "卡号不对"),
        ("收款账号错误", "卡号不对"),
        ("超过Ⅱ类户限额", "限额"),
        ("其他", "没有把钱打进"),
    ],
)
def test_the_words_of_a_bank_are_put_plainly(said, plain):
    assert plain in in_plain_words(said)


def test_every_refusal_of_the_comparison_has_its_words():
    assert set(BEFORE_THE_BANK) == set(Refusal) - {Refusal.NONE, Refusal.BANK, Refusal.AGAIN}
