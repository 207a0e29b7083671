"""The bank's answer to a batch, as a sheet: what is taken, what is refused and in which words."""

import io
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from accounts.enums import BatchState, MovementKind, OrderState, SheetState
from accounts.models import Payout, PayrollLine
from accounts.services import match_payouts, record_results
from core.models import AuditEntry
from tests.accounts.documents import problems, saved, upload
from tests.accounts.factories import entry, set_paid
from tests.accounts.payouts import Site, answer, orders, paid, refused, result_file
from tests.organizations.factories import bank, bank_clerk
from tests.projects.factories import project
from tests.workers.factories import attendance

pytestmark = pytest.mark.django_db
KIND = "payout-result"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def batch(site):
    return site.batch(site.sheet(*(site.person() for _ in range(3))))


def send(site, content, *, by=None, filename=""):
    return upload(site.project, KIND, content, by=by or site.banker, filename=filename)


def errors(sent) -> list[str]:
    return [message for _, message in problems(sent, "error")]


def states(batch) -> list[str]:
    return [order.state for order in orders(batch)]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_what_the_bank_answers_ends_each_payment(site, batch, encoding):
    first, second, third = orders(batch)
    rows = [answer(first), answer(second, "失败", "户名不符"), answer(third, "退票：账户已销户")]
    rows[2][6] = ""
    sent = send(site, result_file(batch, rows, encoding=encoding))
    assert (sent.state, sent.outcome["updated"]) == ("applied", 3), problems(sent, "error")
    found = [(order.state, order.reason, order.serial) for order in orders(batch)]
    assert found == [
        (OrderState.PAID, "", f"BK{first.pk:08d}"),
        (OrderState.REFUSED, "户名不符", ""),
        (OrderState.REFUSED, "退票：账户已销户", ""),
    ]
    batch.refresh_from_db()
    assert batch.state == BatchState.DONE
    assert first.line.sheet.__class__.objects.get(pk=first.line.sheet_id).state == SheetState.PARTLY
    payout = Payout.objects.get()
    assert (payout.amount, payout.paid_on, payout.line_id) == (Decimal("6000"), date(2026, 11, 2), first.line_id)
    assert AuditEntry.objects.filter(action="payout.result").count() == 1


def test_the_same_file_twice_changes_nothing(site, batch):
    content = result_file(batch, [answer(order) for order in orders(batch)])
    send(site, content)
    again = send(site, content + b"\r\n")
    assert (again.outcome["updated"], again.outcome["unchanged"]) == (0, 3)
    assert Payout.objects.count() == 3


