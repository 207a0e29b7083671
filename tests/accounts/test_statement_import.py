from datetime import date, time, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.utils import timezone

from accounts.enums import MovementKind
from accounts.models import LedgerEntry, SpecialAccount
from core import crypto
from projects import imports
from projects.enums import Status
from projects.models import ChangedProject
from tests.accounts.documents import NUMBER, SHAPES, Line, problems, saved, statement, upload
from tests.accounts.factories import special_account
from tests.organizations.factories import bank, bank_clerk, clerk, organization
from tests.projects.factories import project
from tests.workers.factories import bank_card, engagement

pytestmark = pytest.mark.django_db
KIND = "bank-statement"


@pytest.fixture
def site():
    return project(name="临翔区示范小学扩建项目", contractor=organization(name="云南滇南建筑工程有限公司"))


@pytest.fixture
def user(site):
    return clerk(site.general_contractor)


@pytest.fixture
def account(site):
    return special_account(site, number=NUMBER)


def lines() -> list[Line]:
    return [
        Line("S1", "100000.00", "拨付人工费", "临翔区教育局", "5300111111111111", date(2026, 10, 8)),
        Line("S2", "-6000.00", name="张三", number="6217004671835732783"),
        Line("S3", "-5500.50", name="李四", number="6217008735602505254"),
        Line("S4", "-10.00", "代发手续费"),
        Line("S5", "12.34", "利息"),
        Line("S6", "-2000.00", "材料款", "某建材经营部", "53052222222222222", date(2026, 10, 18)),
    ]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-8"])
def test_statements_of_several_banks_and_encodings_fill_the_same_ledger(site, user, account, shape, encoding):
    batch = upload(site, KIND, statement(lines(), of=site, shape=shape, encoding=encoding), by=user)
    assert (batch.state, batch.accepted, batch.refused, batch.notices) == ("applied", 6, 0, 0)
    kinds = list(account.entries.order_by("sequence").values_list("serial", "kind"))
    assert kinds == [
        ("S1", MovementKind.LABOUR_COST),
        ("S2", MovementKind.WAGE),
        ("S3", MovementKind.WAGE),
        ("S4", MovementKind.FEE),
        ("S5", MovementKind.INTEREST),
        ("S6", MovementKind.OTHER_OUT),
    ]
    last = account.entries.order_by("-sequence").first()
    assert last.balance == last.stated_balance == Decimal("86501.84")
    wage = account.entries.get(serial="S2")
    assert (wage.amount, wage.direction, f"{wage.booked_on}") == (Decimal("6000.00"), "out", "2026-10-15")
    assert wage.booked_time in (None, time(10, 30))
    assert bytes(wage.counterparty_number_index) == crypto.blind_index("6217004671835732783")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_statement_that_runs_from_new_to_old_is_turned_round(site, user, account, shape):
    upload(site, KIND, statement(lines(), of=site, opening="500", shape=shape, descending=True), by=user)
    serials = list(account.entries.order_by("sequence").values_list("serial", flat=True))
    assert serials[1:] == ["S1", "S2", "S3", "S4", "S5", "S6"]
    assert not any(entry.stated_differs for entry in account.entries.all())


def test_a_descending_statement_of_one_day_is_told_by_its_balances(site, user, account):
    day = [Line(f"D{n}", "-100", name="张三", number="6217004671835732783") for n in range(4)]
    upload(site, KIND, statement(day, of=site, opening="1000", descending=True), by=user)
    serials = account.entries.order_by("sequence").values_list("serial", flat=True)
    assert list(serials)[1:] == ["D0", "D1", "D2", "D3"]


def test_what_stood_on_the_account_before_becomes_an_opening_entry(site, user, account):
    upload(site, KIND, statement(lines(), of=site, opening="2350000"), by=user)
    first = account.entries.order_by("sequence").first()
    assert (first.kind, first.amount, first.balance) == (MovementKind.OPENING, 2350000, 2350000)


def test_the_same_file_twice_changes_nothing(site, user, account):
    content = statement(lines(), of=site, opening="500")
    upload(site, KIND, content, by=user)
    before, marks = list(LedgerEntry.objects.values()), ChangedProject.objects.count()
    batch = upload(site, KIND, content, by=user)
    assert batch.outcome == {"created": 0, "updated": 0, "unchanged": 6}
    assert list(LedgerEntry.objects.values()) == before
    assert ChangedProject.objects.count() == marks


