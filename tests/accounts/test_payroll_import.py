from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from accounts.models import Payroll, PayrollLine
from core import crypto
from projects import imports
from tests.accounts.documents import Person, payroll, problems, saved, upload
from tests.accounts.factories import entry, payroll_line, special_account
from tests.accounts.factories import payroll as make_payroll
from tests.organizations.factories import clerk
from tests.projects.factories import project
from tests.workers.factories import attendance, bank_card, card_number, engagement, id_number, worker

pytestmark = pytest.mark.django_db
KIND = "payroll"
SEPTEMBER = date(2026, 9, 1)


@pytest.fixture
def site():
    return project(name="临翔区示范小学扩建项目")


@pytest.fixture
def user(site):
    return clerk(site.general_contractor)


def registered(site, person: Person, days: int = 25):
    """Somebody of the register who worked in September."""
    found = engagement(site, worker(name=person.name, id_number=person.id_number), entered_on=date(2026, 8, 1))
    attendance(found, *(date(2026, 9, day) for day in range(1, days + 1)))
    return found


def test_lines_become_the_months_payroll(site, user):
    people = [Person("张三", due=6500, deducted=500), Person("李四", due=Decimal("7150.50"))]
    known = registered(site, people[0])
    registered(site, people[1])
    second = f"项目名称：{site}    发放日期：2026年10月15日"
    batch = upload(site, KIND, payroll(people, second=second), by=user)
    assert (batch.state, batch.accepted, batch.refused, batch.notices) == ("applied", 2, 0, 0)
    made = Payroll.objects.get()
    assert (made.month, made.pay_on, made.created_by) == (SEPTEMBER, date(2026, 10, 15), user)
    line = made.lines.get(engagement=known)
    assert (line.due, line.deducted, line.net, line.paid) == (6500, 500, 6000, 0)
    assert (line.name, line.team, line.days) == ("张三", known.team, 25)
    assert line.id_number == people[0].id_number
    assert bytes(line.card_number_index) == crypto.blind_index(people[0].card)
    assert line.card_last4 == people[0].card[-4:]


def test_deductions_in_columns_of_their_own_are_summed(site, user):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["2026年9月农民工工资发放表"])
    sheet.append(["姓名", "公民身份号码", "岗位", "应发金额", "代扣款项", None, None, "个税", "实发金额", "工资卡号"])
    sheet.append([None, None, None, None, "社保个人部分", "借支", "伙食", None, None, None])
    for place in ("A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:G2", "H2:H3", "I2:I3", "J2:J3"):
        sheet.merge_cells(place)
    sheet.append(["张三", id_number(), "木工", 8000, 300.5, 500, "", 12.25, "=D4-E4-F4-G4-H4", card_number()])
    sheet.append(["李四", id_number(), "木工", 8000, 300, 500, 100, 12, 8000, card_number()])
    batch = upload(site, KIND, saved(book), by=user)
    assert (batch.accepted, batch.refused) == (1, 1)
    line = PayrollLine.objects.get()
    assert (line.deducted, line.net) == (Decimal("812.75"), Decimal("7187.25"))
    assert problems(batch, "error")[0] == (
        5,
        "应发 8,000.00 元减扣款 912.00 元应为 7,088.00 元，实发写的是 8,000.00 元，请核对。",
    )


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (Person("王五", due=6000, deducted=100, net=5999), "请核对"),
        (Person("王五", due=Decimal("6000.005"), net=6000), "小数超过两位"),
        (Person("王五", due=-100, net=-100), "不能为负数"),
        (Person("王五", due=100, deducted=-50, net=150), "不能为负数"),
        (Person("王五", id_number="530902198503150010"), "校验位不符"),
        (Person("王五", card="6217004671835732780"), "校验位不符"),
        (Person("", due=1), "姓名"),
    ],
)
def test_a_bad_line_is_refused_with_words_and_the_good_one_is_taken(site, user, bad, words):
    batch = upload(site, KIND, payroll([Person("张三"), bad]), by=user)
    assert (batch.accepted, batch.refused) == (1, 1)
    ((row, message),) = problems(batch, "error")
    assert row == 5
    assert words in message
    assert bad.id_number not in message
    assert PayrollLine.objects.get().name == "张三"


def test_somebody_twice_in_the_sheet_is_refused_the_second_time(site, user):
    number = id_number()
    batch = upload(site, KIND, payroll([Person(id_number=number), Person(id_number=number, due=1)]), by=user)
    assert problems(batch, "error") == [(5, "与第 4 行是同一人，同一人同月只能有一行，请合并。")]
    assert PayrollLine.objects.get().due == 6000


def test_money_for_people_the_register_does_not_know_is_taken_with_a_notice(site, user):
    batch = upload(site, KIND, payroll([Person()]), by=user)
    assert "不在花名册" in problems(batch, "notice")[0][1]
    assert PayrollLine.objects.get().engagement is None


def test_the_sheet_is_compared_with_attendance_cards_and_common_sense(site, user):
    card = card_number()
    absent, longer, rich = Person("甲一"), Person("乙二", days=27), Person("丙三", due=68000)
    one, other = Person("丁四", card=card), Person("戊五", card=card)
    engagement(site, worker(name="甲一", id_number=absent.id_number))
    for person in (longer, rich, one, other):
        registered(site, person)
    batch = upload(site, KIND, payroll([absent, longer, rich, one, other]), by=user)
    assert (batch.accepted, batch.refused) == (5, 0)
    found = dict(problems(batch, "notice"))
    assert "没有考勤记录" in found[4]
    assert "27 天与考勤 25 天不同" in found[5]
    assert "超过 50,000" in found[6]
    assert "同用一张银行卡" in found[7]
    assert "同用一张银行卡" in found[8]
    assert card not in str(found)