def test_what_is_still_processed_waits_for_another_file(site, batch):
    first, second, third = orders(batch)
    send(site, result_file(batch, [answer(first), answer(second, "银行处理中", serial="-"), answer(third, "待审批")]))
    assert states(batch) == ["paid", "waiting", "waiting"]
    batch.refresh_from_db()
    assert batch.state == BatchState.SENT
    send(site, result_file(batch, [answer(order) for order in orders(batch)]))
    assert states(batch) == ["paid"] * 3
    assert site.project.payroll_sheets.get().state == SheetState.PAID


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({3: "5999.99"}, "金额与批次中的 6,000.00 元不同"),
        ({2: "别人"}, "收款人与批次中第 1 笔不同"),
        ({1: "6222020000000999997"}, "收款账号与批次中第 1 笔不同"),
        ({6: ""}, "成功的一笔须有交易流水号"),
        ({7: ""}, "成功的一笔须有交易时间"),
        ({7: "20261103120000"}, "交易时间晚于现在"),
        ({7: "20250101120000"}, "交易时间早于批次提交的日期"),
        ({4: "失败", 5: ""}, "退回的一笔须写明原因"),
        ({4: "甲乙丙"}, "看不懂处理状态“甲乙丙”"),
        ({0: "77", 2: "别人"}, "没有收款账号、收款人和金额都相同的一笔"),
        ({0: "77", 3: "5999.99"}, "金额与批次中的不同"),
        ({0: "", 1: "", 2: ""}, "认不出是哪一笔"),
        ({6: "9" * 65}, "流水号超过 64 个字符"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_in_plain_words(site, batch, change, said):
    order = orders(batch)[0]
    row = answer(order)
    for at, cell in change.items():
        row[at] = cell
    sent = send(site, result_file(batch, [row]))
    assert any(said in message for message in errors(sent)), errors(sent)
    assert states(batch) == ["waiting"] * 3


def test_one_bad_row_does_not_hold_up_the_others(site, batch):
    rows = [answer(order) for order in orders(batch)]
    rows[1][3] = "1.00"
    assert send(site, result_file(batch, rows)).accepted == 2
    assert states(batch) == ["paid", "waiting", "paid"]


def test_without_numbers_the_payee_tells_which_payment(site, batch):
    rows = [answer(order) for order in reversed(orders(batch))]
    for row in rows:
        row[0] = ""
    send(site, result_file(batch, rows))
    assert states(batch) == ["paid"] * 3


def test_a_file_that_counts_its_rows_by_itself_is_told_by_the_payee(site, batch):
    rows = [answer(order) for order in reversed(orders(batch))]
    for number, row in enumerate(rows, 1):
        row[0] = number
    sent = send(site, result_file(batch, rows))
    assert not errors(sent)
    assert [order.serial for order in orders(batch)] == [f"BK{order.pk:08d}" for order in orders(batch)]


@pytest.mark.parametrize("word", ["待入账", "已受理", "银行处理中", "未支付", "待审批"])
def test_what_is_doubtful_is_never_taken_for_paid(site, batch, word):
    send(site, result_file(batch, [answer(order, word) for order in orders(batch)]))
    assert states(batch) == ["waiting"] * 3


def test_the_remark_of_our_file_names_the_payment(site, batch):
    head = "收款账号名称,金额,交易状态,附言,流水号,交易日期"
    rows = [
        [o.name, o.amount, "已入账", f"{batch.number}-{o.number}", f"S{o.pk}", "2026-11-02"] for o in orders(batch)
    ]
    sent = send(site, "\r\n".join([head, *(",".join(map(str, row)) for row in rows)]).encode())
    assert states(batch) == ["paid"] * 3, problems(sent, "error")


def test_a_workbook_is_read_as_well(site, batch):
    book = openpyxl.Workbook()
    book.active.append([f"代发结果　批次号：{batch.number}"])
    book.active.append(["序号", "收款账号", "收款人", "金额", "状态", "原因", "流水号", "处理时间"])
    for order in orders(batch):
        book.active.append([*answer(order)[:7], datetime(2026, 11, 2, 9, 30, tzinfo=SHANGHAI).replace(tzinfo=None)])
    send(site, saved(book), filename="结果.xlsx")
    assert states(batch) == ["paid"] * 3
    assert orders(batch)[0].settled_at == datetime(2026, 11, 2, 9, 30, tzinfo=SHANGHAI)


def test_two_equal_payments_of_one_person_need_their_number(site):
    person = site.person()
    sheets = [site.sheet(person)]
    attendance(person, date(2026, 8, 4))
    sheets.append(site.sheet(person, month=date(2026, 8, 1)))
    batch = site.batch(*sheets)
    rows = [answer(order) for order in orders(batch)]
    for row in rows:
        row[0] = ""
    assert "与第 1、2 笔都相同" in errors(send(site, result_file(batch, rows)))[0]
    send(site, result_file(batch, [answer(order) for order in orders(batch)]))
    assert states(batch) == ["paid", "paid"]


def test_serials_are_used_once(site, batch):
    first, second, third = orders(batch)
    rows = [answer(first, serial="S1"), answer(second, serial="S1"), answer(third, serial="S2")]
    assert len(errors(send(site, result_file(batch, rows)))) == 2
    assert states(batch) == ["waiting", "waiting", "paid"]
    sent = send(site, result_file(batch, [answer(first, serial="S2"), answer(second, serial="S3")]))
    assert errors(sent) == ["流水号已用于另一笔发放，请核对。"]
    assert states(batch) == ["waiting", "paid", "paid"]


def test_what_contradicts_the_record_is_refused(site, batch):
    first, second, _ = orders(batch)
    record_results(site.project, [paid(first, "S1"), refused(second)], by=site.banker)
    rows = [answer(first, "失败", "户名不符"), answer(second, serial="S9")]
    told = errors(send(site, result_file(batch, rows)))
    assert "已登记为“已发放”" in told[0]
    assert "退汇" in told[0]
    assert "已登记为“已退回”" in told[1]
    assert "流水号是 S1" in errors(send(site, result_file(batch, [answer(first, serial="S7")])))[0]
    assert states(batch) == ["paid", "refused", "waiting"]


def test_a_line_the_comparison_kept_back_was_never_at_the_bank(site):
    people = [site.person(), site.person(carded=False)]
    batch = site.batch(site.sheet(*people))
    kept = orders(batch)[1]
    row = answer(kept, serial="S1")
    assert "没有交银行办理" in errors(send(site, result_file(batch, [row])))[0]


def test_a_wage_paid_meanwhile_by_other_means_does_not_stop_the_file(site, batch):
    first = orders(batch)[0]
    set_paid(first.line, 6000)
    sent = send(site, result_file(batch, [answer(order) for order in orders(batch)]))
    assert (sent.state, sent.notices) == ("applied", 1)
    assert states(batch) == ["paid"] * 3
    assert Payout.objects.get(order=first).line is None
    assert PayrollLine.objects.get(pk=first.line_id).paid == 6000


def test_another_project_and_another_bank_know_nothing_of_the_batch(site, batch):
    content = result_file(batch, [answer(order) for order in orders(batch)])
    elsewhere = Site(of=project(contractor=site.project.general_contractor), place=site.bank)
    assert "没有文件所写的代发批次" in send(elsewhere, content).message
    stranger = bank_clerk(bank())
    assert "没有文件所写的代发批次" in send(site, content, by=stranger).message
    assert states(batch) == ["waiting"] * 3


def test_the_contractors_clerk_may_send_it_too(site, batch):
    send(site, result_file(batch, [answer(order) for order in orders(batch)]), by=site.clerk)
    assert states(batch) == ["paid"] * 3


def test_a_file_in_fen_is_read_in_fen(site, batch):
    book = io.StringIO()
    book.write(f"#批次号：{batch.number}\n#注意：本文件中的金额均以分为单位！\n")
    book.write("顺序号|收款账号|收款账号名称|金额|处理状态|失败原因|流水号|交易时间\n")
    for order in orders(batch):
        cells = answer(order)
        cells[3] = "600000"
        book.write("|".join(map(str, cells)) + "\n")
    sent = send(site, book.getvalue().encode("gb18030"), filename="结果.txt")
    assert states(batch) == ["paid"] * 3, (sent.message, errors(sent))


# --- and the ledger --------------------------------------------------------------------------------------------------


def book_wage(site, order, serial, *, on=date(2026, 11, 2), summary="代发工资"):
    words = {"counterparty_name": order.name, "counterparty_number": order.card_number, "summary": summary}
    return entry(site.account, -order.amount, MovementKind.WAGE, serial=serial, booked_on=on, **words)


def test_result_and_statement_end_alike_in_either_order(site):
    ends = []
    for statement_first in (True, False):
        batch = site.batch(site.sheet(*(site.person() for _ in range(2)), name=f"班{statement_first}"))
        serials = {order.pk: f"S{order.pk}" for order in orders(batch)}
        content = result_file(batch, [answer(o, serial=serials[o.pk]) for o in orders(batch)])

        def state(batch=batch, serials=serials):
            for order in orders(batch):
                book_wage(site, order, serials[order.pk])
            match_payouts(site.project, by=site.banker)

        def result(content=content):
            assert not errors(send(site, content))

        for act in (state, result) if statement_first else (result, state):
            act()
        found = Payout.objects.filter(order__batch=batch)
        ends.append(
            (
                states(batch),
                [payout.serial == serials[payout.order_id] for payout in found],
                [payout.entry_id is not None for payout in found],
                [line.paid for line in PayrollLine.objects.filter(orders__batch=batch)],
                {line.sheet.state for line in PayrollLine.objects.filter(orders__batch=batch)},
            )
        )
    assert ends[0] == ends[1]
    assert ends[0][0] == ["paid", "paid"]
    assert ends[0][2] == [True, True]
    assert ends[0][4] == {SheetState.PAID}


def test_a_movement_set_to_the_wrong_month_follows_the_banks_word(site):
    """The ledger alone pays the oldest month owed; the bank says it was September's."""
    person = site.person()
    attendance(person, date(2026, 8, 4))
    august = site.sheet(person, month=date(2026, 8, 1))
    september = site.sheet(person)
    batch = site.batch(september)
    order = orders(batch)[0]
    book_wage(site, order, "S1")
    match_payouts(site.project, by=site.banker)
    august.refresh_from_db()
    assert (august.state, states(batch)) == (SheetState.PAID, ["waiting"])
    sent = send(site, result_file(batch, [answer(order, serial="S1")]))
    assert not errors(sent)
    assert states(batch) == ["paid"]
    august.refresh_from_db()
    september.refresh_from_db()
    assert (august.state, september.state) == (SheetState.REFUSED, SheetState.PAID)
    assert list(PayrollLine.objects.order_by("month").values_list("paid", flat=True)) == [0, 6000]
    assert Payout.objects.get().month == date(2026, 9, 1)