def test_an_overlapping_statement_adds_only_its_new_lines(site, user, account):
    upload(site, KIND, statement(lines()[:4], of=site, opening="500"), by=user)
    batch = upload(site, KIND, statement(lines()[2:], of=site, opening="94500"), by=user)
    assert batch.outcome["created"] == 2
    assert problems(batch, "notice") == []
    assert account.entries.order_by("-sequence").first().balance == Decimal("87001.84")


def test_a_tampered_balance_is_a_notice_at_its_row_and_the_line_is_taken(site, user, account):
    tampered = lines()
    tampered[2].balance = Decimal("89499.50")
    batch = upload(site, KIND, statement(tampered, of=site), by=user)
    assert (batch.accepted, batch.refused) == (6, 0)
    ((row, message),) = problems(batch, "notice")
    assert row == 5
    assert "89,499.50" in message
    assert "88,499.50" in message
    assert "多 1,000.00 元" in message
    entry = account.entries.get(serial="S3")
    assert entry.stated_balance - entry.balance == 1000
    assert account.entries.get(serial="S4").stated_differs is False
    assert problems(upload(site, KIND, statement(tampered, of=site), by=user), "notice") == [(row, message)]


def test_a_tampered_first_balance_does_not_move_the_whole_chain(site, user, account):
    tampered = lines()
    tampered[0].balance = Decimal("777777")
    batch = upload(site, KIND, statement(tampered, of=site), by=user)
    assert [row for row, _ in problems(batch, "notice")] == [3]
    assert not account.entries.filter(kind=MovementKind.OPENING).exists()


def test_a_missing_line_is_noticed_once_where_it_is_missing(site, user, account):
    without = lines()
    del without[1]
    for line, balance in zip(without, ["100000", "88499.50", "88489.50", "88501.84", "86501.84"], strict=True):
        line.balance = Decimal(balance)
    batch = upload(site, KIND, statement(without, of=site, opening="6000"), by=user)
    assert len(problems(batch, "notice")) == 1


def test_a_known_serial_with_another_amount_is_refused_at_its_row(site, user, account):
    upload(site, KIND, statement(lines(), of=site), by=user)
    changed = lines()
    changed[1].amount = "-6000.01"
    batch = upload(site, KIND, statement(changed, of=site), by=user)
    assert (batch.accepted, batch.refused) == (5, 1)
    assert problems(batch, "error") == [(4, "流水号已存在且内容不同，请向银行核对。")]
    assert account.entries.get(serial="S2").amount == 6000


def test_three_decimals_and_repeated_serials_are_refused_and_the_rest_is_taken(site, user, account):
    bad = [*lines(), Line("S1", "-5.00"), Line("S7", "-1.00")]
    content = statement(bad, of=site, encoding="utf-8").replace(b"5,500.50", b"5500.505", 1)
    batch = upload(site, KIND, content, by=user)
    assert [row for row, _ in problems(batch, "error")] == [5, 9]
    assert "小数超过两位" in problems(batch, "error")[0][1]
    assert batch.accepted == 6


def test_a_line_without_or_with_two_amounts_is_refused(site, user, account):
    content = statement(lines(), of=site, encoding="utf-8")
    content = content.replace(b',"6,000.00",,', b",,,").replace(b',"5,500.50",,', b',"5,500.50",1.00,')
    batch = upload(site, KIND, content, by=user)
    assert [row for row, _ in problems(batch, "error")] == [4, 5]


def test_late_lines_are_appended_in_order_of_arrival_with_a_notice(site, user, account):
    upload(site, KIND, statement(lines(), of=site), by=user)
    late = [Line("L1", "-100", name="王五", number="6222020000000000000", on=date(2026, 10, 9))]
    batch = upload(site, KIND, statement(late, of=site, opening="86501.84"), by=user)
    assert "按到达顺序入账" in problems(batch, "notice")[0][1]
    assert account.entries.order_by("-sequence").first().serial == "L1"


def test_a_count_that_is_not_the_number_of_lines_is_noticed(site, user, account):
    batch = upload(site, KIND, statement(lines(), of=site, foot="合计笔数：7"), by=user)
    assert problems(batch, "notice") == [(9, "文件写明共 7 笔，实际读到 6 笔，请核对是否缺行。")]


