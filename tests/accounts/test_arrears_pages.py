"""The ledger's pages: what they show sums up to what they say, on screen, as a sheet and on paper."""

import io
from datetime import date
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from accounts.models import ArrearsThreshold
from core.models import AuditEntry
from projects.enums import ParticipantType
from tests.accounts.factories import payroll, payroll_line
from tests.organizations.factories import clerk, construction_unit_clerk, officer, organization
from tests.projects.factories import participation, project
from tests.workers.factories import attendance, contract, departure, engagement

pytestmark = pytest.mark.django_db

LEDGER = "/wage-accounts/arrears/"


@pytest.fixture
def site():
    home = project(wage_pay_day=15)
    for amount in ("1234.56", "0.01"):
        payroll_line(payroll(home, date(2026, 9, 1)), amount, engagement=engagement(home))
    worked = engagement(home)
    contract(worked)
    attendance(worked, date(2026, 8, 3))
    departure(engagement(home), date(2026, 8, 20), owed_amount=Decimal("900.10"))
    return home


TOTAL = "2,394.67"


@pytest.mark.parametrize("way", ["", "by/project/", "by/contractor/", "by/unit/", "by/place/", "by/worker/", "print/"])
def test_every_page_comes_to_the_same_sum(site, client, way):
    client.force_login(officer())
    assert TOTAL in client.get(LEDGER + way).text


def test_the_sheet_reconciles_to_the_cent_and_is_on_record(site, client):
    user = officer()
    client.force_login(user)
    answer = client.post(f"{LEDGER}export/")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    head = next(n for n, row in enumerate(rows) if "尚欠（元）" in row)
    column = rows[head].index("尚欠（元）")
    amounts = [Decimal(str(row[column])) for row in rows[head + 1 :] if row[column] != ""]
    assert sum(amounts) == Decimal(TOTAL.replace(",", ""))
    assert len(amounts) == 4
    assert AuditEntry.objects.filter(action="arrears.export", actor=user).get().detail["rows"] == 4


def test_filters_narrow_list_sums_and_sheet_alike(site, client):
    client.force_login(officer())
    assert "900.10" in client.get(f"{LEDGER}?kind=departure").text
    assert "1,234.56" not in client.get(f"{LEDGER}?kind=departure").text
    assert "1,234.57" in client.get(f"{LEDGER}?band=30").text
    elsewhere = project(at="530921", wage_pay_day=15)
    payroll_line(payroll(elsewhere, date(2026, 9, 1)), "7777")
    client.force_login(officer("530900"))
    assert "7,777.00" in client.get(f"{LEDGER}?place=530921").text
    assert TOTAL not in client.get(f"{LEDGER}?place=530921").text
    assert TOTAL in client.get(f"{LEDGER}?project={site.pk}").text
    assert "7,777.00" in client.get(f"{LEDGER}?q={elsewhere.name}").text


def test_a_wrong_word_in_the_address_is_not_found_or_ignored(site, client):
    client.force_login(officer())
    assert client.get(f"{LEDGER}by/nobody/").status_code == 404
    assert client.get(f"{LEDGER}?project=x&band=y").status_code == 200


def test_each_sees_its_own(site, client):
    owner = participation(site, organization(), ParticipantType.CONSTRUCTION_UNIT).organization
    for user, sees in [
        (clerk(site.general_contractor), True),
        (construction_unit_clerk(owner), True),
        (clerk(), False),
        (officer("530921"), False),
    ]:
        client.force_login(user)
        assert (TOTAL in client.get(LEDGER).text) is sees
        assert (TOTAL in client.get(f"{LEDGER}by/worker/").text) is sees


def test_the_persons_page_tells_what_is_owed(site, client):
    client.force_login(officer())
    person = site.payroll_lines.order_by("id").first().engagement.worker
    assert "尚欠 1,234.56 元" in client.get(f"/workers/{person.pk}/").text


def test_the_province_transcribes_the_amounts(client):
    facts = {"valid_from": "2026-01-01", "one_person": "10000", "several": "60000", "basis": "高院公布"}
    client.force_login(officer("530902"))
    assert client.post(f"{LEDGER}amounts/new/", facts).status_code == 403
    client.force_login(officer("530000"))
    wrong = client.post(f"{LEDGER}amounts/new/", facts | {"one_person": "4999"})
    assert "5,000 至 20,000" in wrong.text
    assert client.post(f"{LEDGER}amounts/new/", facts).status_code == 302
    assert ArrearsThreshold.objects.get().several == 60000
    assert "高院公布" in client.get(f"{LEDGER}amounts/").text
    assert client.post(f"{LEDGER}amounts/new/", facts).status_code == 422
