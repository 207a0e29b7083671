"""The database itself keeps the ledger: whatever is tried by raw SQL, the chain holds."""

from datetime import date
from decimal import Decimal

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from accounts.enums import AccountStatus, MovementDirection, MovementKind
from accounts.models import LedgerEntry
from accounts.services import Movement, UnlikeKnownSerial, record_movements
from projects.enums import Status
from projects.models import ChangedProject
from tests.accounts.factories import closing_notice, entry, special_account
from tests.organizations.factories import bank, clerk
from tests.projects.factories import project

pytestmark = pytest.mark.django_db

FIELDS = (
    "account_id, project_id, sequence, serial, direction, kind, amount, booked_on, balance, summary,"
    " counterparty_name, counterparty_bank, created_at"
)


@pytest.fixture
def account():
    made = special_account(project())
    entry(made, "1000.00")
    entry(made, "-300.00", MovementKind.WAGE)
    return made


def row(account, sequence=3, balance="600.00", amount="100.00", serial="X1") -> str:
    site = account.project_links.get().project_id
    facts = f"{account.pk}, {site}, {sequence}, '{serial}', 'out', 'wage', {amount}, '2026-10-20', {balance}"
    return f"({facts}, '', '', '', now())"


def refused(sql: str) -> str:
    """The database's words; the test fails when it lets the statement pass."""
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return str(error.value)


def insert(*rows: str) -> str:
    return f"INSERT INTO accounts_ledgerentry ({FIELDS}) VALUES {', '.join(rows)}"


def test_a_row_that_continues_the_chain_is_taken(account):
    with connection.cursor() as cursor:
        cursor.execute(insert(row(account), row(account, 4, "500.00", serial="X2")))
    assert account.entries.count() == 4


@pytest.mark.parametrize(
    "attack",
    [
        {"balance": "600.01"},
        {"sequence": 4},
        {"sequence": 2},
        {"amount": "99.99"},
        {"sequence": 1, "balance": "-100.00"},
    ],
)
def test_a_row_that_breaks_the_chain_is_refused(account, attack):
    refused(insert(row(account, **attack)))
    assert account.entries.count() == 2


def test_a_break_in_the_middle_of_many_rows_refuses_them_all(account):
    words = refused(
        insert(row(account), row(account, 4, "499.00", serial="X2"), row(account, 5, "399.00", serial="X3"))
    )
    assert "ledger chain broken" in words
    assert account.entries.count() == 2


def test_a_gap_between_many_rows_is_refused(account):
    assert "ledger chain broken" in refused(insert(row(account), row(account, 5, "500.00", serial="X2")))


def test_copy_is_held_to_the_chain_as_well(account):
    site = account.project_links.get().project_id
    for balance in ("600.01", "600.00"):
        line = (
            account.pk,
            site,
            3,
            "X1",
            "out",
            "wage",
            Decimal(100),
            date(2026, 10, 20),
            Decimal(balance),
            "",
            "",
            "",
        )
        names = FIELDS.removesuffix(", created_at")
        statement = f"COPY accounts_ledgerentry ({names}, created_at) FROM STDIN"
        try:
            with transaction.atomic(), connection.cursor() as cursor, cursor.copy(statement) as copy:
                copy.write_row((*line, "2026-10-20 10:00+08"))
            taken = True
        except (DatabaseError, psycopg.Error):
            taken = False
        assert taken is (balance == "600.00")


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE accounts_ledgerentry SET amount = 1",
        "UPDATE accounts_ledgerentry SET stated_balance = balance",
        "UPDATE accounts_ledgerentry SET summary = '改'",
        "DELETE FROM accounts_ledgerentry",
        "TRUNCATE accounts_ledgerentry CASCADE",
    ],
)
def test_nothing_that_stands_is_changed_or_taken_away(account, attack):
    before = list(LedgerEntry.objects.order_by("pk").values())
    refused(attack)
    assert list(LedgerEntry.objects.order_by("pk").values()) == before


def test_a_serial_counts_once_in_its_account_and_at_its_bank(account):
    entry(account, "5", serial="S1")
    with pytest.raises(DatabaseError), transaction.atomic():
        entry(account, "5", serial="S1")
    sister = special_account(project(), bank=account.bank)
    with pytest.raises(DatabaseError), transaction.atomic():
        entry(sister, "5", serial="S1")
    entry(special_account(project(), bank=bank()), "5", serial="S1")


def test_amounts_are_positive(account):
    assert "ledger_amount_positive" in refused(insert(row(account, amount="0", balance="700.00")))


# --- the service -----------------------------------------------------------------------------------------------------


def movement(serial: str, amount: str, **fields) -> Movement:
    value = Decimal(amount)
    direction = MovementDirection.IN if value > 0 else MovementDirection.OUT
    kind = MovementKind.LABOUR_COST if value > 0 else MovementKind.WAGE
    return Movement(serial, direction, kind, abs(value), fields.pop("booked_on", date(2026, 10, 20)), **fields)


@pytest.fixture
def site(account):
    return account.project_links.get().project


def test_movements_continue_the_chain_and_mark_the_project(account, site):
    user = clerk(site.general_contractor)
    made = record_movements(account, site, [movement("M1", "50"), movement("M2", "-750")], by=user)
    assert (made.created, made.unchanged) == (2, 0)
    assert account.entries.order_by("-sequence").first().balance == 0
    assert ChangedProject.objects.filter(project=site).count() == 1
    again = record_movements(account, site, [movement("M2", "-750"), movement("M3", "1")], by=user)
    assert (again.created, again.unchanged) == (1, 1)


def test_an_opening_counts_only_for_an_empty_ledger(account, site):
    record_movements(account, site, [movement("M1", "50")], by=None, opening=Decimal(9000))
    assert not account.entries.filter(kind=MovementKind.OPENING).exists()
    empty = special_account(site)
    record_movements(empty, site, [movement("E1", "-50")], by=None, opening=Decimal(9000))
    assert list(empty.entries.values_list("kind", "balance")) == [("opening", 9000), ("wage", 8950)]


def test_a_known_serial_with_other_content_stops_everything(account, site):
    record_movements(account, site, [movement("M1", "50")], by=None)
    for changed in (movement("M1", "51"), movement("M1", "-50"), movement("M1", "50", booked_on=date(2026, 10, 21))):
        with pytest.raises(UnlikeKnownSerial):
            record_movements(account, site, [movement("M9", "1"), changed], by=None)
    assert account.entries.count() == 3


def test_cancelled_accounts_and_completed_projects_are_closed(account, site):
    entry(account, "-700.00", MovementKind.WAGE)
    closing_notice(account)
    account.status, account.cancelled_on = AccountStatus.CANCELLED, date(2026, 10, 30)
    account.save()
    with pytest.raises(ValidationError, match="注销"):
        record_movements(account, site, [movement("M1", "50")], by=None)
    other = special_account(site)
    site.status, site.completed_on = Status.COMPLETED, date(2026, 10, 30)
    site.save()
    with pytest.raises(ValidationError, match="完工"):
        record_movements(other, site, [movement("M1", "50")], by=None)


def test_a_cancelled_account_needs_its_day_whatever_raw_sql_says(account):
    words = refused(f"UPDATE accounts_specialaccount SET status = 'cancelled' WHERE id = {account.pk}")
    assert "special_account_cancelled_has_its_day" in words
    words = refused(f"UPDATE accounts_specialaccount SET cancelled_on = '2020-01-01' WHERE id = {account.pk}")
    assert "special_account_cancelled_after_opening" in words