@pytest.mark.parametrize(
    "foot", ["借方总笔数：4 贷方总笔数：2", "共 6 笔", "合计：借方 13,510.50 贷方 100,012.34", "打印时间：2026-10-31"]
)
def test_feet_that_agree_or_count_nothing_are_passed_over(site, user, account, foot):
    batch = upload(site, KIND, statement(lines(), of=site, foot=foot), by=user)
    assert (batch.accepted, batch.refused, problems(batch, "notice")) == (6, 0, [])


def test_a_workbook_with_numbers_as_numbers_reads_as_well(site, user, account):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["账号", NUMBER, None, "户名", account.name])
    sheet.append([])
    sheet.append(["交易日期", "流水号", "借贷标志", "交易金额", "账户余额", "摘要", "对方户名", "对方账号"])
    sheet.append([date(2026, 10, 8), "X1", "贷", 1000.1, 1000.1, "拨付人工费", "建设单位", "5300111111111111"])
    sheet.append([date(2026, 10, 15), "X2", "借", 1000.1, 0, "代发工资", "张　三", "6217004671835732783"])
    batch = upload(site, KIND, saved(book), by=user, filename="对账单.xlsx")
    assert (batch.accepted, batch.refused, batch.notices) == (2, 0, 0)
    assert account.entries.get(serial="X2").counterparty_name == "张三"


def test_a_statement_of_unknown_columns_asks_for_them_and_remembers(site, user, account):
    content = statement(lines(), of=site, shape="signed", encoding="utf-8").replace(
        "发生额".encode(), "进出".encode(), 1
    )
    batch = imports.examine(imports.receive(site, KIND, content=content, filename="对账单.csv", by=user))
    assert batch.state == "mapping"
    assert "交易金额" in batch.message
    batch = imports.examine(imports.remap(batch, {"进出": "amount"}))
    assert (batch.state, batch.accepted) == ("checked", 6)
    assert upload(site, KIND, content, by=user).accepted == 6


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("20261015,10:30:00,F1,代发工资,,,1,张三,6217004671835732783,", "没有发生额"),
        ('20261315,10:30:00,F1,代发工资,"1.00",,1,张三,6217004671835732783,', "没有“20261315”这一天"),
        ('20261015,10:30:00,,代发工资,"1.00",,1,张三,6217004671835732783,', "交易流水号：必填"),
        ('20261015,10:30:00,F1,代发工资,"一百",,1,张三,6217004671835732783,', "不是金额"),
    ],
)
def test_each_bad_cell_is_named_and_the_good_lines_are_taken(site, user, account, line, words):
    content = statement(lines(), of=site, encoding="utf-8", foot=line)
    batch = upload(
        site, KIND, content.replace(b'"' + line.encode().replace(b'"', b'""') + b'"', line.encode()), by=user
    )
    assert (batch.accepted, batch.refused) == (6, 1)
    assert words in problems(batch, "error")[0][1]


def test_a_first_statement_records_the_account_with_what_it_tells(site, user):
    batch = upload(site, KIND, statement(lines(), of=site), by=user)
    account = SpecialAccount.objects.get()
    assert account.number == NUMBER
    assert account.holder == site.general_contractor
    assert account.name == f"{site.general_contractor}{site}农民工工资专用账户"
    assert (account.bank, account.bank_name, account.opened_on) == (None, "", None)
    ((_, message),) = problems(batch, "notice")
    assert "请随后补全" in message
    assert NUMBER not in message


def test_a_bank_clerks_statement_names_the_bank(site):
    unit = bank(name="中国农业银行临沧分行")
    special_account(site, number="2510328559195900099", bank=unit)
    by = bank_clerk(unit)
    choose(asked(site, NUMBER, by), "second", by)
    assert SpecialAccount.objects.get(number_index=crypto.blind_index(NUMBER)).bank == unit


def test_a_bank_clerk_does_not_import_another_banks_statement(site, account):
    batch = upload(site, KIND, statement(lines(), of=site), by=bank_clerk(bank()))
    assert batch.state == "refused"
    assert "不在本行" in batch.message


def test_a_statement_of_another_project_is_refused(site, user):
    other = project(name="凤庆县老年公寓改造项目")
    batch = upload(site, KIND, statement(lines(), of=other), by=user)
    assert batch.state == "refused"
    assert "老年公寓" in batch.message
    assert not SpecialAccount.objects.exists()


def test_an_account_of_another_project_is_not_filled_from_here(site, user):
    special_account(project(), number=NUMBER)
    batch = upload(site, KIND, statement(lines(), of=site), by=user)
    assert "登记在其他项目名下" in batch.message
    assert not LedgerEntry.objects.exists()


