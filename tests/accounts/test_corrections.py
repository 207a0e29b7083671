"""Reversals and reclassifications: the ledger's own row never changes but by them, whatever is tried by raw SQL."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts import selectors
from accounts.enums import MovementKind
from accounts.models import LedgerEntry, Payout, Reclassification
from accounts.services import match_payouts, reclassify, reverse_entry
from core.models import AuditEntry
from tests.accounts.factories import closing_notice, entry, payroll, payroll_line, special_account
from tests.organizations.factories import bank_clerk, clerk, officer
from tests.projects.factories import project
from tests.workers.factories import card_number

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 20)
CARD = card_number()


@pytest.fixture
def site():
    return project()


@pytest.fixture
def account(site):
    made = special_account(site)
    entry(made, "20000.00")
    return made


@pytest.fixture
def stray(account):
    return entry(account, "-300.00", MovementKind.OTHER_OUT, summary="材料款")


@pytest.fixture
def wage(site, account):
    """A wage that pays a line of the payroll."""
    line = payroll_line(payroll(site), name="张三", card_number=CARD, card_last4=CARD[-4:])
    made = entry(
        account, "-6000.00", MovementKind.WAGE, counterparty_name="张三", counterparty_number=CARD, summary="代发工资"
    )
    match_payouts(site, by=None)
    line.refresh_from_db()
    assert line.paid == 6000
    return made


def refused(sql: str, *parameters) -> str:
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
    return str(error.value)


# --- reversals -------------------------------------------------------------------------------------------------------

REVERSING = """
INSERT INTO accounts_ledgerentry (account_id, project_id, sequence, serial, direction, kind, amount, booked_on,
    balance, summary, counterparty_name, counterparty_bank, created_at, reverses_id)
