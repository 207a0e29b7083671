"""Labour cost: what the contract makes due each month against what came in (条例 art. 24, 29; requirement F3)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts import selectors
from accounts.enums import MovementKind, TermBasis
from accounts.models import LabourCostTerm, MeasuredValue
from accounts.selectors import LabourCost
from accounts.services import record_measured, reverse_entry, save_term
from projects.enums import ParticipantType
from projects.models import Project
from tests.accounts.factories import entry, labour_cost_term, measured_value, special_account
from tests.organizations.factories import clerk, construction_unit_clerk, officer, organization
from tests.projects.factories import participation, project

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 2)
PDF = ("计量单.pdf", b"%PDF-1.7\n")
OF_PROGRESS = {"basis": TermBasis.PROGRESS, "share": Decimal(20)}


@pytest.fixture
def owner():
    return organization(name="临翔区教育局")


@pytest.fixture
def site(owner):
    made = project(contract_amount=Decimal(1000000))
    participation(made, owner, ParticipantType.CONSTRUCTION_UNIT)
    return made


@pytest.fixture
def account(site):
    return special_account(site)


def listed(site) -> Project:
    return selectors.with_labour_cost(Project.objects.all(), TODAY).get(pk=site.pk)


def by_month(site) -> dict:
    return {each.month.month: each for each in LabourCost(site, TODAY).months}


def test_an_agreed_amount_falls_due_each_month_and_the_gap_adds_up(site, account):
    labour_cost_term(site)  # 100,000 from August, due by the 10th of the next month
    entry(account, "60000", booked_on=date(2026, 9, 9))
    entry(account, "30000", booked_on=date(2026, 10, 8))
    entry(account, "-50000", MovementKind.WAGE, booked_on=date(2026, 10, 15))
    entry(account, "99", MovementKind.INTEREST, booked_on=date(2026, 10, 21))
    cost = LabourCost(site, TODAY)
    assert (cost.due, cost.came, cost.gap) == (200000, 90000, 110000)
    months = by_month(site)
    assert [(m.due_on, m.came, m.went, m.balance, m.gap) for m in (months[9], months[10])] == [
        (date(2026, 10, 10), 60000, 0, 60000, 40000),
        (date(2026, 11, 10), 30000, 50000, 40099, 110000),
    ]
    row = listed(site)
    assert (row.cost_due, row.cost_came, row.cost_gap) == (200000, 90000, 110000)
    assert row.overdue_since == date(2026, 9, 10)


COVERED = [("99999.99", date(2026, 9, 10)), ("100000", date(2026, 10, 10)), ("200000", None)]


@pytest.mark.parametrize(("came", "since"), COVERED)
def test_overdue_since_is_the_oldest_part_not_covered(site, account, came, since):
    labour_cost_term(site)
    entry(account, came, booked_on=date(2026, 9, 1))
    assert listed(site).overdue_since == since


def test_what_falls_due_today_is_not_overdue(site):
    labour_cost_term(site, first_month=date(2026, 10, 1), pay_day=2)
    assert listed(site).overdue_since is None
    labour_cost_term(site, first_month=date(2026, 8, 1), last_month=date(2026, 9, 1), pay_day=1, next_month=False)
    assert listed(site).overdue_since == date(2026, 8, 1)


def test_the_31st_of_a_short_month_is_its_last_day(site):
    labour_cost_term(site, first_month=date(2026, 8, 1), pay_day=31)
    assert by_month(site)[8].due_on == date(2026, 9, 30)


def test_a_share_of_progress_waits_for_the_measured_value(site):
    labour_cost_term(site, **OF_PROGRESS, first_month=date(2026, 9, 1))
    assert (by_month(site)[9].due, listed(site).unmeasured) == (None, 1)
    measured_value(site, date(2026, 9, 1), "500000.33")
    assert by_month(site)[9].due == Decimal("100000.07")
    assert (listed(site).unmeasured, listed(site).cost_gap) == (0, Decimal("100000.07"))


def test_a_share_of_the_price_adds_up_to_the_cent(site):
    facts = {"basis": TermBasis.CONTRACT, "share": Decimal("10.01")}
    labour_cost_term(site, **facts, first_month=date(2026, 1, 1), last_month=date(2026, 7, 1))
    dues = [each.due for each in LabourCost(site, TODAY).months]
    assert len(dues) == 7
    assert sum(dues) == Decimal("100100.00")
    assert len(set(dues)) == 1


def test_a_reversed_appropriation_did_not_come_in(site, account):
    labour_cost_term(site)
    wrong = entry(account, "60000", booked_on=date(2026, 9, 9))
    reverse_entry(wrong, by=None, on=date(2026, 9, 20), reason="重复入账")
    assert listed(site).cost_came == 0
    assert by_month(site)[9].came == 0
    assert by_month(site)[9].balance == 0


def test_rows_add_up_when_something_is_taken_back_in_a_later_month(site, account):
    labour_cost_term(site)
    entry(account, "7000", booked_on=date(2026, 7, 9))
    early = entry(account, "5000", booked_on=date(2026, 7, 10))  # before the first term
    wrong = entry(account, "60000", booked_on=date(2026, 9, 9))
    entry(account, "99", MovementKind.INTEREST, booked_on=date(2026, 9, 21))
    wage = entry(account, "-8000", MovementKind.WAGE, booked_on=date(2026, 9, 25))
    for one in (early, wrong, wage):
        reverse_entry(one, by=None, on=date(2026, 10, 20), reason="重复入账")
    months = by_month(site)
    assert [(m.came, m.other, m.went, m.balance) for m in (months[7], months[9], months[10])] == [
        (12000, 0, 0, 12000),
        (60000, 99, 8000, 64099),
        (-60000, -5000, -8000, 7099),
    ]
    assert (months[9].gap, months[10].gap) == (40000, 200000)
    cost, before = LabourCost(site, TODAY), 0
    for each in cost.months:
        assert before + each.came + each.other - each.went == each.balance
        before = each.balance
    assert cost.came == listed(site).cost_came == 0
    assert cost.gap == listed(site).cost_gap == 200000


def test_a_completed_project_owes_nothing_more(site):
    labour_cost_term(site)
    site.status, site.completed_on = "004", date(2026, 8, 31)
    site.save()
    assert listed(site).cost_due == 100000


# --- terms -----------------------------------------------------------------------------------------------------------


def test_new_terms_end_the_open_ones_the_month_before(site):
    old = labour_cost_term(site)
    facts = {"first_month": date(2026, 10, 1), "basis": "amount", "amount": Decimal(80000), "pay_day": 15}
    save_term(LabourCostTerm(project=site), by=None, **facts)
    old.refresh_from_db()
    assert old.last_month == date(2026, 9, 1)
    with pytest.raises(ValidationError, match="重叠"):
        save_term(LabourCostTerm(project=site), by=None, **facts | {"first_month": date(2026, 9, 1)})


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("first_month = '2026-08-02'", "labour_cost_term_months_are_firsts"),
        ("last_month = '2026-07-01'", "labour_cost_term_ends_after_it_begins"),
        ("pay_day = 32", "labour_cost_pay_day_is_a_day_of_month"),
        ("amount = 0", "labour_cost_term_says_how_much"),
        ("share = 10", "labour_cost_term_says_how_much"),
        ("basis = 'progress', amount = NULL, share = 101", "labour_cost_term_says_how_much"),
        ("basis = 'contract', amount = NULL, share = 10", "labour_cost_of_the_price_has_an_end"),
    ],
)
def test_the_database_holds_what_a_term_says(site, change, name):
    labour_cost_term(site)
    with pytest.raises(DatabaseError, match=name), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounts_labourcostterm SET {change}")


def test_two_terms_never_hold_in_one_month_even_by_raw_sql(site):
    labour_cost_term(site, last_month=date(2026, 9, 1))
    later = labour_cost_term(site, first_month=date(2026, 10, 1))
    with pytest.raises(DatabaseError, match="do_not_overlap"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounts_labourcostterm SET first_month = '2026-09-01' WHERE id = {later.pk}")


@pytest.mark.parametrize(
    ("change", "name"),
    [("amount = -1", "measured_value_not_negative"), ("month = '2026-09-02'", "measured_value_month_is_a_first")],
)
def test_the_database_holds_a_measured_value(site, change, name):
    measured_value(site)
    with pytest.raises(DatabaseError, match=name), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounts_measuredvalue SET {change}")


def test_a_measured_value_needs_its_document_and_is_corrected_in_place(site):
    with pytest.raises(ValidationError, match="计量文件"):
        record_measured(site, date(2026, 9, 1), amount=Decimal(5), files=[], by=None)
    with pytest.raises(ValidationError, match="晚于本月"):
        record_measured(site, date(2026, 12, 1), amount=Decimal(5), files=[PDF], by=None)
    for amount in (5, 6):
        record_measured(site, date(2026, 9, 1), amount=Decimal(amount), files=[PDF], by=None)
    assert MeasuredValue.objects.get().amount == 6


# --- pages -----------------------------------------------------------------------------------------------------------


def test_the_construction_unit_reads_its_projects_and_records_the_measured_value(client, site, owner):
    labour_cost_term(site, **OF_PROGRESS, first_month=date(2026, 9, 1))
    client.force_login(construction_unit_clerk(owner))
    address = reverse("accounts:labour_cost", args=[site.pk])
    page = client.get(address).content.decode()
    assert "没有计量产值" in page
    assert "登记约定" not in page
    record = reverse("accounts:measured_edit", args=[site.pk, date(2026, 9, 1)])
    paper = SimpleUploadedFile("计量单.pdf", b"%PDF-1.7\n", "application/pdf")
    answer = client.post(record, {"amount": "500,000.00", "files": paper}, follow=True)
    assert "计量产值已登记" in answer.content.decode()
    assert "100,000.00" in client.get(address).content.decode()
    assert client.get(reverse("accounts:labour_cost", args=[project().pk])).status_code == 404
    assert site.name in client.get(reverse("accounts:labour_cost_list")).content.decode()


def test_terms_are_entered_by_the_clerk_or_an_officer(client, site, owner):
    address = reverse("accounts:term_add", args=[site.pk])
    data = {"first_month": "2026-08", "basis": "amount", "amount": "100000", "cycle": "month", "pay_day": "10"}
    client.force_login(construction_unit_clerk(owner))
    assert client.post(address, data).status_code == 403
    client.force_login(clerk(site.general_contractor))
    page = client.post(address, data | {"amount": ""}).content.decode()
    assert "约定数额的填每月人工费" in page
    client.post(address, data)
    assert LabourCostTerm.objects.get().amount == 100000


def test_officers_see_what_is_overdue_with_the_construction_unit_and_filter_it(client, site, account, owner):
    labour_cost_term(site)
    paid = project(name="按期的项目")
    labour_cost_term(paid)
    entry(special_account(paid), "500000", booked_on=date(2026, 9, 1))
    client.force_login(officer())
    address = reverse("accounts:labour_cost_list")
    page = client.get(address, {"state": "overdue"}).content.decode()
    assert site.name in page
    assert owner.name in page
    assert "逾期 53 日" in page
    assert "按期的项目" not in page
    assert site.name not in client.get(address, {"state": "settled"}).content.decode()
    client.force_login(officer("530102"))
    assert site.name not in client.get(address).content.decode()