def test_a_statement_without_an_account_goes_to_the_only_one(site, user, account):
    batch = upload(site, KIND, statement(lines(), of=site, number=None), by=user)
    assert batch.accepted == 6
    special_account(site)
    batch = upload(site, KIND, statement(lines(), of=site, number=None), by=user)
    assert "多个专户" in batch.message


def test_a_masked_account_number_is_refused_with_a_way_out(site, user, account):
    batch = upload(site, KIND, statement(lines(), of=site, number="2510****0017"), by=user)
    assert "完整账号" in batch.message


def test_completed_projects_and_cancelled_accounts_take_no_statement(site, user, account):
    account.status, account.cancelled_on = "cancelled", "2026-10-30"
    account.save()
    assert "已注销" in upload(site, KIND, statement(lines(), of=site), by=user).message
    batch_content = statement(lines(), of=site)
    site.status, site.completed_on = Status.COMPLETED, "2026-10-31"
    site.save()
    with pytest.raises(Exception, match="完工"):
        upload(site, KIND, batch_content, by=user)
    assert not LedgerEntry.objects.exists()


def test_a_negative_debit_is_money_taken_back(site, user, account):
    content = statement(lines(), of=site, encoding="utf-8").replace(b'"6,000.00"', b'"-6,000.00"')
    upload(site, KIND, content, by=user)
    entry = account.entries.get(serial="S2")
    assert (entry.direction, entry.kind, entry.amount) == ("in", MovementKind.RETURN, 6000)


def test_wages_are_what_goes_to_workers_whatever_the_summary_says(site, user, account):
    card = bank_card(engagement(site).worker).number
    moves = [
        Line("S0", "100000", "拨付人工费", "建设单位", "5300111111111111"),
        Line("S1", "-5000", "转账", "张三", card),
        Line("S2", "-5000", "网银转账", "李四", "6217008735602505254"),
        Line("S3", "-5000", "材料款", "张三", card),
        Line("S4", "-5000", "代发工资2026年9月", "临沧恒远劳务有限公司", "53052222222222222"),
        Line("S5", "-5000", "工资", "王五", "6217008735602505254"),
    ]
    upload(site, KIND, statement(moves, of=site), by=user)
    kinds = dict(account.entries.values_list("serial", "kind"))
    assert [serial for serial, kind in sorted(kinds.items()) if kind == MovementKind.WAGE] == ["S1", "S5"]
    assert kinds["S2"] == kinds["S3"] == kinds["S4"] == MovementKind.OTHER_OUT


def test_the_preview_masks_counterparties(site, user, account):
    content = statement(lines(), of=site)
    batch = imports.examine(imports.receive(site, KIND, content=content, filename="对账单.csv", by=user))
    assert "6217004671835732783" not in str(batch.preview)
    assert not LedgerEntry.objects.exists()


def test_a_serial_too_long_for_the_ledger_is_refused_at_its_cell(site, user, account):
    batch = upload(site, KIND, statement([*lines(), Line("X" * 65, "-1.00", "手续费")], of=site), by=user)
    assert (batch.state, batch.accepted) == ("applied", 6)
    assert problems(batch, "error") == [(9, "流水号有 65 个字符，超过 64 个，请核对是否错列。")]
    assert batch.problems.get(level="error").column == "C"


def test_a_line_of_tomorrow_is_refused_and_one_of_today_taken(site, user, account):
    today = timezone.localdate()
    days = [Line("S0", "5.00", "利息", on=today), Line("S9", "6.00", "利息", on=today + timedelta(days=1))]
    batch = upload(site, KIND, statement(days, of=site), by=user)
    assert (batch.accepted, [row for row, _ in problems(batch, "error")]) == (1, [4])
    assert "晚于今天" in problems(batch, "error")[0][1]


def test_a_known_serial_with_another_day_is_refused(site, user, account):
    upload(site, KIND, statement(lines(), of=site), by=user)
    other = lines()
    other[3].on = date(2026, 10, 16)
    batch = upload(site, KIND, statement(other, of=site), by=user)
    assert problems(batch, "error") == [(6, "流水号已存在且内容不同，请向银行核对。")]


# --- how it is shown before it is imported ---------------------------------------------------------------------------


