"""What five banks print fills the same ledger to the cent."""

from datetime import date, time
from decimal import Decimal

import pytest

from tests.accounts.bank_papers import BANKS
from tests.accounts.documents import NUMBER, Line, problems, upload
from tests.accounts.factories import special_account
from tests.organizations.factories import clerk, organization
from tests.projects.factories import project

pytestmark = pytest.mark.django_db
CARD = "6217004671835732783"
LINES = [
    Line("2610080001", "100000.00", "拨付人工费", "临翔区教育局", "5300111111111111", date(2026, 10, 8)),
    Line("2610150002", "-6000.00", name="张三", number=CARD),
    Line("2610150003", "-12.50", "代发手续费"),
    Line("2610210004", "3.21", "结息", on=date(2026, 10, 21)),
    Line("2610220005", "-2000.00", "材料款", "某建材经营部", "53052222222222222", date(2026, 10, 22)),
]
LEDGER = [
    ("2610080001", "in", "labour_cost", Decimal("100000.00"), Decimal("100000.00"), date(2026, 10, 8)),
    ("2610150002", "out", "wage", Decimal("6000.00"), Decimal("94000.00"), date(2026, 10, 15)),
    ("2610150003", "out", "fee", Decimal("12.50"), Decimal("93987.50"), date(2026, 10, 15)),
    ("2610210004", "in", "interest", Decimal("3.21"), Decimal("93990.71"), date(2026, 10, 21)),
    ("2610220005", "out", "other_out", Decimal("2000.00"), Decimal("91990.71"), date(2026, 10, 22)),
]


@pytest.mark.parametrize("name", BANKS)
def test_the_layouts_of_banks_fill_the_same_ledger(name):
    site = project(name="临翔区示范小学扩建项目", contractor=organization(name="云南滇南建筑工程有限公司"))
    account, user = special_account(site, number=NUMBER), clerk(site.general_contractor)
    filename, content = BANKS[name](LINES)
    batch = upload(site, "bank-statement", content, by=user, filename=filename)
    assert (batch.state, batch.refused, batch.notices) == ("applied", 0, 0), (
        batch.message,
        problems(batch, "error"),
        problems(batch, "notice"),
    )
    rows = account.entries.order_by("sequence")
    assert list(rows.values_list("serial", "direction", "kind", "amount", "balance", "booked_on")) == LEDGER
    assert not [row.serial for row in rows if row.stated_differs]
    wage = rows.get(kind="wage")
    assert (wage.counterparty_name, wage.counterparty_number, wage.booked_time) == ("张三", CARD, time(10, 30))
    again = upload(site, "bank-statement", content, by=user, filename=filename)
    assert (again.outcome["created"], again.outcome["unchanged"]) == (0, 5)
