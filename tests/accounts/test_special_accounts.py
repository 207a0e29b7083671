from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts.indicators import SPECIAL_ACCOUNT
from accounts.models import AccountProject, SpecialAccount
from accounts.services import cancel_account, open_account, update_account
from core.indicators import completeness
from projects.enums import Status
from projects.models import ChangedProject, Project
from tests.accounts.documents import NUMBER
from tests.accounts.factories import special_account
from tests.organizations.factories import bank, clerk, organization
from tests.projects.factories import project

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return project()


def opened(site, **facts) -> SpecialAccount:
    defaults = {"number": NUMBER, "name": "专户", "bank": None}
    return open_account(site, by=clerk(site.general_contractor), **(defaults | facts))


def test_one_account_serves_several_projects_of_its_holder_and_of_nobody_else(site):
    account = opened(site)
    sister = project(contractor=site.general_contractor)
    assert opened(sister) == account
    assert opened(sister) == account
    assert set(AccountProject.objects.values_list("project", flat=True)) == {site.pk, sister.pk}
    with pytest.raises(ValidationError, match="其他单位"):
        opened(project())
    assert ChangedProject.objects.filter(project=sister).exists()


def test_recording_a_known_account_again_fills_what_was_missing_and_overwrites_nothing(site):
    unit = bank()
    opened(site)
    account = opened(site, bank=unit, bank_name="某支行", opened_on=date(2026, 7, 25))
    assert (account.bank, account.bank_name, account.opened_on) == (unit, "某支行", date(2026, 7, 25))
    again = opened(site, bank=unit, bank_name="另一支行", opened_on=date(2026, 8, 1))
    assert (again.bank_name, again.opened_on) == ("某支行", date(2026, 7, 25))
    with pytest.raises(ValidationError, match="另一家银行"):
        opened(site, bank=bank())


def test_a_completed_project_and_one_without_contractor_open_no_account(site):
    site.status, site.completed_on = Status.COMPLETED, date(2026, 10, 1)
    site.save()
    with pytest.raises(ValidationError, match="完工"):
        opened(site)
    bare = project()
    bare.participations.all().delete()
    with pytest.raises(ValidationError, match="总承包"):
        open_account(Project.objects.get(pk=bare.pk), by=None, number=NUMBER, name="专户", bank=None)


def test_a_cancelled_account_is_neither_reopened_nor_cancelled_again(site):
    account = cancel_account(opened(site), by=None, on=date(2026, 10, 31))
    with pytest.raises(ValidationError, match="注销"):
        cancel_account(account, by=None, on=date(2026, 10, 31))
    with pytest.raises(ValidationError, match="注销"):
        opened(site)


def test_only_changes_are_written(site):
    account = opened(site)
    ChangedProject.objects.all().delete()
    update_account(account, by=None, name=account.name)
    assert not ChangedProject.objects.exists()
    update_account(account, by=None, name="新名称")
    assert ChangedProject.objects.get().project == site


def test_the_number_is_encrypted_and_found_by_its_index(site):
    account = opened(site)
    stored = SpecialAccount.objects.filter(pk=account.pk).extra(select={"raw": "number"}).values("raw")
    assert NUMBER.encode() not in bytes(stored[0]["raw"])
    assert account.number_last4 == NUMBER[-4:]


def test_completeness_counts_the_account_indicators_of_each_project(site):
    sister = project(contractor=organization())
    without = project()
    shared = special_account(site)
    AccountProject.objects.create(account=shared, project=sister)
    SpecialAccount.objects.update(opened_on=None)
    figures = completeness(Project.objects.all(), [SPECIAL_ACCOUNT])
    assert figures == {site.pk: (5, 6), sister.pk: (5, 6), without.pk: (0, 6)}