def test_the_preview_reads_like_a_statement_and_shows_the_serial(site, user, account):
    first = Line("HQP20261115000001", "-6000.00", name="张三", number="6217004671835732783")
    batch = examined(site, user, statement([first, *lines()], of=site, opening="50000"))
    labels = [label for label, _ in batch.preview[0]["cells"]]
    assert labels[:6] == ["交易日期", "摘要", "收入", "支出", "余额", "对方户名"]
    cells = dict(batch.preview[0]["cells"])
    assert cells | {"交易流水号": "HQP20261115000001", "支出": "6,000.00", "收入": "", "对方账号": "尾号2783"} == cells
    assert "6217004671835732783" not in str(batch.preview)


def test_the_lines_are_counted_and_the_opening_is_told_apart(site, user, account, client):
    batch = examined(site, user, statement(lines(), of=site, opening="500"))
    assert (batch.accepted, batch.outcome["created"]) == (6, 6)
    assert batch.outcome_remark == "另记期初余额 500.00 元"
    client.force_login(user)
    assert "另记期初余额 500.00 元" in client.get(batch.get_absolute_url()).content.decode()
    batch = imports.apply(batch, by=user)
    assert (batch.outcome["created"], account.entries.count()) == (6, 7)
    page = client.get(account.get_absolute_url()).content.decode()
    assert "<strong>6</strong> 笔流水＋期初" in page
    again = examined(site, user, statement(lines(), of=site, opening="500"))
    assert (again.outcome["created"], again.outcome["unchanged"], again.outcome_remark) == (0, 6, "")


def test_a_problem_names_whom_the_money_went_to(site, user, account):
    batch = upload(site, KIND, statement([*lines(), Line("S2", "-1.00", name="王五")], of=site), by=user)
    assert batch.problems.get(level="error").who == "王五"


def examined(site, user, content: bytes):
    return imports.examine(imports.receive(site, KIND, content=content, filename="对账单.csv", by=user))


# --- fees given back -------------------------------------------------------------------------------------------------


def against(rows: list[tuple]) -> bytes:
    """(serial, 支出, 收入, summary, name, card); what a bank takes back stands negative on its own side."""
    text = f"账号：{NUMBER},户名：临翔区示范小学扩建项目农民工工资专用账户\r\n"
    text += "交易日期,流水号,支出,收入,摘要,对方户名,对方账号\r\n"
    text += "".join(f"2026-10-15,{','.join(row)}\r\n" for row in rows)
    return text.encode("gb18030")


def test_a_fee_taken_back_is_a_reversal_of_that_fee_and_no_returned_wage(site, user, account):
    rows = [("A1", "", "1000.00", "拨付人工费", "", ""), ("A2", "5.00", "", "代发手续费", "", "")]
    rows += [("A3", "5.00", "", "代发手续费", "", ""), ("A4", "-5.00", "", "手续费", "", "")]
    batch = upload(site, KIND, against(rows), by=user)
    assert (batch.state, batch.refused, batch.notices) == ("applied", 0, 0)
    back = account.entries.get(serial="A4")
    assert (back.kind, back.direction, back.reverses) == (
        MovementKind.REVERSAL,
        "in",
        account.entries.get(serial="A3"),
    )
    assert sorted(account.entries.standing().values_list("serial", flat=True)) == ["A1", "A2"]
    assert account.entries.order_by("-sequence").first().balance == Decimal("995.00")


def test_a_fee_of_an_earlier_statement_is_found_in_the_ledger(site, user, account):
    upload(
        site, KIND, against([("A1", "", "1000", "拨付人工费", "", ""), ("A2", "5.00", "", "手续费", "", "")]), by=user
    )
    upload(site, KIND, against([("A4", "-5.00", "", "手续费", "", "")]), by=user)
    assert account.entries.get(serial="A4").reverses.serial == "A2"
    again = upload(site, KIND, against([("A4", "-5.00", "", "手续费", "", "")]), by=user)
    assert again.outcome["created"] == 0


def test_each_fee_is_given_back_once_and_the_rest_is_noticed(site, user, account):
    rows = [("A1", "", "1000", "拨付人工费", "", ""), ("A2", "5.00", "", "手续费", "", "")]
    rows += [("A3", "-5.00", "", "手续费", "", ""), ("A4", "-5.00", "", "手续费", "", "")]
    batch = upload(site, KIND, against(rows), by=user)
    ((row, message),) = problems(batch, "notice")
    assert (row, "没有找到它所冲回的那笔手续费" in message) == (6, True)
    assert account.entries.get(serial="A3").reverses.serial == "A2"
    loose = account.entries.get(serial="A4")
    assert (loose.kind, loose.reverses) == (MovementKind.REVERSAL, None)


