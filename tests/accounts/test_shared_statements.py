"""The statement of an account that serves several projects: each line to its project, else somebody is asked."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts import selectors
from accounts.models import LedgerEntry
from projects import imports
from projects.enums import ParticipantType
from tests.accounts.documents import NUMBER, Line, problems, statement, upload
from tests.accounts.factories import payroll, payroll_line, shared, special_account
from tests.organizations.factories import clerk, officer, organization
from tests.projects.factories import participation, project
from tests.workers.factories import card_number

pytestmark = pytest.mark.django_db
KIND = "bank-statement"
CARD, OTHER = card_number(), card_number()


@pytest.fixture
def school():
    return project(name="临翔区示范小学扩建项目")


@pytest.fixture
def nursery(school):
    made = project(name="临翔区幼儿园新建项目", contractor=school.general_contractor)
    participation(made, organization(name="幼儿园建设单位"), ParticipantType.CONSTRUCTION_UNIT)
    return made


@pytest.fixture
def account(school, nursery):
    return shared(special_account(school, number=NUMBER), nursery)


@pytest.fixture
def user(school):
    return clerk(school.general_contractor)


def owners(account) -> dict[str, int]:
    return dict(account.entries.values_list("serial", "project"))


def test_card_summary_and_construction_unit_tell_whose_a_line_is(school, nursery, account, user):
    line = payroll_line(payroll(nursery), name="张三", card_number=CARD)
    lines = [
        Line("S1", "9000", "拨付人工费 临翔区示范小学扩建项目", "临翔区教育局", on=date(2026, 10, 8)),
        Line("S2", "7000", "拨付人工费", "幼儿园建设单位", on=date(2026, 10, 8)),
        Line("S3", "-6000", name="张三", number=CARD),
    ]
    batch = upload(school, KIND, statement(lines, of=school), by=user)
    assert (batch.state, batch.accepted, batch.refused) == ("applied", 3, 0), problems(batch, "error")
    assert owners(account) == {"S1": school.pk, "S2": nursery.pk, "S3": nursery.pk}
    assert selectors.parts_of(account) == {school.pk: Decimal(9000), nursery.pk: Decimal(1000)}
    line.refresh_from_db()
    assert line.paid == 6000
    again = upload(school, KIND, statement(lines, of=school), by=user)
    assert (again.outcome["created"], again.outcome["unchanged"]) == (0, 3)


def test_a_card_known_at_both_projects_tells_nothing(school, nursery, account, user):
    for site in (school, nursery):
        payroll_line(payroll(site), name="张三", card_number=CARD)
    lines = [Line("S1", "-6000", "转账", name="张三", number=CARD)]
    batch = upload(school, KIND, statement(lines, of=school), by=user)
    assert batch.refused == 1
    assert "无法判断这笔属于哪个项目" in str(problems(batch, "error"))


def test_what_nothing_tells_is_asked_in_the_preview_and_answered_there(client, school, nursery, account, user):
    lines = [
        Line("S1", "9000", "拨付人工费", "某局", on=date(2026, 10, 8)),
        Line("S2", "9000", "临翔区示范小学扩建项目人工费", "某局", on=date(2026, 10, 8)),
    ]
    content = statement(lines, of=school)
    batch = imports.examine(imports.receive(school, KIND, content=content, filename="对账单.csv", by=user))
    client.force_login(user)
    page = client.get(batch.get_absolute_url()).content.decode()
    assert "请选择所属项目" in page
    (question,) = batch.options["questions"]
    choice = {f"answer-{question['key']}": str(nursery.pk)}
    client.post(reverse("imports:answer", args=[batch.pk]), {f"answer-{question['key']}": "999999"})
    batch.refresh_from_db()
    assert batch.refused == 1
    client.post(reverse("imports:answer", args=[batch.pk]), choice)
    batch.refresh_from_db()
    assert (batch.state, batch.accepted, batch.options["questions"]) == ("checked", 2, [])
    client.post(reverse("imports:apply", args=[batch.pk]))
    assert owners(account) == {"S1": nursery.pk, "S2": school.pk}


def test_spending_another_projects_money_is_noticed_and_flagged(client, school, nursery, account, user):
    payroll_line(payroll(nursery), name="张三", card_number=CARD)
    lines = [
        Line("S1", "9000", "临翔区示范小学扩建项目人工费", "某局", on=date(2026, 10, 8)),
        Line("S2", "-6000", name="张三", number=CARD),
    ]
    batch = upload(school, KIND, statement(lines, of=school), by=user)
    assert "支出超出所属项目自己的资金 6,000.00 元" in str(problems(batch, "notice"))
    assert selectors.overdrawn(account) == {LedgerEntry.objects.get(serial="S2").pk: Decimal(-6000)}
    client.force_login(officer())
    page = client.get(account.get_absolute_url()).content.decode()
    assert "动用了其他项目的工资款" in page
    assert "超出本项目资金" in page
    assert "动用其他项目资金" in page
    only = client.get(account.get_absolute_url(), {"overdrawn": "on"}).content.decode()
    assert "S2" in only
    assert ">S1<" not in only


def test_the_parts_of_a_shared_account_stand_on_the_project_pages(client, school, nursery, account, user):
    lines = [
        Line("S1", "9000", "临翔区示范小学扩建项目人工费", "某局", on=date(2026, 10, 8)),
        Line("S2", "7000", "拨付人工费", "幼儿园建设单位", on=date(2026, 10, 8)),
    ]
    upload(nursery, KIND, statement(lines, of=nursery), by=user)
    client.force_login(officer())
    for site, own in ((school, "9,000.00"), (nursery, "7,000.00")):
        page = client.get(reverse("accounts:project_money", args=[site.pk])).content.decode()
        tiles = page[page.index('class="tiles"') : page.index("尚欠工资")]
        assert own in tiles
        assert "16,000.00" in tiles
