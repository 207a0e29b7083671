"""分包合同备案 (P9)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.urls import reverse

from core import attachments
from core.models import AuditEntry
from projects import services
from projects.enums import ParticipantType, Status, SubcontractState
from projects.models import Project, Subcontract
from tests.organizations.factories import clerk, organization
from tests.projects.factories import participation, project, subcontract

pytestmark = pytest.mark.django_db
SCAN = ("合同.pdf", b"%PDF-1.7\n")
FACTS = {"number": "LW-1", "amount": Decimal("500000"), "labour_share": Decimal("80"), "signed_on": date(2026, 7, 25)}


@pytest.fixture
def party():
    return participation(project(), organization(), ParticipantType.LABOUR_SUBCONTRACTOR)


def test_a_contract_goes_on_record_with_its_scan(party):
    by = clerk(party.project.general_contractor)
    contract = services.file_subcontract(Subcontract(participation=party), by=by, scans=[SCAN], **FACTS)
    assert (contract.is_filed, contract.labour_amount) == (True, Decimal("400000.00"))
    assert [file.name for file in attachments.of(contract)] == ["合同.pdf"]
    assert AuditEntry.objects.filter(action="subcontract.file").exists()


def test_without_a_scan_it_does_not(party):
    with pytest.raises(ValidationError, match="扫描件"):
        services.file_subcontract(Subcontract(participation=party), by=None, **FACTS)


def test_only_subcontractors_have_one():
    builder = participation(project(), organization(), ParticipantType.CONSTRUCTION_UNIT)
    with pytest.raises(ValidationError, match="只有分包单位"):
        services.file_subcontract(Subcontract(participation=builder), by=None, scans=[SCAN], **FACTS)


def test_a_number_is_filed_once_and_again_after_it_was_withdrawn(party):
    first = services.file_subcontract(Subcontract(participation=party), by=None, scans=[SCAN], **FACTS)
    with pytest.raises(ValidationError, match="已经备案"):
        services.file_subcontract(Subcontract(participation=party), by=None, scans=[SCAN], **FACTS)
    services.withdraw_subcontract(first, by=None, on=date(2026, 8, 1), reason="解除")
    services.file_subcontract(Subcontract(participation=party), by=None, scans=[SCAN], **FACTS)
    assert Subcontract.objects.count() == 2


def test_a_page_that_is_old_does_not_file_again_what_was_withdrawn(party):
    contract = subcontract(party)
    services.withdraw_subcontract(Subcontract.objects.get(), by=None, on=date(2026, 8, 1), reason="解除")
    with pytest.raises(ValidationError, match="已撤销"):
        services.file_subcontract(contract, by=None, scans=[SCAN], **FACTS)
    assert not Subcontract.objects.get().is_filed


def test_it_is_not_withdrawn_twice_nor_before_it_was_signed(party):
    contract = subcontract(party)
    with pytest.raises(ValidationError, match="不能早于"):
        services.withdraw_subcontract(contract, by=None, on=date(2026, 1, 1), reason="解除")
    services.withdraw_subcontract(contract, by=None, on=date(2026, 8, 1), reason="解除")
    with pytest.raises(ValidationError, match="已经撤销"):
        services.withdraw_subcontract(contract, by=None, on=date(2026, 8, 1), reason="解除")


def test_a_completed_project_files_nothing(client, party):
    Project.objects.filter(pk=party.project_id).update(status=Status.COMPLETED, completed_on=date(2026, 10, 1))
    party.project.refresh_from_db()
    with pytest.raises(ValidationError, match="完工"):
        services.file_subcontract(Subcontract(participation=party), by=None, scans=[SCAN], **FACTS)
    client.force_login(clerk(party.project.general_contractor))
    answer = client.post(reverse("projects:subcontract_add", args=[party.pk]), {})
    assert answer.url == party.project.get_absolute_url()


@pytest.mark.parametrize("wrong", ["labour_share = 101", "amount = 0", f"state = '{SubcontractState.WITHDRAWN}'"])
def test_the_database_holds_share_sum_and_withdrawal(party, wrong):
    contract = subcontract(party)
    with connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute(f"UPDATE projects_subcontract SET {wrong} WHERE id = %s", [contract.pk])
