"""Wages to the bank and back in a real browser, at a desk and on a phone."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import PayoutBatch
from tests.accounts.payouts import Site, answer, orders, result_file
from tests.workers.factories import bank_card

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _in_november_2026():
    """The browser and the session live in real time."""


@pytest.mark.parametrize("width", [1440, 390])
def test_handed_over_answered_with_a_refusal_and_tried_again(visitor, width, tmp_path):
    site = Site()
    good, bad, uncarded = site.person(), site.person(), site.person(carded=False)
    site.sheet(good, bad, uncarded)
    visitor.page.set_viewport_size({"width": width, "height": 900})
    _hand_over(visitor, site, width)
    batch = PayoutBatch.objects.get()
    _pay(visitor, site, batch, width)
    _upload(visitor, batch, tmp_path, [good, bad], bad)
    visitor.open(batch.get_absolute_url())
    expect(visitor.page.get_by_text("户名不符").first).to_be_visible()
    expect(visitor.page.get_by_text("已办结").first).to_be_visible()
    _look(visitor, width)
    _try_again(visitor, site, batch, bad, width)
    for address in (reverse("payouts:batch_list"), reverse("payouts:differences")):
        visitor.open(address)
        _look(visitor, width)


def _hand_over(visitor, site, width: int) -> None:
    page = visitor.page
    visitor.sign_in(site.clerk)
    visitor.open(reverse("payouts:project", args=[site.project.pk]))
    _look(visitor, width)
    page.get_by_label("工资").first.check()
    page.get_by_role("button", name="下一步：比对").click()
    expect(page.get_by_text("没有登记工资卡").first).to_be_visible()
    _look(visitor, width)
    _send(page, "已提交 2 笔")
    _look(visitor, width)


def _send(page, told: str) -> None:
    page.get_by_role("button", name="提交给银行").click()
    page.get_by_role("dialog").get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text(told)).to_be_visible()


def _pay(visitor, site, batch, width: int) -> None:
    page = visitor.page
    visitor.sign_in(site.banker)
    visitor.open("/")
    _look(visitor, width)
    page.get_by_role("link", name=batch.number).click()
    page.get_by_role("button", name="下载代发文件").click()
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_role("button", name="下载").click()
    assert batch.number in download.value.suggested_filename
    page.keyboard.press("Escape")


def _try_again(visitor, site, batch, person, width: int) -> None:
    page = visitor.page
    person.worker.bank_cards.update(is_current=False)
    bank_card(person.worker)
    visitor.sign_in(site.clerk)
    visitor.open(batch.get_absolute_url())
    page.get_by_role("link", name="退回的再次提交").click()
    _send(page, "已提交 1 笔")
    page.get_by_role("link", name=person.worker.name).click()
    expect(page.get_by_text("第 2 次")).to_be_visible()
    expect(page.get_by_text("户名不符")).to_be_visible()
    _look(visitor, width)


def _upload(visitor, batch, folder, people, refused) -> None:
    at = f"{timezone.localtime() - timedelta(seconds=1):%Y%m%d%H%M%S}"
    rows = []
    for order in orders(batch)[: len(people)]:
        is_bad = order.name == refused.worker.name
        rows.append(answer(order, "失败" if is_bad else "交易成功", "户名不符" if is_bad else "", at=at))
    file = folder / "代发结果.csv"
    file.write_bytes(result_file(batch, rows))
    page = visitor.page
    page.get_by_role("link", name="导入代发结果").click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="上传并检查").click()
    page.get_by_role("button", name="导入全部").click()
    expect(page.get_by_role("link", name="查看代发批次")).to_be_visible()


def _look(visitor, width: int) -> None:
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width, visitor.page.url
    visitor.check_accessible()