@pytest.mark.parametrize(
    ("spent", "came", "summary", "kind"),
    [
        ("-5.00", "", "手续费", MovementKind.REVERSAL),
        ("-5.00", "", "印花税", MovementKind.REVERSAL),
        ("-6000", "", "代发工资2026年9月", MovementKind.RETURN),
        ("-6000", "", "转账", MovementKind.RETURN),
        ("", "5.00", "退手续费", MovementKind.REVERSAL),
        ("", "5.00", "手续费冲正", MovementKind.REVERSAL),
        ("", "6000", "代发失败退回", MovementKind.RETURN),
        ("", "-6000", "拨付人工费", MovementKind.REVERSAL),
    ],
)
def test_what_was_taken_back_is_told_by_the_summary(site, user, account, spent, came, summary, kind):
    rows = [("A1", "", "90000", "拨付人工费", "", ""), ("A2", spent, came, summary, "张三", "6217004671835732783")]
    upload(site, KIND, against(rows), by=user)
    assert account.entries.get(serial="A2").kind == kind


# --- another account number ------------------------------------------------------------------------------------------

NEAR = NUMBER[:-2] + NUMBER[-1] + NUMBER[-2]  # two digits swapped
FAR = NUMBER[:-6] + "".join(str((int(digit) + 3) % 10) for digit in NUMBER[-6:])


def asked(site, number: str, user):
    content = statement(lines(), of=site, number=number)
    batch = imports.receive(site, KIND, content=content, filename="对账单.csv", by=user)
    return imports.examine(batch)


def choose(batch, value: str, user):
    [question] = batch.options["questions"]
    assert value in dict(question["choices"])
    batch = imports.examine(imports.answer(batch, {question["key"]: value}))
    return imports.apply(batch, by=user)


@pytest.mark.parametrize("number", [NEAR, FAR, NUMBER[:-1], NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)])
def test_an_unknown_number_makes_no_second_account_unless_somebody_says_so(site, user, account, number):
    batch = asked(site, number, user)
    assert batch.state == "refused"
    assert "选择之前不登记专户，也不入账" in batch.message
    assert ("很可能写错了" in batch.message) == (number != FAR)
    assert imports.apply(batch, by=user).state == "refused"
    assert imports.straight(asked(site, number, user), by=user).state == "refused"
    assert list(SpecialAccount.objects.all()) == [account]
    assert not account.entries.exists()


def test_a_wrong_number_is_booked_on_the_account_it_means(site, user, account):
    batch = choose(asked(site, NEAR, user), str(account.pk), user)
    assert (batch.state, batch.accepted) == ("applied", 6)
    assert f"经确认记入尾号{NUMBER[-4:]}的专户" in batch.outcome["remark"]
    assert account.entries.count() == 6
    assert SpecialAccount.objects.count() == 1


def test_a_real_second_account_is_recorded_once_it_is_confirmed(site, user, account):
    batch = choose(asked(site, FAR, user), "second", user)
    assert batch.state == "applied"
    assert f"经确认另行登记尾号{FAR[-4:]}的专户" in batch.outcome["remark"]
    assert SpecialAccount.objects.exclude(pk=account.pk).get().entries.count() == 6


def test_a_number_far_off_is_not_offered_for_the_account_that_is_there(site, user, account):
    [question] = asked(site, FAR, user).options["questions"]
    assert [value for value, _ in question["choices"]] == ["second"]


def test_a_bank_is_not_told_of_an_account_at_another_bank(site, account):
    own = bank()
    site_account = SpecialAccount.objects.get(pk=account.pk)
    special_account(site, bank=own, number=FAR)
    batch = asked(site, NEAR, bank_clerk(own))
    assert site_account.number_last4 not in batch.message.replace(f"（尾号{NEAR[-4:]}）", "")
    assert [value for value, _ in batch.options["questions"][0]["choices"]] == ["second"]


def test_the_page_asks_and_takes_the_answer(site, user, account, client):
    batch = asked(site, NEAR, user)
    client.force_login(user)
    address = batch.get_absolute_url()
    page = client.get(address).content.decode()
    assert "很可能写错了" in page
    assert 'type="radio"' in page
    assert "导入全部" not in page
    [question] = batch.options["questions"]
    page = client.post(
        f"{address}answer/", {f"answer-{question['key']}": str(account.pk)}, follow=True
    ).content.decode()
    assert "导入全部 6 行" in page