def test_a_wrong_total_is_noticed(site, user):
    for total, notices in ((6000, 0), (6100, 1)):
        person = Person()
        registered(site, person)
        batch = upload(site, KIND, payroll([person], total=total, title=f"2026年{9 - notices}月工资表"), by=user)
        assert len([message for _, message in problems(batch, "notice") if "合计" in message]) == notices


def test_the_same_sheet_twice_changes_nothing(site, user):
    content = payroll([Person("张三"), Person("李四")])
    upload(site, KIND, content, by=user)
    before = list(PayrollLine.objects.values())
    batch = upload(site, KIND, content, by=user)
    assert batch.outcome == {"created": 0, "updated": 0, "unchanged": 2}
    assert list(PayrollLine.objects.values()) == before


def test_a_mended_sheet_updates_what_is_not_paid_and_refuses_what_is(site, user):
    paid, unpaid = Person("张三"), Person("李四")
    upload(site, KIND, payroll([paid, unpaid]), by=user)
    account = special_account(site)
    payout = {"counterparty_name": "张三", "counterparty_number": paid.card, "summary": "代发工资2026年9月"}
    entry(account, "-6000", "wage", **payout)
    upload(site, KIND, payroll([paid, unpaid]), by=user)
    paid.due = paid.net = 6100
    unpaid.due = unpaid.net = 6200
    batch = upload(site, KIND, payroll([paid, unpaid]), by=user)
    assert batch.outcome == {"created": 0, "updated": 1, "unchanged": 0}
    assert "已由银行发放" in problems(batch, "error")[0][1]
    assert dict(PayrollLine.objects.values_list("name", "net")) == {"张三": 6000, "李四": 6200}


def test_a_card_the_sheet_leaves_out_is_taken_from_the_register(site, user):
    person = Person()
    card = bank_card(registered(site, person).worker)
    content = payroll([person])
    upload(site, KIND, _without_card(content), by=user)
    assert PayrollLine.objects.get().card_number == card.number


def _without_card(content: bytes) -> bytes:
    import io

    book = openpyxl.load_workbook(io.BytesIO(content))
    book.active["I4"] = None
    return saved(book)


@pytest.mark.parametrize(
    ("title", "second", "words"),
    [
        ("农民工工资发放表", "", "看不出是哪个月"),
        ("2026年12月农民工工资发放表", "", "还没有到"),
        ("2026年9月工资表", "项目名称：凤庆县老年公寓改造项目", "不是本项目"),
    ],
)
def test_a_sheet_of_no_month_a_month_to_come_or_another_project_is_refused_whole(site, user, title, second, words):
    batch = upload(site, KIND, payroll([Person()], title=title, second=second), by=user)
    assert batch.state == "refused"
    assert words in batch.message
    assert not Payroll.objects.exists()


def test_the_month_may_stand_in_a_column(site, user):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["月份", "姓名", "证件号码", "应发", "实发", "工资卡号"])
    sheet.append(["2026-09", "张三", id_number(), 5000, 5000, card_number()])
    sheet.append(["202609", "李四", id_number(), 5000, 5000, card_number()])
    batch = upload(site, KIND, saved(book), by=user)
    assert batch.accepted == 2
    assert Payroll.objects.get().month == SEPTEMBER


def test_two_teams_fill_one_payroll(site, user):
    upload(site, KIND, payroll([Person("张三")]), by=user)
    upload(site, KIND, payroll([Person("李四")]), by=user)
    assert Payroll.objects.get().lines.count() == 2


def test_a_person_of_another_site_is_not_in_this_register(site, user):
    person = Person()
    registered(project(), person)
    batch = upload(site, KIND, payroll([person]), by=user)
    assert "不在花名册" in problems(batch, "notice")[0][1]


def test_an_earlier_payroll_keeps_its_figures(site, user):
    august = payroll_line(make_payroll(site, date(2026, 8, 1)))
    upload(site, KIND, payroll([Person()]), by=user)
    august.refresh_from_db()
    assert august.net == 6000
    assert Payroll.objects.count() == 2


def test_somebody_registered_since_is_found_also_when_paid_already(site, user):
    person = Person("张三")
    upload(site, KIND, payroll([person]), by=user)
    facts = {"counterparty_name": "张三", "counterparty_number": person.card, "summary": "代发工资2026年9月"}
    entry(special_account(site), "-6000", "wage", **facts)
    upload(site, KIND, payroll([person]), by=user)
    assert PayrollLine.objects.get().is_paid
    known = registered(site, person)
    batch = upload(site, KIND, payroll([person]), by=user)
    assert batch.outcome == {"created": 0, "updated": 1, "unchanged": 0}
    assert PayrollLine.objects.get().engagement == known


def test_the_preview_shows_what_is_taken_off(site, user):
    received = imports.receive(
        site, KIND, content=payroll([Person(due=8100, deducted=500)]), filename="9.xlsx", by=user
    )
    cells = dict(imports.examine(received).preview[0]["cells"])
    assert [cells[label] for label in ("应发工资", "扣款合计", "实发工资")] == ["8,100.00", "500.00", "7,600.00"]
