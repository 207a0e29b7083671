"""Pages of the forecast: by place and week, on a project's money and on an account; who reads them."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from core.models import AuditEntry
from tests.accounts.factories import (
    entry,
    forecast,
    forecast_error,
    labour_cost_term,
    payroll,
    payroll_line,
    shared,
    special_account,
)
from tests.organizations.factories import bank_clerk, clerk, construction_unit_clerk, industry_officer, officer
from tests.projects.factories import project

LIST = reverse("accounts:forecast_list")
SIZES = [{"width": 1440, "height": 1000}, {"width": 390, "height": 844}]
SHORT = "资金将短缺"


def exported(answer) -> dict:
    """Project → shortfall."""
    head, *rows = CalamineWorkbook.from_filelike(BytesIO(answer.getvalue())).get_sheet_by_index(0).to_python()[1:]
    return {row[head.index("项目名称")]: row[head.index("预计缺口（元）")] for row in rows}


def falling_short(name="临翔区某某项目", at="530902"):
    """Wages of last month, more than there is, due on the last day of this one."""
    home = project(name=name, at=at, wage_pay_day=31)
    account = special_account(home)
    entry(account, "1000", booked_on=date(2026, 1, 5))
    last = (timezone.localdate().replace(day=1) - timedelta(1)).replace(day=1)
    payroll_line(payroll(home, last), "21000.10")
    return home, account


@pytest.mark.django_db
class TestPages:
    def test_a_projects_page_says_the_day_the_amount_and_how_it_was_computed(self, client):
        home, _ = falling_short()
        labour_cost_term(home, first_month=timezone.localdate().replace(day=1), next_month=False, pay_day=31)
        forecast_error(home)
        client.force_login(officer())
        page = client.get(reverse("accounts:project_money", args=[home.pk])).text
        assert "发薪日资金预测" in page
        assert "减：已列工资表未发" in page
        assert "-21,000.10" in page
        assert "提前 10 天的预测至今只有 1 次可以核对" in page
        assert SHORT not in page  # what the contract promises by the last day covers it

    def test_what_will_be_short_is_a_warning_ahead_of_time(self, client):
        home, account = falling_short()
        for user in (officer(), clerk(home.general_contractor)):
            client.force_login(user)
            assert "短缺 20,000.10 元" in client.get(reverse("accounts:project_money", args=[home.pk])).text
            assert "短缺 20,000.10 元" in client.get(account.get_absolute_url()).text

    def test_a_bank_sees_none_of_it(self, client):
        home, account = falling_short()
        client.force_login(bank_clerk(account.bank))
        for address in (reverse("accounts:project_money", args=[home.pk]), account.get_absolute_url()):
            answer = client.get(address)
            assert answer.status_code == 200
            assert "预测" not in answer.text

    def test_an_account_shows_only_the_projects_in_sight(self, client):
        home, account = falling_short()
        other, _ = falling_short("别县项目", "530921")
        shared(account, other)
        client.force_login(officer("530902"))
        page = client.get(account.get_absolute_url()).text
        assert home.name in page
        assert "别县项目" not in page

    @pytest.mark.parametrize("who", [clerk, construction_unit_clerk, bank_clerk])
    def test_the_list_by_place_is_for_authorities(self, client, who):
        client.force_login(who())
        assert client.get(LIST).status_code == 403

    def test_by_place_and_week_within_the_own_region_and_industry(self, client):
        today = timezone.localdate()
        near, far = project(name="近的项目"), project(name="远的项目", at="530921")
        abroad = project(name="外州项目", at="530102")
        forecast(near, pay_on=today + timedelta(3))
        forecast(far, pay_on=today + timedelta(16), shortfall="7000.50")
        forecast(abroad, pay_on=today + timedelta(3))
        client.force_login(officer("530900"))
        page = client.get(LIST).text
        assert "近的项目" in page
        assert "远的项目" in page
        assert "外州项目" not in page
        assert "19,000.50" not in page
        assert "12,000.00" in page
        assert "7,000.50" in page
        page = client.get(LIST, {"week": "3"}).text
        assert "近的项目" not in page
        assert "远的项目" in page
        page = client.get(LIST, {"place": "530902"}).text
        assert "近的项目" in page
        assert "远的项目" not in page
        client.force_login(industry_officer("530900"))
        assert "近的项目" in client.get(LIST).text

    def test_the_list_is_exported_as_it_is_filtered_within_the_own_region(self, client):
        today = timezone.localdate()
        forecast(project(name="近的项目"), pay_on=today + timedelta(3), shortfall="7000.50")
        forecast(project(name="远的项目", at="530921"), pay_on=today + timedelta(16))
        forecast(project(name="外州项目", at="530102"), pay_on=today + timedelta(3))
        client.force_login(officer("530900"))
        export = reverse("accounts:forecast_export")
        assert client.get(export).status_code == 405
        assert exported(client.post(export)) == {"近的项目": 7000.5, "远的项目": 12000}
        assert exported(client.post(f"{export}?week=1")) == {"近的项目": 7000.5}
        entry_of = AuditEntry.objects.get(action="forecast.export", detail__filters={"week": "1"})
        assert entry_of.detail["rows"] == 1
        client.force_login(clerk())
        assert client.post(export).status_code == 403

    def test_what_the_words_mean_stands_beside_the_figures(self, client):
        for month in (7, 8, 9):
            forecast_error(project(), date(2026, month, 1))
        client.force_login(officer("530900"))
        page = client.get(LIST).text
        assert "各项目共核对 3 次" in page
        assert "预测资金不够，发薪日够付。" in page

    def test_few_questions_whatever_the_number_of_projects(self, client, few_queries):
        for _ in range(3):
            forecast(project(), pay_on=timezone.localdate() + timedelta(3), shortfall=Decimal("1"))
        client.force_login(officer("530900"))
        with few_queries(30):
            client.get(LIST)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
def test_from_the_province_down_to_how_it_was_computed(visitor, size):
    page, today = visitor.page, timezone.localdate()
    home, _ = falling_short()
    other = project(name="别县项目", at="530921")
    forecast(home, pay_on=today + timedelta(3), shortfall="20000.10")
    forecast(other, pay_on=today + timedelta(20))
    forecast_error(home)
    page.set_viewport_size(size)
    visitor.sign_in(officer("530900"))
    visitor.open(f"{LIST}?week=1")
    expect(page.get_by_role("link", name="临翔区某某项目")).to_be_visible()
    expect(page.get_by_text("别县项目")).to_have_count(0)
    visitor.check_accessible()
    page.get_by_role("link", name="临翔区", exact=True).click()
    page.reload()
    assert "week=1" in page.url
    assert "place=530902" in page.url
    page.get_by_role("link", name="临翔区某某项目").click()
    expect(page.get_by_text("短缺 20,000.10 元").first).to_be_visible()
    expect(page.get_by_text("减：已列工资表未发").first).to_be_visible()
    visitor.check_accessible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
