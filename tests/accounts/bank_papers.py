"""Statements as banks print them for a company, made up: titles, order, signs and feet differ."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

import openpyxl

from tests.accounts.documents import NUMBER, Line, saved

HOLDER = "云南滇南建筑工程有限公司临翔区示范小学扩建项目农民工工资专用账户"


def _balances(lines: Sequence[Line]) -> list[Decimal]:
    balance, found = Decimal(0), []
    for line in lines:
        balance += Decimal(line.amount)
        found.append(balance)
    return found


def _sides(line: Line) -> tuple[Decimal | None, Decimal | None]:
    """(out, in)"""
    amount = Decimal(line.amount)
    return (-amount, None) if amount < 0 else (None, amount)


def _text(rows: list[list], encoding: str) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["" if cell is None else cell for cell in row] for row in rows])
    return buffer.getvalue().encode(encoding)


def icbc(lines: Sequence[Line]) -> tuple[str, bytes]:
    """GB18030, tabs against scientific notation, two sides and a sign besides, day and time in one column."""
    head = "凭证号,本方账号,对方账号,交易时间,借/贷,借方发生额,贷方发生额,对方行号,摘要,用途,对方单位名称,余额"
    rows = [
        [
            f"{line.serial}\t",
            f"{NUMBER}\t",
            f"{line.number}\t",
            f"{line.on:%Y-%m-%d} 10:30:00",
            "借" if Decimal(line.amount) < 0 else "贷",
            *("" if side is None else f"{side:,.2f}" for side in _sides(line)),
            "",
            line.summary,
            "",
            line.name,
            f"{balance:,.2f}",
        ]
        for line, balance in zip(lines, _balances(lines), strict=True)
    ]
    return "工商银行.csv", _text([["[企业账户明细]"], head.split(","), *rows], "gb18030")


def ccb(lines: Sequence[Line]) -> tuple[str, bytes]:
    """.xlsx, account in every row, sides named in brackets, times as 20261015 10:30:00, a serial with a long name."""
    book = openpyxl.Workbook()
    sheet = book.active
    head = "账号,账户名称,交易时间,借方发生额（支取）,贷方发生额（收入）,余额,币种,对方户名,对方账号"
    sheet.append([*head.split(","), "对方开户机构", "记账日期", "摘要", "备注", "账户明细编号-交易流水号"])
    for line, balance in zip(lines, _balances(lines), strict=True):
        out, come = _sides(line)
        day = f"{line.on:%Y%m%d}"
        sides = [out or Decimal(0), come or Decimal(0), balance]
        paid = [line.name, line.number, "某支行", day, line.summary, "", line.serial]
        sheet.append([NUMBER, HOLDER, f"{day} 10:30:00", *sides, "人民币元", *paid])
    return "建设银行.xlsx", saved(book)


def abc(lines: Sequence[Line]) -> tuple[str, bytes]:
    """Newest first, account above the table, income before expense, counts and totals below."""
    rows = [
        [f"{line.on:%Y-%m-%d} 10:30:00", line.serial, come, out, balance, "", line.number, line.name, line.summary]
        for line, balance in zip(lines, _balances(lines), strict=True)
        for out, come in [_sides(line)]
    ]
    head = "交易时间,日志号,收入金额,支出金额,账户余额,交易行名,对方账号,对方户名,交易用途"
    come, out = (sum((side or 0 for side in sides), Decimal(0)) for sides in zip(*map(_sides, lines), strict=True))
    foot = [[f"收入合计：{come} 支出合计：{out} 总笔数：{len(lines)}"]]
    above = [["账户明细"], [f"账号：{NUMBER}", f"户名：{HOLDER}"]]
    book = openpyxl.Workbook()
    for row in [*above, head.split(","), *rows[::-1], *foot]:
        book.active.append(row)
    return "农业银行.xlsx", saved(book)


def boc(lines: Sequence[Line]) -> tuple[str, bytes]:
    """Two languages in a heading, one signed column, account details above."""
    head = [
        *("交易日期[Transaction Date]", "交易时间[Transaction time]", "交易金额[Trade Amount]"),
        *("交易后余额[After-transaction balance]", "交易流水号[Transaction reference number]"),
        *("对方账号[Counterparty account]", "对方名称[Counterparty name]", "摘要[Reference]"),
    ]
    rows = [
        [
            *(f"{line.on:%Y%m%d}", "10:30:00", f"{Decimal(line.amount):,.2f}", f"{balance:,.2f}"),
            *(line.serial, line.number, line.name, line.summary),
        ]
        for line, balance in zip(lines, _balances(lines), strict=True)
    ]
    above = [[f"查询账号：{NUMBER}"], [f"账户名称：{HOLDER}"]]
    return "中国银行.csv", _text([*above, head, *rows], "utf-8-sig")


def rural(lines: Sequence[Line]) -> tuple[str, bytes]:
    """A rural credit union: amount and 借贷标志, plain UTF-8, newest first, a count below."""
    head = "序号,交易日期,交易时间,借贷标志,交易金额,账户余额,对方账号,对方户名,摘要,流水号"
    rows = [
        [
            n,
            f"{line.on:%Y%m%d}",
            "103000",
            "D" if Decimal(line.amount) < 0 else "C",
            abs(Decimal(line.amount)),
            balance,
            line.number,
            line.name,
            line.summary,
            line.serial,
        ]
        for n, (line, balance) in enumerate(zip(lines, _balances(lines), strict=True), 1)
    ]
    above = [["农村信用社客户账户明细"], [f"账号：{NUMBER}", f"户名：{HOLDER}"]]
    return "农信社.csv", _text([*above, head.split(","), *rows[::-1], [f"共 {len(rows)} 笔"]], "utf-8")


BANKS = {"icbc": icbc, "ccb": ccb, "abc": abc, "boc": boc, "rural": rural}
