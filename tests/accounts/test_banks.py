"""Agreement banks, and the quality of what banks push (requirement F8)."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.enums import MovementKind
from accounts.models import BankAgreement
from accounts.selectors import bank_qualities
from accounts.services import reclassify
from tests.accounts.factories import bank_agreement, entry, special_account
from tests.organizations.factories import bank, bank_clerk, clerk, department, officer
from tests.projects.factories import project

pytestmark = pytest.mark.django_db
OCTOBER, TODAY = date(2026, 10, 1), date(2026, 11, 2)


def at(day: int) -> datetime:
    return datetime(2026, 10, day, 20, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_the_score_is_made_of_the_months_figures():
    unit = bank(name="甲银行")
    account = special_account(project(), bank=unit)
    entry(account, "1000", booked_on=date(2026, 10, 8), created_at=at(8), stated_balance=Decimal(1000))
    entry(
        account, "-10", MovementKind.WAGE, booked_on=date(2026, 10, 9), created_at=at(13), stated_balance=Decimal(91)
    )
    odd = entry(account, "-10", MovementKind.OTHER_OUT, booked_on=date(2026, 10, 10), created_at=at(10))
    entry(account, "5", MovementKind.INTEREST, booked_on=date(2026, 10, 21), created_at=at(21))
    entry(account, "5", booked_on=date(2026, 9, 21))
    reclassify(odd, kind=MovementKind.FEE, reason="手续费", by=None)
    (quality,) = bank_qualities(officer(), OCTOBER, TODAY)
    assert (quality.movements, quality.on_time, quality.delay) == (4, 3, Decimal("1.0"))
    assert (quality.breaks, quality.wages, quality.unmatched, quality.corrections) == (1, 1, 1, 1)
    assert quality.parts == {
        "on_time": Decimal("30.0"),
        "balance": Decimal("15.0"),
        "refused": Decimal("15.0"),
        "unmatched": Decimal("0.0"),
        "corrections": Decimal("7.5"),
    }
    assert quality.score == Decimal("67.5")


def test_a_bank_without_movements_has_no_score_and_another_place_is_not_counted():
    unit = bank(name="甲银行")
    special_account(project(), bank=unit)
    far = special_account(project(at="530102"), bank=unit)
    entry(far, "1000", booked_on=date(2026, 10, 8))
    (quality,) = bank_qualities(officer(), OCTOBER, TODAY)
    assert quality.score is None


def test_an_agreement_is_registered_with_its_document_and_shown(client):
    unit, user = bank(name="甲银行"), officer()
    client.force_login(user)
    address = reverse("accounts:bank_agreement_add")
    data = {"bank": unit.pk, "number": "YH1", "valid_from": "2026-01-01", "valid_to": "2027-12-31"}
    data |= {"contact_name": "赵六", "contact_phone": "0883-2123456"}
    assert "请上传银行协议扫描件" in client.post(address, data).content.decode()
    paper = SimpleUploadedFile("协议.pdf", b"%PDF-1.7\n", "application/pdf")
    client.post(address, data | {"files": paper})
    agreement = BankAgreement.objects.unscoped("the only one").get()
    assert agreement.office == user.organization
    page = client.get(reverse("accounts:bank_list")).content.decode()
    assert "甲银行" in page
    assert "赵六" in page
    twice = client.post(address, data | {"number": "YH2", "files": SimpleUploadedFile("b.pdf", b"%PDF-1.7\n")})
    assert "有效期重叠" in twice.content.decode()


def test_the_agreement_is_seen_in_its_place_above_and_below_and_changed_by_its_office(client):
    agreement = bank_agreement(bank(), department("530902"))
    edit = reverse("accounts:bank_agreement_edit", args=[agreement.pk])
    for user, status in ((officer("530900"), 403), (officer("530921"), 404), (officer("530902"), 200)):
        client.force_login(user)
        assert client.get(edit).status_code == status
    above = bank_agreement(bank(), department("530000"))
    client.force_login(officer("530902"))
    assert above.number in client.get(reverse("accounts:bank_list")).content.decode()


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("valid_to = '2025-12-31'", "bank_agreement_ends_after_it_begins"),
    ],
)
def test_the_database_holds_an_agreement(change, name):
    made = bank_agreement(bank(), department())
    with pytest.raises(DatabaseError, match=name), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounts_bankagreement SET {change}")
    with pytest.raises(DatabaseError, match="bank_agreements_do_not_overlap"), transaction.atomic():
        bank_agreement(made.bank, made.office, valid_from=date(2027, 12, 31), valid_to=date(2028, 12, 31))


def test_any_bank_will_do_and_one_without_agreement_is_noted(client):
    site, unit = project(), bank(name="乙银行")
    client.force_login(clerk(site.general_contractor))
    data = {"holder": site.general_contractor.pk, "name": "专户", "number": "2510328559195900017", "bank": unit.pk}
    data |= {"bank_name": "某支行", "opened_on": "2026-10-30"}
    page = client.post(reverse("accounts:account_add", args=[site.pk]), data, follow=True).content.decode()
    assert "开户银行不是协议银行" in page
    assert "非协议银行" in page
    bank_agreement(unit, department())
    account = site.account_links.get().account
    assert "非协议银行" not in client.get(account.get_absolute_url()).content.decode()
    client.force_login(bank_clerk(unit))
    assert client.get(reverse("accounts:bank_list")).status_code == 200
