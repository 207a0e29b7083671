"""垫付: what one unit pays for another settles the lines once, comes back in parts, and is never rewritten."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction

from accounts import services
from accounts.enums import AdvanceCause, AdvanceMeans, PayMethod
from accounts.models import Advance, AdvanceItem, AdvanceMovement, Payout
from accounts.selectors import advances as selected
from projects.enums import ParticipantType
from tests.accounts.factories import advance, entry, payout, payroll, payroll_line, special_account
from tests.organizations.factories import clerk, construction_unit_clerk, officer, organization
from tests.projects.factories import participation, project
from tests.workers.factories import engagement, team

pytestmark = pytest.mark.django_db

ON = date(2026, 10, 20)
PROOF = [("签收单.pdf", b"%PDF-1.7\n")]


@pytest.fixture
def site():
    return project()


@pytest.fixture
def sub(site):
    return participation(site, organization(), ParticipantType.LABOUR_SUBCONTRACTOR)


@pytest.fixture
def line(site, sub):
    crew = team(site, "分包班组", employer=sub)
    return payroll_line(payroll(site), "6000", engagement=engagement(site, team=crew), team=crew)


def paid(line) -> Decimal:
    line.refresh_from_db()
    return line.paid


def test_paid_directly_it_settles_the_lines_with_a_payout_of_its_own(site, sub, line):
    made = advance(site, line)
    assert paid(line) == made.amount == Decimal("6000")
    found = Payout.objects.get(line=line)
    assert (found.method, found.account, found.amount, found.paid_on) == (PayMethod.ADVANCE, None, 6000, ON)
    assert found.advance_item.advance == made


def test_into_the_account_it_settles_nothing_until_the_bank_has_paid(site, sub, line):
    advance(site, line, means=AdvanceMeans.ACCOUNT, proofs=[])
    assert paid(line) == 0
    assert not Payout.objects.exists()


def test_nothing_is_paid_twice(site, sub, line):
    advance(site, amounts={line.pk: Decimal(4000)})
    with pytest.raises(ValidationError, match="尚欠 2,000"):
        advance(site, amounts={line.pk: Decimal("2000.01")})
    advance(site, amounts={line.pk: Decimal(2000)})
    with pytest.raises(ValidationError, match="尚欠 0"):
        advance(site, amounts={line.pk: Decimal(1)})
    assert paid(line) == 6000


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"on": date(2026, 11, 3)}, "垫付日期不能晚于今天"),
        ({"proofs": []}, "请上传转账回单或工人签收单"),
        ({"on": date(2026, 8, 31)}, "早于工资所属月份"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(site, sub, line, facts, message):
    with pytest.raises(ValidationError, match=message), transaction.atomic():
        advance(site, line, **facts)
    assert not Advance.objects.exists()
    assert paid(line) == 0


def test_a_unit_that_is_not_of_this_site_owes_nothing_here(site, sub, line):
    with pytest.raises(ValidationError, match="其他参建单位"):
        advance(site, line, debtor=organization())
    with pytest.raises(ValidationError, match="其他参建单位"):
        advance(site, line, debtor=site.general_contractor)


def test_for_a_subcontractor_only_its_own_teams_wages(site, sub, line):
    other = participation(site, organization(), ParticipantType.LABOUR_SUBCONTRACTOR)
    with pytest.raises(ValidationError, match="所在班组不属于"):
        advance(site, line, debtor=other.organization)
    advance(site, line, debtor=other.organization, cause=AdvanceCause.OTHER)


def test_the_construction_unit_advances_for_the_contractor(site, sub, line):
    owner = participation(site, organization(), ParticipantType.CONSTRUCTION_UNIT).organization
    made = advance(site, line, payer=owner, debtor=site.general_contractor, cause=AdvanceCause.LABOUR_COST)
    assert (made.payer, made.debtor) == (owner, site.general_contractor)


def test_recovered_in_parts_up_to_what_was_advanced(site, sub, line):
    made = advance(site, line)
    services.recover_advance(made, on=date(2026, 10, 25), amount=Decimal(2500), by=None)
    with pytest.raises(ValidationError, match="尚未追回 3,500"):
        services.recover_advance(made, on=date(2026, 10, 26), amount=Decimal("3500.01"), by=None)
    [pair] = selected.pairs(Advance.objects.prefetch_related("movements"), date(2026, 11, 2))
    assert (pair.outstanding, pair.days) == (3500, 13)
    assert selected.sums(Advance.objects.all()) == {"advanced": 6000, "recovered": 2500, "outstanding": 3500}
    services.recover_advance(made, on=date(2026, 10, 26), amount=Decimal(3500), by=None)
    [pair] = selected.pairs(Advance.objects.prefetch_related("movements"), date(2026, 11, 2))
    assert (pair.outstanding, pair.days) == (0, None)


def test_a_recovery_is_undone_by_an_entry_once(site, sub, line):
    made = advance(site, line)
    back = services.recover_advance(made, on=date(2026, 10, 25), amount=Decimal(6000), by=None)
    services.undo_recovery(back, reason="录错", by=None)
    with pytest.raises(ValidationError, match="已经冲销"):
        services.undo_recovery(back, reason="录错", by=None)
    assert Advance.objects.get().outstanding == 6000
    assert AdvanceMovement.objects.count() == 2


def test_an_advance_undone_makes_its_lines_owed_again(site, sub, line):
    made = advance(site, line)
    back = services.recover_advance(made, on=date(2026, 10, 25), amount=Decimal(1), by=None)
    with pytest.raises(ValidationError, match="先冲销追回"):
        services.undo_advance(made, reason="录错", by=None)
    services.undo_recovery(back, reason="录错", by=None)
    services.undo_advance(made, reason="录错", by=None)
    assert paid(line) == 0
    assert not Payout.objects.exists()
    assert (Advance.objects.get().outstanding, AdvanceItem.objects.count()) == (0, 1)
    assert selected.sums(Advance.objects.all())["advanced"] == 0
    with pytest.raises(ValidationError, match="已经冲销"):
        services.undo_advance(made, reason="录错", by=None)


# --- in the database -------------------------------------------------------------------------------------------------


def refused(sql: str, *values, match: str) -> None:
    with pytest.raises(DatabaseError, match=match):
        _run(sql, values)


@transaction.atomic
def _run(sql: str, values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


MOVE = """INSERT INTO accounts_advancemovement (project_id, advance_id, step, "on", amount, note, at, reverses_id)
          SELECT project_id, id, %s, '2026-10-25', %s, '', now(), %s FROM accounts_advance WHERE id = %s"""
GIVE = """INSERT INTO accounts_advance (project_id, payer_id, debtor_id, cause, means, "on", amount, note, at)
          SELECT project_id, payer_id, {debtor}, cause, means, "on", {amount}, '', now() FROM accounts_advance
          WHERE id = %s"""


@pytest.mark.parametrize(
    ("sql", "match"),
    [
        ("UPDATE accounts_advance SET amount = amount + 1 WHERE id = %s", "append-only"),
        ("DELETE FROM accounts_advanceitem WHERE advance_id = %s", "append-only"),
        ("UPDATE accounts_advanceitem SET amount = 1 WHERE advance_id = %s", "append-only"),
        (GIVE.format(debtor="payer_id", amount="amount"), "advance_for_another_unit"),
        (GIVE.format(debtor="debtor_id", amount="0"), "advance_amount_positive"),
        (GIVE.format(debtor="debtor_id", amount="amount"), "its lines do not come to its amount"),
        (
            "INSERT INTO accounts_advanceitem (project_id, advance_id, line_id, amount) "
            "SELECT project_id, advance_id, line_id, 1 FROM accounts_advanceitem WHERE advance_id = %s",
            "its lines do not come to its amount",
        ),
        (
            "UPDATE accounts_payout p SET method = 'bank' FROM accounts_advanceitem i "
            "WHERE i.id = p.advance_item_id AND i.advance_id = %s",
            "payout_from_one_source",
        ),
        (
            "INSERT INTO accounts_payout (project_id, advance_item_id, serial, line_id, amount, paid_on, method) "
            "SELECT project_id, id, 'x', line_id, amount, '2026-10-20', 'advance' FROM accounts_advanceitem "
            "WHERE advance_id = %s",
            "advance_item_id",
        ),
    ],
)
def test_raw_sql_cannot_break_an_advance(site, sub, line, sql, match):
    refused(sql, advance(site, line).pk, match=match)


def test_raw_sql_cannot_recover_what_was_not_advanced(site, sub, line):
    made, other = advance(site, amounts={line.pk: Decimal(3000)}), advance(site, amounts={line.pk: Decimal(3000)})
    back = services.recover_advance(made, on=date(2026, 10, 25), amount=Decimal(2000), by=None)
    refused(MOVE, "recovered", 0, None, made.pk, match="advance_movement_amount_positive")
    refused(MOVE, "recovered", "1000.01", None, made.pk, match="more recovered than advanced")
    refused(MOVE, "recovery_undone", 2000, None, made.pk, match="undoes no recovery")
    refused(MOVE, "recovery_undone", 1999, back.pk, made.pk, match="undoes no recovery")
    refused(MOVE, "recovery_undone", 2000, back.pk, other.pk, match="undoes no recovery")
    refused(MOVE, "undone", 3000, None, made.pk, match="undone only as a whole")
    refused(MOVE, "undone", 2999, None, other.pk, match="undone only as a whole")
    refused("UPDATE accounts_advancemovement SET amount = 1 WHERE id = %s", back.pk, match="append-only")
    services.undo_advance(other, reason="录错", by=None)
    refused(MOVE, "recovered", 1, None, other.pk, match="has been undone")


# --- who may ---------------------------------------------------------------------------------------------------------


def test_each_records_its_own_and_the_officer_only_reads(site, sub, line, client):
    made = advance(site, line)
    owner = participation(site, organization(), ParticipantType.CONSTRUCTION_UNIT).organization
    new, page = f"/wage-accounts/projects/{site.pk}/advances/new/", f"/wage-accounts/advances/{made.pk}/"
    for user, may_write, may_recover in [
        (clerk(site.general_contractor), 200, True),
        (construction_unit_clerk(owner), 200, False),
        (officer(), 403, False),
    ]:
        client.force_login(user)
        assert client.get(new).status_code == may_write
        assert ("登记追回" in client.get(page).text) is may_recover
    client.force_login(construction_unit_clerk(owner))
    answer = client.post(f"{page}recover/", {"recover-on": "2026-10-25", "recover-amount": "1"})
    assert answer.status_code == 403
    client.force_login(construction_unit_clerk())
    assert client.get(page).status_code == 404


def test_a_clerk_records_and_recovers_on_the_pages(site, sub, line, client):
    client.force_login(clerk(site.general_contractor))
    address = f"/wage-accounts/projects/{site.pk}/advances/new/"
    facts = {"debtor": sub.organization_id, "cause": "subcontractor", "means": "cash", "on": "2026-10-20"}
    answer = client.post(address, facts)
    assert answer.status_code == 422
    assert "请勾选垫付的工资" in answer.text
    answer = client.post(address, facts | {f"take-{line.pk}": "on", f"amount-{line.pk}": "6000.01"})
    assert "请上传转账回单或工人签收单" in answer.text or "垫付金额不能更多" in answer.text
    proof = SimpleUploadedFile("签收单.pdf", b"%PDF-1.7\n%%EOF", content_type="application/pdf")
    answer = client.post(address, facts | {f"take-{line.pk}": "on", "proofs": proof})
    made = Advance.objects.get()
    assert answer.url == made.get_absolute_url()
    assert paid(line) == 6000
    client.post(f"{answer.url}recover/", {"recover-on": "2026-10-25", "recover-amount": "2500"})
    assert Advance.objects.get().outstanding == 3500
    assert "3,500.00" in client.get(f"/wage-accounts/projects/{site.pk}/advances/").text


def test_a_bank_statement_still_pays_what_was_not_advanced(site, sub, line):
    """Payouts with no account stand in nobody's way."""
    card = "6222020000000000001"
    line.card_number, line.card_last4 = card, card[-4:]
    line.save()
    advance(site, amounts={line.pk: Decimal(1000)})
    account = special_account(site)
    entry(
        account, "-5000", "wage", counterparty_number=card, counterparty_name=line.name, booked_on=date(2026, 10, 21)
    )
    assert services.match_payouts(site, by=None) == 1
    assert paid(line) == 6000


def test_a_payout_needs_its_account_or_its_advance(site, line):
    made = payout(line, special_account(site))
    refused("UPDATE accounts_payout SET account_id = NULL WHERE id = %s", made.pk, match="payout_from_one_source")
