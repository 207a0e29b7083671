"""One account for several projects of its holder: said, confirmed, and its money kept apart."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AccountProject, SpecialAccount
from accounts.services import cancel_account
from tests.accounts.documents import NUMBER
from tests.accounts.factories import entry, special_account
from tests.organizations.factories import bank, bank_clerk, clerk, officer
from tests.projects.factories import project

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return bank()


@pytest.fixture
def first():
    return project(name="临翔区示范小学扩建项目")


@pytest.fixture
def account(first, unit):
    return special_account(first, bank=unit, number=NUMBER, bank_name="翠云支行")


@pytest.fixture
def sister(first, account):
    return project(name="临翔区幼儿园新建项目", contractor=first.general_contractor)


def typed(unit, **changes) -> dict:
    facts = {"name": "专户", "number": NUMBER, "bank": unit.pk, "bank_name": "凤庆支行", "opened_on": "2026-08-01"}
    return facts | changes


def record(client, user, site, data: dict):
    client.force_login(user)
    holder = {"holder": site.general_contractor.pk}
    return client.post(reverse("accounts:account_add", args=[site.pk]), holder | data, follow=True)


def links() -> int:
    return AccountProject.objects.unscoped("all of them, counted").count()


def test_a_number_of_another_project_is_asked_about_before_it_is_shared(client, unit, first, sister, account):
    user = clerk(first.general_contractor)
    page = record(client, user, sister, typed(unit)).content.decode()
    assert "该账号已用于“临翔区示范小学扩建项目”" in page
    assert "不会采用" in page
    assert "开户银行（登记为“翠云支行”）" in page
    assert "开户日期（登记为“2026-07-25”）" in page
    assert 'type="checkbox" name="share"' in page
    assert links() == 1
    page = record(client, user, sister, typed(unit, share="on")).content.decode()
    assert "同一专户已用于本项目，开户信息以原登记为准" in page
    assert links() == 2
    account.refresh_from_db()
    assert (account.bank_name, account.opened_on) == ("翠云支行", date(2026, 7, 25))
    assert account.project_links.get(project=sister).since != date(2026, 8, 1)


def test_a_fresh_number_asks_nothing(client, unit, first):
    page = record(client, clerk(first.general_contractor), first, typed(unit)).content.decode()
    assert "专户信息已保存" in page
    assert SpecialAccount.objects.unscoped("the only one").get().bank_name == "凤庆支行"


def test_a_number_of_another_unit_is_refused_without_telling_whose(client, unit, first, account):
    other = project()
    page = record(client, clerk(other.general_contractor), other, typed(unit, share="on")).content.decode()
    assert "该账号已登记在其他单位名下" in page
    assert first.name not in page
    assert first.general_contractor.name not in page
    assert "翠云支行" not in page
    assert links() == 1


def test_another_bank_and_a_cancelled_account_are_refused_at_once(client, unit, first, sister, account):
    user = clerk(first.general_contractor)
    page = record(client, user, sister, typed(bank())).content.decode()
    assert "该账号已登记在另一家银行" in page
    cancel_account(account, by=None, on=date(2026, 10, 31))
    assert "专户已注销" in record(client, user, sister, typed(unit)).content.decode()
    assert links() == 1


def test_the_same_project_again_is_sent_to_its_account_and_drops_nothing_silently(client, unit, first, account):
    user = clerk(first.general_contractor)
    page = record(client, user, first, typed(unit)).content.decode()
    assert "本项目已登记该账号" in page
    assert "登记为“翠云支行”" in page


def test_the_bank_is_asked_too_and_learns_no_name_of_a_project_it_does_not_keep(client, unit, first, sister, account):
    SpecialAccount.objects.unscoped("as a statement records it").update(bank=None)
    client.force_login(bank_clerk(unit))
    address, data = reverse("accounts:account_record"), typed(unit, project_code=sister.code)
    page = client.post(address, data).content.decode()
    assert "该账号已用于开户单位的其他项目" in page
    assert "不会采用：专户名称、开户银行、开户日期。" in page
    assert first.name not in page
    client.post(address, data | {"share": "on"})
    assert links() == 2


def test_the_money_of_a_shared_account_is_kept_apart_by_project(client, first, sister, account):
    entry(account, "2770000.00")
    AccountProject.objects.unscoped("of the test").create(account=account, project=sister)
    entry(account, "500.00", project=sister)
    entry(account, "-120.50", kind="wage", project=sister)
    client.force_login(officer())
    tiles = _tiles(client, sister)
    assert "本项目部分" in tiles
    assert "379.50" in tiles
    assert tiles.index("账户余额") < tiles.index("2,770,379.50") < tiles.index("整个账户")


def test_an_account_of_one_project_shows_its_balance_as_before(client, first, account):
    entry(account, "500.00")
    client.force_login(officer())
    assert "本项目部分" not in _tiles(client, first)


def _tiles(client, site) -> str:
    page = client.get(reverse("accounts:project_money", args=[site.pk])).content.decode()
    return page[page.index('class="tiles"') : page.index("尚欠工资")]
