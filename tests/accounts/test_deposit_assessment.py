"""From a contract's sum to what is to be stored: three provinces as worked cases, and the national frame."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.enums import DepositState
from accounts.models import DepositBand, DepositStandard
from accounts.selectors.deposits import payment_record, standard_for
from accounts.services import deposits as services
from accounts.services.deposit_assessment import Facts, assess
from tests.accounts import deposits as made
from tests.accounts.factories import payout, payroll, payroll_line, special_account
from tests.organizations import factories as who
from tests.projects.factories import permit, project

M = Decimal(1_000_000)


def standard(*bands: tuple, **fields) -> tuple[DepositStandard, list[DepositBand]]:
    rows = [DepositBand(above=above, percent=Decimal(percent), cap=cap) for above, percent, cap in bands]
    return DepositStandard(**({"exempt_below": 3 * M} | fields)), rows


HUNAN = standard((Decimal(0), "1.5", M), key_cap=Decimal(2_500_000))
FUJIAN = standard(
    (Decimal(0), "1.5", 5 * M), later_percent=Decimal(1), exempt_below=4 * M, exempt_months=3, over_cap=True
)
ANHUI = standard((Decimal(0), "2", 3 * M), (300 * M, "1", 5 * M))


def of(province, amount, **facts) -> tuple[Decimal, Decimal]:
    result = assess(*province, Facts(Decimal(amount), **facts))
    return result.due, result.differential


@pytest.mark.parametrize(
    ("province", "amount", "facts", "due", "differential"),
    [
        (HUNAN, 20 * M, {}, 300_000, 300_000),
        (HUNAN, 100 * M, {}, M, M),  # 1.5 % would be 1.5 m
        (HUNAN, 100 * M, {"is_key": True}, Decimal(1_500_000), Decimal(1_500_000)),
        (HUNAN, 300 * M, {"is_key": True}, Decimal(2_500_000), Decimal(2_500_000)),
        (HUNAN, 20 * M, {"clean_years": 2}, 300_000, 150_000),
        (HUNAN, 20 * M, {"clean_years": 3}, 300_000, 150_000),  # not without real names and account
        (HUNAN, 20 * M, {"clean_years": 3, "keeps_names_and_account": True}, 300_000, 0),
        (HUNAN, 100 * M, {"recent_arrears": True}, M, M),  # raised, and capped again
        (FUJIAN, 20 * M, {}, 300_000, 300_000),
        (FUJIAN, 20 * M, {"is_later": True}, 200_000, 200_000),
        (FUJIAN, Decimal(3_999_999), {}, 0, 0),
        (FUJIAN, 4 * M, {}, 60_000, 60_000),
        (FUJIAN, 20 * M, {"months": 2}, 0, 0),
        (FUJIAN, 20 * M, {"months": 3}, 300_000, 300_000),
        (FUJIAN, 1000 * M, {}, 5 * M, 5 * M),
        (FUJIAN, 1000 * M, {"recent_arrears": True}, 5 * M, Decimal(7_500_000)),
        (FUJIAN, 1000 * M, {"is_blacklisted": True}, 5 * M, 10 * M),
        (ANHUI, 100 * M, {}, 2 * M, 2 * M),
        (ANHUI, Decimal("299999999.99"), {}, 3 * M, 3 * M),
        (ANHUI, 300 * M, {}, 3 * M, 3 * M),
        (ANHUI, 400 * M, {}, 4 * M, 4 * M),
        (ANHUI, 600 * M, {}, 5 * M, 5 * M),
    ],
)
def test_the_worked_cases(province, amount, facts, due, differential):
    assert of(province, amount, **facts) == (due, differential)


def test_small_works_of_somebody_who_owed_wages_are_not_spared():
    assert of(HUNAN, 2 * M) == (0, 0)
    assert of(HUNAN, 3 * M)[0] == 45_000
    assert of(HUNAN, 2 * M, arrears_before_signing=True)[0] == 30_000
    assert of(HUNAN, 2 * M, is_blacklisted=True) == (30_000, 60_000)


def test_the_gravest_record_counts_alone():
    both = {"is_blacklisted": True, "recent_arrears": True, "clean_years": 5}
    assert of(FUJIAN, 20 * M, **both) == (300_000, 600_000)


def test_cents_are_rounded_and_each_step_is_told():
    result = assess(*FUJIAN, Facts(Decimal("12345678.99"), recent_arrears=True))
    assert (result.due, result.differential) == (Decimal("185185.18"), Decimal("277777.77"))
    assert [step.title for step in result.steps] == ["按比例计算", "提高"]
    assert result.steps[0].text == "合同额 12,345,678.99 元 × 存储比例 1.5%"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"later_percent": Decimal("0.4")}, "later_percent_in_law"),
        ({"reduce_percent": 49}, "reduction_in_law"),
        ({"reduce_years": 1}, "reduction_in_law"),
        ({"exempt_years": 2}, "exemption_in_law"),
        ({"increase_percent": 49}, "increase_in_law"),
        ({"blacklist_percent": 99}, "increase_in_law"),
    ],
)
def test_a_province_cannot_leave_the_national_frame(fields, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        made.standard(**fields)


@pytest.mark.django_db
@pytest.mark.parametrize("percent", ["0.999", "3.001"])
def test_a_band_is_between_one_and_three_percent(percent):
    with pytest.raises(IntegrityError, match="deposit_band_percent_in_law"), transaction.atomic():
        made.standard({"percent": Decimal(percent)})


@pytest.mark.django_db
def test_standards_are_never_rewritten():
    made.standard()
    for sql in ("UPDATE accounts_depositband SET percent = 2", "DELETE FROM accounts_depositstandard"):
        with pytest.raises(Exception, match="append"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


@pytest.mark.django_db
def test_the_industry_goes_before_the_general_and_the_newer_before_the_older():
    general, site = made.standard(), project(contract_signed_on=date(2026, 6, 1))
    assert standard_for(site, date(2026, 6, 1)) == general
    own = made.standard(industry="housing", valid_from=date(2026, 1, 1))
    made.standard(industry="housing", valid_from=date(2026, 6, 2))
    made.standard(industry="water")
    made.standard(at="530000", valid_from=date(2026, 3, 1))
    assert standard_for(site, date(2026, 6, 1)) == own
    assert standard_for(site, date(2019, 1, 1)) is None


@pytest.mark.django_db
def test_an_assessment_keeps_its_version_and_its_steps():
    first, site = made.standard(), project(contract_amount=20 * M)
    deposit, officer = made.declared(site), who.officer()
    assessment = services.assess_deposit(deposit, by=officer, stated={})
    made.standard({"percent": Decimal(3)})
    assert (assessment.standard, assessment.steps[0]["amount"]) == (first, "300000.00")
    deposit.refresh_from_db()
    assert (deposit.due_amount, deposit.state) == (300_000, DepositState.ASSESSED)
    again = services.assess_deposit(deposit, by=officer, stated={})
    assert (again.differential_amount, deposit.assessments.count()) == (600_000, 2)
    with pytest.raises(Exception, match="append"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_depositassessment SET due_amount = 1")


@pytest.mark.django_db
def test_what_differs_from_the_portals_data_needs_a_reason():
    made.standard()
    deposit, officer = made.declared(project(contract_amount=20 * M)), who.officer()
    with pytest.raises(ValidationError, match="说明理由"):
        services.assess_deposit(deposit, by=officer, stated={"clean_years": 2})
    services.assess_deposit(deposit, by=officer, stated={"clean_years": 2}, reason="省外项目证明")
    deposit.refresh_from_db()
    assert deposit.differential_amount == 150_000
    sql = "INSERT INTO accounts_depositassessment (deposit_id, standard_id, facts, derived, steps, due_amount,"
    sql += " differential_amount, reason, at) SELECT deposit_id, standard_id, '{\"a\": 1}', derived, steps, 1, 1, '',"
    sql += " now() FROM accounts_depositassessment"
    with pytest.raises(IntegrityError, match="deviates_with_reason"), transaction.atomic():
        connection.cursor().execute(sql)


@pytest.mark.django_db
def test_an_exemption_needs_its_scanned_proof():
    made.standard(exempt_below=3 * M)
    deposit, officer = made.declared(project(contract_amount=2 * M)), who.officer()
    with pytest.raises(ValidationError, match="证明材料扫描件"):
        services.assess_deposit(deposit, by=officer, stated={})
    services.assess_deposit(deposit, by=officer, stated={}, files=made.PDF)
    deposit.refresh_from_db()
    assert (deposit.state, deposit.differential_amount) == (DepositState.EXEMPT, 0)


@pytest.mark.django_db
def test_the_term_is_twenty_working_days_from_the_permit_or_else_from_the_contract():
    site = project(contract_signed_on=date(2026, 5, 4))
    made.calendar()
    assert made.declared(site).due_on == date(2026, 6, 1)
    other = project(contract_signed_on=date(2026, 5, 4))
    permit(other, issued_on=date(2026, 6, 1))
    deposit = made.declared(other)
    assert (deposit.begins_with, deposit.due_on) == ("施工许可证", date(2026, 6, 29))
    assert deposit.days_late(date(2026, 7, 1)) == 2
    assert made.declared(project()).due_on is None


@pytest.mark.django_db
class TestPaymentRecord:
    today = date(2026, 11, 2)

    def test_nothing_is_known_of_a_newcomer(self):
        record = payment_record(who.organization(), self.today)
        assert (record.owed_lines, record.clean_years(self.today), record.is_recent(self.today)) == (0, 0, False)

    def test_wages_owed_after_the_pay_day_are_arrears_on_any_site_of_the_contractor(self):
        site = project(wage_pay_day=15)
        payroll_line(payroll(site, date(2026, 9, 1)), "6000")
        payroll_line(payroll(site, date(2026, 10, 1)), "5000")  # due on 15 November
        payroll_line(payroll(project(), date(2026, 8, 1)), "9000")
        record = payment_record(site.general_contractor, self.today)
        assert (record.owed_lines, record.owed, record.days) == (1, 6000, [date(2026, 10, 15)])
        assert record.is_recent(self.today)
        assert record.clean_years(date(2030, 1, 1)) == 0

    def test_a_pay_day_beyond_the_months_end_is_its_last(self):
        site = project(wage_pay_day=31)
        payroll_line(payroll(site, date(2026, 8, 1)), "6000")
        assert payment_record(site.general_contractor, self.today).days == [date(2026, 9, 30)]

    def test_wages_paid_in_time_for_years_count_as_clean_since_they_are_known(self):
        site = project()
        account = special_account(site)
        payout(payroll_line(payroll(site, date(2024, 7, 1)), "6000"), account, paid_on=date(2024, 8, 10))
        record = payment_record(site.general_contractor, self.today)
        assert (record.clean_years(self.today), record.days) == (2, [])

    def test_wages_paid_more_than_a_month_late_were_in_arrears(self):
        site = project()
        account = special_account(site)
        payout(payroll_line(payroll(site, date(2024, 7, 1)), "6000"), account, paid_on=date(2024, 9, 14))
        assert payment_record(site.general_contractor, self.today).days == []
        payout(payroll_line(payroll(site, date(2024, 8, 1)), "6000"), account, paid_on=date(2025, 1, 14))
        record = payment_record(site.general_contractor, self.today)
        assert (record.days, record.clean_years(self.today)) == ([date(2025, 1, 14)], 1)
        assert record.is_recent(self.today)
        assert not record.is_recent(date(2027, 1, 15))


@pytest.mark.django_db
def test_a_change_of_the_standard_is_the_provinces_and_shows_its_effect_first():
    first = made.assessed(project(contract_amount=20 * M))
    province = who.officer("530000")
    facts = {"valid_from": date(2026, 12, 1), "document": "新标准", "reason": "调整"}
    bands = [{"above": Decimal(0), "percent": Decimal(2), "cap": None, "floor": None}]
    assert services.effect_of(province, bands, facts) == [(first, 300_000, 400_000)]
    assert DepositStandard.objects.count() == 1
    changed = services.change_standard(by=province, bands=bands, **facts)
    assert (changed.version, changed.created_by, changed.bands.get().percent) == (2, province, 2)
    with pytest.raises(ValidationError, match="1% 至 3%"):
        services.change_standard(by=province, bands=[bands[0] | {"percent": Decimal(4)}], **facts)
    with pytest.raises((ValidationError, PermissionDenied)):
        services.change_standard(by=who.officer("530900"), bands=bands, **facts)
