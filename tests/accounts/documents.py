"""Statements and wage sheets as banks and sites make them."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import openpyxl

from projects import imports
from projects.models import ImportBatch, Project
from tests.workers.factories import card_number, id_number

NUMBER = "2510328559195900017"


@dataclass
class Line:
    """A movement as the bank knows it; a negative amount goes out."""

    serial: str
    amount: Decimal | str
    summary: str = "代发工资2026年9月"
    name: str = ""
    number: str = ""
    on: date = date(2026, 10, 15)
    balance: Decimal | None = None  # as the bank states it, when not the sum


def _grouped(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _by_sides(line: Line, amount: Decimal, balance: Decimal) -> list[str]:
    out, come = (_grouped(-amount), "") if amount < 0 else ("", _grouped(amount))
    day, clock = f"{line.on:%Y%m%d}", "10:30:00"
    return [day, clock, line.serial, line.summary, out, come, _grouped(balance), line.name, line.number, "某银行"]


def _signed(line: Line, amount: Decimal, balance: Decimal) -> list[str]:
    return [f"{line.on:%Y-%m-%d}", line.serial, f"{amount}", f"{balance}", line.summary, line.name, line.number]


def _flagged(line: Line, amount: Decimal, balance: Decimal) -> list[str]:
    flag, at = "借" if amount < 0 else "贷", f"{line.on:%Y-%m-%d} 10:30:00"
    return [at, f"\t{line.serial}", flag, f"{abs(amount)}", f"{balance}", line.summary, line.name, f"\t{line.number}"]


def _in_and_out(line: Line, amount: Decimal, balance: Decimal) -> list[str]:
    come, out = (f"{amount}", "0.00") if amount > 0 else ("0.00", f"{-amount}")
    return [f"{line.on:%Y/%m/%d}", come, out, f"{balance}", line.serial, line.name, line.number, line.summary]


SHAPES = {
    "by_sides": (
        "交易日期,交易时间,交易流水号,摘要,借方发生额,贷方发生额,余额,对方户名,对方账号,对方开户行",
        _by_sides,
    ),
    "signed": ("记账日期,流水号,发生额,账户余额,用途,对方名称,对方账户", _signed),
    "flagged": ("交易时间,凭证号,借贷标志,金额,余额,摘要,对方户名,对方账号", _flagged),
    "in_and_out": ("日期,收入金额,支出金额,余额,流水号,对方单位,对方账号,用途", _in_and_out),
}


def statement(
    lines: Sequence[Line],
    *,
    of: Project,
    opening: str = "0",
    shape: str = "by_sides",
    number: str | None = NUMBER,
    holder: str | None = None,
    encoding: str = "gb18030",
    descending: bool = False,
    foot: str | None = None,
) -> bytes:
    header, layout = SHAPES[shape]
    rows, balance = [], Decimal(opening)
    for line in lines:
        balance += Decimal(line.amount)
        rows.append(layout(line, Decimal(line.amount), balance if line.balance is None else line.balance))
    holder = holder or f"{of.general_contractor}{of}农民工工资专用账户"
    above = [[f"账号：{number}", f"户名：{holder}", "币种：人民币"]] if number else []
    below = [[f"合计笔数：{len(rows)}" if foot is None else foot]]
    buffer = io.StringIO()
    csv.writer(buffer).writerows([*above, header.split(","), *(rows[::-1] if descending else rows), *below])
    return buffer.getvalue().encode(encoding)


@dataclass
class Person:
    name: str = "张三"
    id_number: str = ""
    card: str = ""
    due: object = 6000
    deducted: object = 0
    net: object = None
    days: object = 25
    team: str = "钢筋一班"

    def __post_init__(self):
        self.id_number = self.id_number or id_number()
        self.card = self.card or card_number()
        self.net = self.net if self.net is not None else self.due - self.deducted

    def cells(self) -> list:
        return [self.name, self.id_number, self.team, self.days, 240, self.due, self.deducted, self.net, self.card]


def payroll(
    people: Iterable[Person], *, title: str = "2026年9月农民工工资发放表", second: str = "", total=None
) -> bytes:
    """Title, line with the project and pay day, two-row header, lines, total, signatures."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([title])
    sheet.append([second])
    sheet.append(["姓名", "身份证号码", "班组", "工作天数", "日工资", "应发工资", "代扣款项", "实发工资", "银行卡号"])
    people = list(people)
    for person in people:
        sheet.append(person.cells())
    total = sum(Decimal(str(person.net)) for person in people) if total is None else total
    sheet.append(["合计", None, None, None, None, None, None, total])
    sheet.append(["制表：", None, None, "审核："])
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def upload(project: Project, kind: str, content: bytes, *, by, filename: str = "") -> ImportBatch:
    """Received, examined and applied, as a person would through the browser."""
    filename = (
        filename or {"payroll": "工资表.xlsx", "bank-statement": "对账单.csv", "payout-result": "代发结果.csv"}[kind]
    )
    batch = imports.examine(imports.receive(project, kind, content=content, filename=filename, by=by))
    return imports.apply(batch, by=by) if batch.state == "checked" else batch


def problems(batch: ImportBatch, level: str) -> list[tuple[int, str]]:
    """(row, message), in the order of the list."""
    return [(p.row, p.message) for p in batch.problems.filter(level=level).order_by("row", "id")]
