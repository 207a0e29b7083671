"""The pages from approved sheets to the bank and back: who may, what is shown, what a click does."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.enums import BankFile, OrderState
from accounts.models import PayoutBatch, PayoutOrder
from accounts.services import record_results
from core.models import AuditEntry
from projects.enums import ParticipantType, Status
from projects.models import Project
from tests.accounts.payouts import Site, orders, paid, refused
from tests.organizations.factories import (
    bank,
    bank_clerk,
    clerk,
    construction_unit_clerk,
    industry_officer,
    officer,
    region,
)
from tests.projects.factories import participation

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return Site()


def login(client, user):
    client.force_login(user)
    return client


def compare(site, sheet, **query):
    asked = {"sheet": sheet.pk, "account": site.account.pk} | query
    return reverse("payouts:compare", args=[site.project.pk]), asked


def text(answer) -> str:
    return answer.content.decode()


# --- handing over ----------------------------------------------------------------------------------------------------


def test_a_clerk_compares_and_hands_over(client, site):
    good, bad = site.person(), site.person(carded=False)
    sheet = site.sheet(good, bad)
    login(client, site.clerk)
    assert str(sheet) in text(client.get(reverse("payouts:project", args=[site.project.pk])))
    address, asked = compare(site, sheet)
    page = text(client.get(address, asked))
    assert "没有登记工资卡" in page
    assert reverse("workers:card_bind", args=[bad.pk]) in page
    assert "6,000.00" in page
    assert not PayoutBatch.objects.exists()
    answer = client.post(address, asked)
    batch = PayoutBatch.objects.get()
    assert answer.url == batch.get_absolute_url()
    assert (batch.count, batch.layout) == (1, BankFile.ICBC)
    assert good.worker.name in text(client.get(answer.url))


def test_another_layout_can_be_chosen(client, site):
    address, asked = compare(site, site.sheet(), layout="generic")
    login(client, site.clerk).post(address, asked)
    assert PayoutBatch.objects.get().layout == BankFile.GENERIC


def test_the_comparison_is_narrowed_and_keeps_what_was_asked(client, site):
    good, bad = site.person(), site.person(carded=False)
    address, asked = compare(site, site.sheet(good, bad))
    page = login(client, site.clerk).get(address, asked | {"result": "no_card"})
    assert [line.name for line in page.context["table"].page] == [bad.worker.name]
    assert page.context["people"] == 1
    assert client.get(address, asked | {"result": "good"}).context["table"].page.count.value == 1
    assert client.get(address, asked | {"q": "没有这人"}).context["table"].page.count.value == 0


def test_an_account_without_the_money_sends_nothing(client):
    site = Site("100")
    address, asked = compare(site, site.sheet())
    page = login(client, site.clerk).get(address, asked)
    assert "专户余额不足，差 5,900.00 元" in text(page)
    assert not page.context["can_send"]
    assert "专户余额不足" in text(client.post(address, asked, follow=True))
    assert not PayoutBatch.objects.exists()


def test_what_is_not_payable_cannot_be_asked_for(client, site):
    sheet = site.sheet()
    site.batch(sheet)
    address, asked = compare(site, sheet)
    assert login(client, site.clerk).post(address, asked).url == reverse("payouts:project", args=[site.project.pk])
    other = Site()
    assert client.post(*compare(site, other.sheet())).url == reverse("payouts:project", args=[site.project.pk])
    assert PayoutBatch.objects.count() == 1


def test_nobody_else_hands_over(client, site):
    address, asked = compare(site, site.sheet())
    for user, status in [(site.banker, 403), (officer(), 403), (clerk(), 404)]:
        assert login(client, user).post(address, asked).status_code == status
    Project.objects.filter(pk=site.project.pk).update(status=Status.COMPLETED, completed_on=date(2026, 10, 1))
    assert login(client, site.clerk).post(address, asked).status_code == 302
    assert not PayoutBatch.objects.exists()


# --- the file --------------------------------------------------------------------------------------------------------


def test_the_clerk_and_the_bank_take_the_file_and_it_is_on_record(client, site):
    batch = site.batch(site.sheet())
    address = reverse("payouts:file", args=[batch.pk])
    for user in (site.clerk, site.banker):
        answer = login(client, user).post(address)
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert orders(batch)[0].card_number.encode() in answer.content
    assert AuditEntry.objects.filter(action="payout.file").count() == 2
    assert client.get(address).status_code == 405
    for user, status in [(officer(), 403), (bank_clerk(bank()), 404), (clerk(), 404)]:
        assert login(client, user).post(address).status_code == status


def test_once_the_bank_has_answered_the_file_is_refused_in_words(client, site):
    batch = site.batch(site.sheet(site.person(), site.person()))
    record_results(site.project, [paid(orders(batch)[0])], by=site.banker)
    login(client, site.banker)
    page = client.get(batch.get_absolute_url())
    assert "下载代发文件" not in text(page)
    assert "不再提供下载" in text(client.post(reverse("payouts:file", args=[batch.pk]), follow=True))


# --- looking on ------------------------------------------------------------------------------------------------------


def test_who_sees_a_batch(client, site):
    batch = site.batch(site.sheet())
    owner = construction_unit_clerk()
    participation(site.project, owner.organization, ParticipantType.CONSTRUCTION_UNIT)
    seen = [site.clerk, site.banker, officer(), industry_officer(), owner]
    for name in ("payouts:batch_list", "payouts:differences"):
        for user in seen:
            assert login(client, user).get(reverse(name)).status_code == 200
    order = orders(batch)[0]
    for user, status in [*((user, 200) for user in seen), (bank_clerk(bank()), 404), (clerk(), 404)]:
        login(client, user)
        assert client.get(batch.get_absolute_url()).status_code == status
        assert client.get(reverse("payouts:order", args=[order.pk])).status_code == status
        assert (batch.number in text(client.get(reverse("payouts:batch_list")))) == (status == 200)


def test_a_bank_sees_its_own_accounts_batches_of_a_shared_project(client, site):
    other = Site(of=site.project)
    mine, theirs = site.batch(site.sheet()), other.batch(other.sheet(name="二班"))
    page = text(login(client, site.banker).get(reverse("payouts:project", args=[site.project.pk])))
    assert mine.number in page
    assert theirs.number not in page


def test_the_list_is_filtered(client, site):
    done, sent = site.batch(site.sheet()), site.batch(site.sheet(name="二班"))
    record_results(site.project, [paid(orders(done)[0])], by=site.banker)
    region("530921")
    login(client, officer("530900"))

    def shown(**query) -> set[str]:
        return {batch.number for batch in client.get(reverse("payouts:batch_list"), query).context["table"].page}

    assert shown(state="sent") == {sent.number}
    assert shown(state="done") == {done.number}
    assert shown(q=sent.number) == {sent.number}
    assert shown(q=site.project.name) == {done.number, sent.number}
    assert shown(q="没有这个项目") == set()
    assert shown(place="530902") == {done.number, sent.number}
    assert shown(place="530921") == set()
    assert shown(waiting="3") == set()


def test_the_chain_of_attempts_is_told(client, site):
    sheet = site.sheet()
    first = orders(site.batch(sheet))[0]
    record_results(site.project, [refused(first, "账户已销户")], by=site.banker)
    login(client, site.clerk)
    page = client.get(first.batch.get_absolute_url())
    assert page.context["again_url"]
    assert client.get(page.context["again_url"]).status_code == 200
    second = orders(site.batch(sheet))[0]
    record_results(site.project, [paid(second, "S777")], by=site.banker)
    for order in (first, second):
        told = text(client.get(reverse("payouts:order", args=[order.pk])))
        assert "账户已销户" in told
        assert "S777" in told
        assert "第 2 次" in told
    again = client.get(second.batch.get_absolute_url(), {"again": "on", "state": OrderState.PAID})
    assert [order.pk for order in again.context["table"].page] == [second.pk]
    assert not client.get(first.batch.get_absolute_url()).context["again_url"]


def test_differences_are_on_the_money_page_with_reason_and_count(client, site):
    order = orders(site.batch(site.sheet()))[0]
    record_results(site.project, [paid(order, "S1")], by=site.banker)
    for user in (site.clerk, site.banker):
        login(client, user)
        for address in (reverse("accounts:project_money", args=[site.project.pk]), reverse("payouts:differences")):
            page = text(client.get(address))
            assert "对账单还没有到发放日 1 笔" in page
            assert "S1" in page
    assert PayoutOrder.objects.get().payout.serial == "S1"
