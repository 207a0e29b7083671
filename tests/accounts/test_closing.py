"""Closing a special account: thirty days of notice, empty, nobody unpaid; by the pages and by the database itself."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.enums import AccountStatus, MovementKind
from accounts.models import AccountReport, ClosingNotice, LedgerEntry, TripartiteAgreement
from accounts.services import (
    begin_closing,
    cancel_account,
    open_account,
    save_agreement,
    transfer_surplus,
    update_account,
)
from projects.enums import Status
from tests.accounts.factories import closing_notice, entry, payroll, payroll_line, set_paid, shared, special_account
from tests.alerts import factories as alarms
from tests.organizations.factories import bank_clerk, clerk, officer
from tests.projects.factories import project
from tests.workers import factories as people

pytestmark = pytest.mark.django_db
PDF = ("承诺书.pdf", b"%PDF-1.7\n")
DAY = date(2026, 11, 1)


@pytest.fixture
def site():
    return project(status=Status.COMPLETED, completed_on=date(2026, 8, 31))


@pytest.fixture
def account(site):
    made = special_account(site)
    entry(made, "1000.00")
    return made


def emptied(account) -> None:
    balance = account.entries.order_by("-sequence").first().balance
    entry(account, -balance, MovementKind.OTHER_OUT, booked_on=date(2026, 10, 20))


def refused(sql: str) -> str:
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return str(error.value)


def cancel_by_sql(account) -> str:
    return (
        f"UPDATE accounts_specialaccount SET status = 'cancelled', cancelled_on = '2026-11-01' WHERE id = {account.pk}"
    )


# --- the database ----------------------------------------------------------------------------------------------------


def test_raw_sql_cancels_nothing_before_the_notice_has_ended(account):
    emptied(account)
    assert "no notice" in refused(cancel_by_sql(account))
    closing_notice(account, date(2026, 10, 15))
    assert "no notice" in refused(cancel_by_sql(account))


def test_raw_sql_cancels_no_account_with_money_or_wages_owed(site, account):
    closing_notice(account)
    assert "not empty" in refused(cancel_by_sql(account))
    emptied(account)
    line = payroll_line(payroll(site))
    assert "wages are owed" in refused(cancel_by_sql(account))
    set_paid(line, line.net)
    left = people.departure(people.engagement(site), date(2026, 8, 30), owed_amount=Decimal(900))
    assert "wages are owed" in refused(cancel_by_sql(account))
    left.paid_on = date(2026, 9, 30)
    left.save()
    with connection.cursor() as cursor:
        cursor.execute(cancel_by_sql(account))


def test_a_cancelled_account_takes_no_movement_even_by_raw_sql(site):
    account = special_account(site)
    with connection.cursor() as cursor:
        cursor.execute(cancel_by_sql(account))
    with pytest.raises(DatabaseError, match="cancelled account"), transaction.atomic():
        entry(account, "5")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("ends_on = begins_on + 29", "closing_notice_lasts_thirty_days"),
        ("withdrawn_at = now()", "closing_notice_withdrawn_with_reason"),
    ],
)
def test_a_notice_lasts_thirty_days_and_is_withdrawn_with_a_reason(account, change, name):
    closing_notice(account)
    assert name in refused(f"UPDATE accounts_closingnotice SET {change}")


def test_one_notice_stands(account):
    closing_notice(account)
    with pytest.raises(DatabaseError, match="closing_notice_one_stands"), transaction.atomic():
        closing_notice(account, date(2026, 9, 2))


# --- the services ----------------------------------------------------------------------------------------------------


def begun(account, **facts) -> ClosingNotice:
    given = {
        "begins_on": date(2026, 9, 20),
        "place": "项目部",
        "surplus_to": "总包",
        "promise": [PDF],
        "photos": [PDF],
    }
    return begin_closing(account, by=None, **(given | facts))


def test_the_notice_waits_for_completion_or_for_an_account_that_takes_over():
    running = project()
    account = special_account(running)
    entry(account, "1000")
    with pytest.raises(ValidationError, match="尚未完工"):
        begun(account)
    special_account(running)
    assert begun(account).ends_on == date(2026, 10, 20)


def test_a_notice_wants_the_promise_letter_and_photos(account):
    with pytest.raises(ValidationError, match="承诺书"):
        begun(account, promise=[])
    assert not ClosingNotice.objects.exists()


def test_each_refusal_says_why(site, account):
    with pytest.raises(ValidationError, match="公示 30 日"):
        cancel_account(account, by=None, on=DAY)
    begun(account, begins_on=date(2026, 10, 10))
    with pytest.raises(ValidationError, match="期满"):
        cancel_account(account, by=None, on=DAY)
    ClosingNotice.objects.all().delete()
    begun(account)
    payroll_line(payroll(site), "900")
    lead = alarms.warning(site)
    case = alarms.case_lead(lead, officer(), number="案1")
    with pytest.raises(ValidationError) as refusal:
        cancel_account(account, by=None, on=DAY)
    words = " ".join(refusal.value.messages)
    for part in ("余额 1,000.00", "1 笔工资没有发放，共 900.00", "案源 案1"):
        assert part in words
    alarms.concluded(case)
    with pytest.raises(ValidationError) as refusal:
        cancel_account(account, by=None, on=DAY)
    assert "案源" not in " ".join(refusal.value.messages)


def test_interest_and_surplus_are_booked_by_project_and_the_account_is_closed(site, account):
    sister = project(contractor=site.general_contractor, status=Status.COMPLETED, completed_on=date(2026, 8, 31))
    shared(account, sister)
    entry(account, "250.00", project=sister)
    begun(account)
    made = transfer_surplus(account, by=None, serial="X1", on=DAY, interest=Decimal("3.21"))
    assert made == 3
    last = list(account.entries.order_by("sequence").values_list("project", "kind", "amount", "balance"))[-3:]
    assert last == [
        (site.pk, "interest", Decimal("3.21"), Decimal("1253.21")),
        (site.pk, "surplus", Decimal("1003.21"), Decimal("250.00")),
        (sister.pk, "surplus", Decimal("250.00"), Decimal("0.00")),
    ]
    closed = cancel_account(account, by=None, on=DAY)
    assert closed.status == AccountStatus.CANCELLED
    assert AccountReport.objects.get(act="cancelled").happened_on == DAY


def test_no_surplus_leaves_before_the_notice_has_ended(account):
    begun(account, begins_on=date(2026, 10, 10))
    with pytest.raises(ValidationError, match="期满"):
        transfer_surplus(account, by=None, serial="X1", on=DAY)
    assert LedgerEntry.objects.count() == 1


# --- reports, agreements, regions ------------------------------------------------------------------------------------


def test_opening_and_change_are_reported_and_marked_late():
    running = project()
    account = open_account(
        running, by=None, number="6222000011112222333", name="专户", bank=None, opened_on=date(2026, 10, 28)
    )
    opening = account.reports.get()
    assert (opening.due_on, opening.days_late) == (date(2026, 11, 2), 0)
    update_account(account, by=None, changed_on=date(2026, 10, 20), name="新名称")
    change = account.reports.first()
    assert (change.act, change.what, change.days_late) == ("changed", "专户名称", 10)


@pytest.mark.parametrize(
    "attack", ["UPDATE accounts_accountreport SET due_on = '2030-01-01'", "DELETE FROM accounts_accountreport"]
)
def test_a_report_stays_as_it_was(attack):
    open_account(project(), by=None, number="6222000011112222333", name="专户", bank=None, opened_on=date(2026, 10, 1))
    assert "append" in refused(attack).lower() or "cannot" in refused(attack).lower()


def test_an_agreement_needs_its_scan_and_makes_the_account_agreed():
    running = project()
    account = special_account(running)
    facts = {"number": "XY1", "signed_on": date(2026, 7, 30), "construction_unit": "教育局"}
    facts |= dict.fromkeys(("construction_signatory", "contractor_signatory", "bank_signatory"), "王五")
    with pytest.raises(ValidationError, match="扫描件"):
        save_agreement(TripartiteAgreement(account=account, project=running), by=None, files=[], **facts)
    save_agreement(TripartiteAgreement(account=account, project=running), by=None, files=[PDF], **facts)
    account.refresh_from_db()
    assert account.has_agreement


def test_projects_of_one_account_lie_in_one_prefecture(settings):
    first = project()
    account = special_account(first)
    near = project(at="530921", contractor=first.general_contractor)
    far = project(at="530102", contractor=first.general_contractor)

    def share(site):
        return open_account(site, by=None, number=account.number, name="专户", bank=account.bank)

    assert share(near) == account
    with pytest.raises(ValidationError, match="不在同一市"):
        share(far)
    settings.SHARED_ACCOUNT_LEVEL = 2
    assert share(far) == account


# --- pages -----------------------------------------------------------------------------------------------------------


def test_the_clerk_posts_the_notice_the_bank_books_the_surplus_and_cancels(client, site, account):
    client.force_login(clerk(site.general_contractor))
    page = client.get(reverse("accounts:closing", args=[account.pk])).content.decode()
    assert "账户还有余额 1,000.00 元" in page
    assert "登记注销公示" in page
    closing_notice(account)
    teller = bank_clerk(account.bank)
    client.force_login(teller)
    client.post(reverse("accounts:closing_surplus", args=[account.pk]), {"on": "2026-10-20", "serial": "X9"})
    page = client.get(reverse("accounts:closing", args=[account.pk])).content.decode()
    assert "注销专户" in page
    client.post(reverse("accounts:account_cancel", args=[account.pk]), {"on": "2026-11-01"})
    account.refresh_from_db()
    assert account.is_cancelled


def test_what_stands_against_it_leads_to_where_it_is_put_right(client, site, account):
    payroll_line(payroll(site))
    client.force_login(officer())
    page = client.get(reverse("accounts:closing", args=[account.pk])).content.decode()
    assert f'href="{reverse("accounts:project_money", args=[site.pk])}">去处理' in page