VALUES (%s, %s, %s, 'R1', %s, %s, %s, '2026-10-20', %s, '', '', '', now(), %s)
"""


def reversing(entry, **changes) -> list:
    facts = {
        "account": entry.account_id,
        "project": entry.project_id,
        "sequence": 3,
        "direction": "in",
        "kind": "reversal",
        "amount": entry.amount,
        "balance": Decimal(20000),
        "reverses": entry.pk,
    }
    return list((facts | changes).values())


def test_a_mirror_is_taken(stray):
    with connection.cursor() as cursor:
        cursor.execute(REVERSING, reversing(stray))
    assert stray.reversal.serial == "R1"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": Decimal(299), "balance": Decimal(19999)}, "mirror"),
        ({"direction": "out", "balance": Decimal(19400)}, "mirror"),
        ({"kind": "return"}, "ledger_reversal_is_one"),
    ],
)
def test_anything_but_a_mirror_is_refused_by_the_database(stray, changes, words):
    assert words in refused(REVERSING, *reversing(stray, **changes))


def test_neither_another_project_nor_another_account_is_reversed(site, account, stray):
    other = special_account(project(), bank=account.bank)
    assert "mirror" in refused(REVERSING, *reversing(stray, project=other.project_links.get().project_id))
    entry(other, "20000")
    entry(other, "-300", MovementKind.OTHER_OUT)
    assert "mirror" in refused(REVERSING, *reversing(stray, account=other.pk))


def test_a_movement_is_reversed_once_and_a_reversal_never(site, stray):
    made = reverse_entry(stray, by=officer(), on=DAY, reason="重复入账")
    assert (made.kind, made.direction, made.amount, made.reverses) == ("reversal", "in", 300, stray)
    assert made.balance == 20000
    for again in (stray, made):
        with pytest.raises(ValidationError, match="已经冲正"):
            reverse_entry(LedgerEntry.objects.get(pk=again.pk), by=None, on=DAY, reason="再次")
    twice = reversing(stray, sequence=4, balance=Decimal(20300))
    assert "reverses" in refused(REVERSING, *twice)
    of_the_reversal = reversing(made, sequence=4, direction="out", balance=Decimal(19700))
    assert "mirror" in refused(REVERSING, *of_the_reversal)


def test_a_reversed_wage_is_owed_again_and_the_next_payment_pays_it(site, account, wage):
    reverse_entry(wage, by=officer(), on=DAY, reason="付错卡")
    line = site.payroll_lines.get()
    assert line.paid == 0
    assert Payout.objects.get().returned.reverses == wage
    assert match_payouts(site, by=None) == 0
    entry(account, "-6000.00", MovementKind.WAGE, counterparty_name="张三", counterparty_number=CARD)
    assert match_payouts(site, by=None) == 1
    line.refresh_from_db()
    assert line.paid == 6000


def test_a_reversed_return_pays_again(site, account, wage):
    back = entry(account, "6000.00", MovementKind.RETURN, counterparty_name="张三", counterparty_number=CARD)
    match_payouts(site, by=None)
    line = site.payroll_lines.get()
    assert line.paid == 0
    reverse_entry(back, by=officer(), on=DAY, reason="并未退汇")
    line.refresh_from_db()
    assert line.paid == 6000
    assert Payout.objects.get().returned is None


def test_what_was_reversed_counts_in_no_sum(site, account, stray):
    reverse_entry(stray, by=officer(), on=DAY, reason="重复")
    assert selectors.in_and_out(LedgerEntry.objects.filter(account=account)) == (20000, 0)


# --- reclassifications -----------------------------------------------------------------------------------------------


def test_a_reclassification_is_in_force_everywhere_and_the_first_word_stays_on_record(site, stray):
    made = reclassify(stray, kind=MovementKind.FEE, reason="回单载明为保函手续费", by=officer())
    stray.refresh_from_db()
    assert stray.kind == MovementKind.FEE
    assert (made.was, made.kind) == ("other_out", "fee")
    reclassify(stray, kind=MovementKind.OTHER_OUT, reason="核实为材料款", by=officer())
    stray.refresh_from_db()
    assert stray.kind == MovementKind.OTHER_OUT
    assert [each.kind for each in stray.reclassifications.all()] == ["fee", "other_out"]
    assert AuditEntry.objects.filter(action="ledger.reclassify").count() == 2


def test_a_movement_said_to_be_wages_pays_its_line(site, account):
    line = payroll_line(payroll(site), name="张三", card_number=CARD)
    odd = entry(
        account, "-6000", MovementKind.OTHER_OUT, counterparty_name="张三", counterparty_number=CARD, summary="款"
    )
    reclassify(odd, kind=MovementKind.WAGE, reason="银行确认是工资", by=officer())
    line.refresh_from_db()
    assert line.paid == 6000


def test_what_pays_wages_or_was_reversed_keeps_its_kind(site, account, wage, stray):
    with pytest.raises(ValidationError, match="已对应工资明细"):
        reclassify(wage, kind=MovementKind.OTHER_OUT, reason="改", by=officer())
    reverse_entry(stray, by=officer(), on=DAY, reason="重复")
    with pytest.raises(ValidationError, match="已经冲正"):
        reclassify(LedgerEntry.objects.get(pk=stray.pk), kind=MovementKind.FEE, reason="改", by=officer())


RECLASS = """INSERT INTO accounts_reclassification (entry_id, project_id, was, kind, reason, at)
             VALUES (%s, %s, %s, %s, %s, now())"""


def test_the_database_admits_only_what_is_so(site, account, wage, stray):
    good = [stray.pk, site.pk, "other_out", "fee", "理由"]
    changes = [
        ({2: "wage"}, "as it stands"),
        ({1: project().pk}, "as it stands"),
        ({3: "labour_cost"}, "does not go that way"),
        ({3: "other_out"}, "reclassification_changes_the_kind"),
        ({4: ""}, "reclassification_says_why"),
        ({3: "surplus"}, "no surplus"),
        ({0: wage.pk, 2: "wage"}, "pays wages"),
    ]
    for change, words in changes:
        row = [change.get(place, value) for place, value in enumerate(good)]
        assert words in refused(RECLASS, *row)
    with connection.cursor() as cursor:
        cursor.execute(RECLASS, good)
    stray.refresh_from_db()
    assert stray.kind == "fee"


def test_surplus_needs_a_notice_that_had_ended(site, account):
    left = entry(account, "-500", MovementKind.OTHER_OUT, booked_on=date(2026, 10, 20))
    with pytest.raises(ValidationError, match="公示期满"):
        reclassify(left, kind=MovementKind.SURPLUS, reason="销户", by=officer())
    closing_notice(account, date(2026, 9, 1))
    reclassify(left, kind=MovementKind.SURPLUS, reason="销户", by=officer())


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE accounts_ledgerentry SET kind = 'wage' WHERE kind = 'other_out'",
        "UPDATE accounts_ledgerentry SET kind = 'fee', amount = 1 WHERE kind = 'other_out'",
        "UPDATE accounts_reclassification SET kind = 'wage'",
        "UPDATE accounts_reclassification SET reason = '别的'",
        "DELETE FROM accounts_reclassification",
        "TRUNCATE accounts_reclassification",
    ],
)
def test_no_class_changes_without_one(site, stray, attack):
    reclassify(entry(stray.account, "-1", MovementKind.OTHER_OUT), kind=MovementKind.FEE, reason="费", by=None)
    before = list(LedgerEntry.objects.order_by("pk").values()), list(Reclassification.objects.values())
    refused(attack)
    assert (list(LedgerEntry.objects.order_by("pk").values()), list(Reclassification.objects.values())) == before


# --- pages -----------------------------------------------------------------------------------------------------------


def posted(client, user, name, entry, **data):
    client.force_login(user)
    return client.post(reverse(f"accounts:{name}", args=[entry.pk]), data)


def test_the_bank_that_keeps_the_account_and_the_officer_correct_it_and_nobody_else(client, site, account, stray):
    data = {"kind": "fee", "reason": "手续费"}
    for user, status in (
        (clerk(site.general_contractor), 403),
        (bank_clerk(), 404),
        (officer("530921"), 404),
        (bank_clerk(account.bank), 302),
    ):
        assert posted(client, user, "entry_reclassify", stray, **data).status_code == status
    stray.refresh_from_db()
    assert stray.kind == MovementKind.FEE
    posted(client, officer(), "entry_reverse", stray, on="2026-10-21", reason="重复入账", serial="BK9")
    page = client.get(reverse("accounts:entry", args=[stray.pk])).content.decode()
    assert "BK9" in page
    assert "其他出账 → 手续费" in page
    assert "被冲正" in page
    ledger = client.get(account.get_absolute_url()).content.decode()
    assert "已冲正" in ledger


def test_a_reversal_says_what_is_wrong_with_its_day(client, account, stray):
    client.force_login(officer())
    address = reverse("accounts:entry_reverse", args=[stray.pk])
    page = client.post(address, {"on": "2026-10-01", "reason": "错"}, follow=True).content.decode()
    assert "冲正日期应在原流水日期之后" in page
    assert LedgerEntry.objects.count() == 2
