"""Each role opens the pages of accounts, ledgers and payrolls and meets its own."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.enums import AccountStatus, MovementKind
from accounts.models import PayrollLine, SpecialAccount
from core.models import AuditEntry
from projects.enums import Status
from projects.models import ImportBatch
from tests.accounts.documents import NUMBER, Line, Person, statement
from tests.accounts.documents import payroll as sheet_of
from tests.accounts.factories import closing_notice, entry, payout, payroll, payroll_line, special_account
from tests.organizations.factories import bank, bank_clerk, clerk, industry_officer, officer
from tests.projects.factories import project
from tests.workers.factories import attendance, card_number, engagement, worker

pytestmark = pytest.mark.django_db
SEPTEMBER = date(2026, 9, 1)


@pytest.fixture
def unit():
    return bank(name="中国工商银行临沧分行")


@pytest.fixture
def account(unit):
    made = special_account(project(), number=NUMBER, bank=unit)
    entry(made, "100000.00", summary="拨付人工费")
    return made


@pytest.fixture
def site(account):
    return account.project_links.get().project


@pytest.fixture
def paid_line(site, account):
    person = engagement(site)
    attendance(person, date(2026, 9, 1))
    line = payroll_line(payroll(site), engagement=person, card_number=card_number(7), card_last4="0007", days="25")
    payout(line, account)
    return line


def signed_in(client, user):
    client.force_login(user)
    return client


def pages(site, account) -> list[str]:
    return [
        reverse("accounts:account_list"),
        reverse("accounts:ledger", args=[account.pk]),
        reverse("accounts:project_money", args=[site.pk]),
        reverse("accounts:payroll_list"),
        reverse("accounts:payroll", args=[payroll(site).pk]),
    ]


def readers(site, unit):
    return [officer(), officer("530000"), industry_officer(), clerk(site.general_contractor), bank_clerk(unit)]


def test_everyone_in_scope_reads_and_nobody_reads_a_number(client, site, account, unit, paid_line):
    entry(account, "-500", MovementKind.WAGE, counterparty_name="赵六", counterparty_number="6217004671835732783")
    for user in readers(site, unit):
        for address in pages(site, account):
            page = signed_in(client, user).get(address)
            assert page.status_code == 200, address
            text = page.content.decode()
            for number in (NUMBER, paid_line.id_number, paid_line.card_number, "6217004671835732783"):
                assert number not in text


def test_out_of_scope_is_404(client, site, account, unit, paid_line):
    foreigners = [officer("530921"), officer("530100"), clerk(), bank_clerk(), industry_officer("530921")]
    for user in foreigners:
        lists = {reverse("accounts:account_list"), reverse("accounts:payroll_list")}
        for address in pages(site, account):
            page = signed_in(client, user).get(address)
            assert page.status_code == (200 if address in lists else 404), address
            assert site.name not in page.content.decode()


def test_a_bank_does_not_see_another_banks_account_at_the_same_project(client, site, account, unit):
    other = special_account(site, name="另一家银行的专户")
    entry(other, "777", summary="别家的流水")
    page = signed_in(client, bank_clerk(unit)).get(reverse("accounts:project_money", args=[site.pk]))
    assert "另一家银行的专户" not in page.content.decode()
    assert client.get(reverse("accounts:ledger", args=[other.pk])).status_code == 404


def test_the_ledger_filters_and_marks_what_the_bank_states_otherwise(client, site, account):
    entry(account, "-186500", MovementKind.OTHER_OUT, summary="材料款", booked_on=date(2026, 10, 18))
    entry(
        account, "312.47", MovementKind.INTEREST, summary="利息", stated_balance="999.99", booked_on=date(2026, 9, 21)
    )
    address = reverse("accounts:ledger", args=[account.pk])
    reader = signed_in(client, officer())
    assert "999.99 不符" in reader.get(address).content.decode()
    for query, shown, hidden in [
        ("kind=other_out", "材料款", "拨付人工费"),
        ("direction=in", "拨付人工费", "材料款"),
        ("month=2026-09", "312.47", "材料款"),
        ("q=材料", "材料款", "拨付人工费"),
        ("stated=differs", "312.47", "材料款"),
    ]:
        table = _table(reader.get(f"{address}?{query}"))
        assert shown in table, query
        assert hidden not in table, query


def test_the_payroll_shows_who_is_paid_and_where_attendance_differs(client, site, account, paid_line):
    unknown = payroll_line(payroll(site), name="钱七")
    text = signed_in(client, officer()).get(reverse("accounts:payroll", args=[paid_line.payroll_id])).content.decode()
    for word in (paid_line.name, "天数不同", "已发放", unknown.name, "不在花名册", "未发放"):
        assert word in text
    page = client.get(reverse("accounts:payroll", args=[paid_line.payroll_id]) + "?check=unknown")
    assert paid_line.name not in _table(page)


def test_somebody_registered_after_the_payroll_is_no_longer_marked(client, site):
    line = payroll_line(payroll(site), name="钱七", days="1")
    address = reverse("accounts:payroll", args=[line.payroll_id])
    reader = signed_in(client, officer())
    assert "不在花名册" in _table(reader.get(address))
    attendance(engagement(site, worker(name="钱七", id_number=line.id_number)), date(2026, 9, 1))
    assert "不在花名册" not in _table(reader.get(address))
    assert "没有考勤" not in _table(reader.get(address))


def _table(page) -> str:
    text = page.content.decode()
    return text[text.rindex("<tbody") :]  # the last one: the people


def test_a_wage_without_a_line_is_listed_as_unmatched(client, site, account):
    entry(account, "-4321.00", MovementKind.WAGE, counterparty_name="孙八")
    text = signed_in(client, officer()).get(reverse("accounts:project_money", args=[site.pk])).content.decode()
    listed = text[text.index("没有对应工资明细的发放") :]
    assert "孙八" in listed
    assert "对账单没有收款账号" in listed


def test_the_months_are_written_to_the_cent_also_where_nothing_moved(client, site, account):
    entry(account, "1000.00", booked_on=date(2026, 10, 8))
    text = signed_in(client, officer()).get(reverse("accounts:project_money", args=[site.pk])).content.decode()
    chart = text[text.index("chart-table") :]
    assert '<td class="numeric">0.00</td>' in chart
    assert '<td class="numeric">0</td>' not in chart


def test_list_pages_ask_a_fixed_number_of_questions(client, django_assert_max_num_queries, unit):
    for _ in range(12):
        made = special_account(project(), bank=unit)
        entry(made, "1000")
        payroll_line(payroll(made.project_links.get().project))
    signed_in(client, officer())
    for name in ("accounts:account_list", "accounts:payroll_list"):
        with django_assert_max_num_queries(14):
            client.get(reverse(name))


# --- recording -------------------------------------------------------------------------------------------------------


def form(unit=None, **changes) -> dict:
    return {
        "name": "专户",
        "number": "2510 3285 5919 5922 089",
        "bank": unit.pk if unit else "",
        "bank_name": "中国工商银行临沧分行",
        "opened_on": "2026-07-25",
    } | changes


def test_a_clerk_records_an_account_of_the_own_project(client, unit):
    site = project()
    address = reverse("accounts:account_add", args=[site.pk])
    page = signed_in(client, clerk(site.general_contractor)).get(address)
    assert f"{site.general_contractor}{site}农民工工资专用账户" in page.content.decode()
    answer = client.post(address, form(unit, holder=site.general_contractor.pk))
    account = SpecialAccount.objects.get()
    assert answer.headers["Location"] == account.get_absolute_url()
    assert (account.number, account.number_last4, account.bank) == ("2510328559195922089", "2089", unit)
    assert AuditEntry.objects.filter(action="special_account.open").exists()


def test_a_bank_clerk_records_an_account_by_the_projects_code(client, unit):
    site = project()
    user = bank_clerk(unit)
    address = reverse("accounts:account_record")
    wrong = signed_in(client, user).post(address, form(project_code="530902999999"))
    assert "没有这个编码的项目" in wrong.content.decode()
    client.post(address, form(project_code=site.code))
    account = SpecialAccount.objects.get()
    assert (account.bank, account.holder) == (unit, site.general_contractor)
    assert client.get(reverse("accounts:project_money", args=[site.pk])).status_code == 200


def test_nobody_else_records_accounts(client, site, account):
    for user in (officer(), industry_officer()):
        signed_in(client, user)
        assert client.post(reverse("accounts:account_add", args=[site.pk]), form()).status_code == 403
        assert client.post(reverse("accounts:account_edit", args=[account.pk]), form()).status_code == 403
        assert client.post(reverse("accounts:account_cancel", args=[account.pk])).status_code == 403
    assert signed_in(client, clerk()).post(reverse("accounts:account_add", args=[site.pk]), form()).status_code == 404


def test_wrong_numbers_and_dates_are_refused_with_words(client, unit):
    site = project()
    address = reverse("accounts:account_add", args=[site.pk])
    signed_in(client, clerk(site.general_contractor))
    data = form(unit, holder=site.general_contractor.pk, number="25A", opened_on="2027-01-01")
    text = client.post(address, data).content.decode()
    assert "6至32位数字" in text
    assert "不能晚于今天" in text
    assert not SpecialAccount.objects.exists()


def test_opening_data_missing_after_a_statement_is_listed_and_completed(client, unit):
    site = project()
    account = _bare_account(site)
    user = clerk(site.general_contractor)
    page = signed_in(client, user).get(reverse("accounts:project_money", args=[site.pk])).content.decode()
    assert "待补全" in page
    assert f"{reverse('accounts:account_edit', args=[account.pk])}#id_opened_on" in page
    client.post(reverse("accounts:account_edit", args=[account.pk]), form(unit, holder=account.holder_id))
    account.refresh_from_db()
    assert (account.bank, f"{account.opened_on}") == (unit, "2026-07-25")
    assert "待补全" not in client.get(reverse("accounts:project_money", args=[site.pk])).content.decode()


def _bare_account(site) -> SpecialAccount:
    account = special_account(site)
    SpecialAccount.objects.filter(pk=account.pk).update(bank=None, bank_name="", opened_on=None)
    account.refresh_from_db()
    return account


def test_cancelling_needs_a_day_after_the_last_movement(client, site, account):
    signed_in(client, clerk(site.general_contractor))
    address = reverse("accounts:account_cancel", args=[account.pk])
    closing_notice(account)
    if balance := account.entries.order_by("-sequence").values_list("balance", flat=True).first():
        entry(account, -balance, "other_out")
    site.status, site.completed_on = Status.COMPLETED, date(2026, 8, 31)
    site.save()
    for day in ("", "2026-10-01", "2027-01-01"):
        client.post(address, {"on": day})
        account.refresh_from_db()
        assert account.status == AccountStatus.ACTIVE
    client.post(address, {"on": "2026-10-31"})
    account.refresh_from_db()
    assert (account.status, account.cancelled_on) == (AccountStatus.CANCELLED, date(2026, 10, 31))
    assert client.get(reverse("accounts:account_edit", args=[account.pk])).status_code == 403


def test_a_completed_project_takes_no_account(client):
    site = project(status=Status.COMPLETED, completed_on=date(2026, 10, 1))
    user = clerk(site.general_contractor)
    answer = signed_in(client, user).get(reverse("accounts:account_add", args=[site.pk]), follow=True)
    assert "确认完工" in answer.content.decode()
    assert not site.account_links.exists()


# --- uploads ---------------------------------------------------------------------------------------------------------


def test_statement_and_wage_sheet_go_through_the_pages_of_uploads(client):
    site = project(name="临翔区示范小学扩建项目")
    person = Person("张三")
    bank_lines = [
        Line("S0", "100000", "拨付人工费", on=date(2026, 10, 8)),
        Line("S1", "-6000", name="张三", number=person.card),
    ]
    signed_in(client, clerk(site.general_contractor))
    for kind, name, content in [
        ("payroll", "工资表.xlsx", sheet_of([person])),
        ("bank-statement", "对账单.csv", statement(bank_lines, of=site)),
    ]:
        address = reverse("imports:upload", args=[site.pk, kind])
        answer = client.post(address, {"file": SimpleUploadedFile(name, content)})
        batch = ImportBatch.objects.get(kind=kind)
        assert answer.headers["Location"] == reverse("imports:batch", args=[batch.pk])
        page = client.get(answer.headers["Location"]).content.decode()
        assert person.card not in page
        assert person.id_number not in page
        client.post(reverse("imports:apply", args=[batch.pk]))
        batch.refresh_from_db()
        assert (batch.state, batch.message) == ("applied", "")
        result = client.get(reverse("imports:batch", args=[batch.pk])).content.decode()
        assert reverse("accounts:project_money", args=[site.pk]) in result
    assert PayrollLine.objects.get().is_paid
    assert SpecialAccount.objects.get().entries.count() == 2


def test_a_bank_clerk_uploads_statements_and_no_wage_sheets(client, site, unit):
    signed_in(client, bank_clerk(unit))
    assert client.get(reverse("imports:upload", args=[site.pk, "bank-statement"])).status_code == 200
    assert client.get(reverse("imports:upload", args=[site.pk, "payroll"])).status_code == 403
    signed_in(client, officer())
    assert client.get(reverse("imports:upload", args=[site.pk, "bank-statement"])).status_code == 403
