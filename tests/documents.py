"""A site's four documents of one month, made up with the faults that real ones have. They belong together: the same
people are on the roster, at work, on the payroll and in the bank's statement.

What a correct import finds is said by the attributes of `Documents`; the sheets are made in memory.
"""

import csv
import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import xlsxwriter

from wagemonitor.seed import names, numbers

TEAMS = {"钢筋一班": "钢筋工", "木工二班": "模板工", "泥工班": "砌筑工", "架子班": "架子工"}
MONTH = date(2026, 9, 1)


@dataclass
class Person:
    name: str
    number: str
    born: date
    gender: str
    team: str
    entered: date
    rate: int
    card: str
    bank: str
    phone: str
    marks: list[str] = field(default_factory=list)

    @property
    def days(self) -> Decimal:
        return Decimal(sum({"√": 10, "△": 5}.get(mark, 0) for mark in self.marks)) / 10


class Documents:
    """Row numbers are those of the sheets (from 1)."""

    def __init__(self, project: str, contractor: str, people: int = 24, seed: int = 7):
        self.project, self.contractor, self.random = project, contractor, Random(seed)
        self.account_number = "2510328559195922089"
        self.people = [self._person(order) for order in range(people)]
        self.wrong_digit, self.repeated, self.child, self.no_contract = self.people[3:7]
        self.child.born = date(2011, 4, 2)
        self.child.number = numbers.id_number("530921", self.child.born, 203)
        self.wrong_total, self.absent, self.large = self.people[8:11]
        self.sharing = self.people[12:14]
        self.sharing[1].card = self.sharing[0].card
        self.absent.marks = []
        self.pay = {person.number: person.days * person.rate for person in self.people}
        self.pay[self.absent.number] = Decimal(22 * self.absent.rate)
        self.pay[self.large.number] = Decimal(68000)
        self.inflow, self.diverted, self.interest = Decimal("1200000.00"), Decimal("186500.00"), Decimal("312.47")

    def _person(self, order: int) -> Person:
        random = self.random
        born = date(1970, 1, 1) + timedelta(days=random.randrange(12000))
        team = list(TEAMS)[order % len(TEAMS)]
        head, _, prefix = names.BANKS[order % 3]
        person = Person(
            name=f"{names.SURNAMES[order % 20]}{names.GIVEN_FIRST[order % 25]}{names.GIVEN_SECOND[order * 7 % 25]}",
            number=numbers.id_number("530902", born, 2 * order + 1),
            born=born,
            gender="男",
            team=team,
            entered=date(2026, 8, 1) + timedelta(days=random.randrange(25)),
            rate=random.randrange(180, 330, 20),
            card=numbers.card_number(prefix, 700_000 + order),
            bank=f"{head}临沧分行",
            phone=f"1991234{order:04d}",
        )
        person.marks = random.choices(["√", "△", "○"], weights=[84, 4, 12], k=30)
        return person

    @property
    def net(self) -> Decimal:
        return sum(self.pay.values())

    @property
    def outflow(self) -> Decimal:
        return self.net + self.diverted

    # --- roster: header in row 3, people from row 4 ---

    def row_of(self, person: Person) -> int:
        return self.people.index(person) + 4

    def roster(self, mended: bool = False) -> bytes:
        head = [
            "序号",
            "姓名",
            "性别",
            "民族",
            "出生日期",
            "身份证号码",
            "户籍地址",
            "联系电话",
            "文化程度",
            "班组",
            "工种",
        ]
        head += ["进场日期", "劳动合同签订日期", "工资标准\n（元/日）", "工资卡卡号", "开户行", "备注"]
        rows = [self._roster_row(order, person, mended) for order, person in enumerate(self.people, start=1)]
        title = [[f"{self.project}农民工花名册"], [f"总承包单位：{self.contractor}        填表日期：2026年9月3日"]]
        foot = [[f"合计：{len(rows)} 人"], [], ["劳资专管员（签字）：              项目经理（签字）："]]
        return _xlsx({"花名册": [*title, head, *rows, *foot]})

    def _roster_row(self, order: int, person: Person, mended: bool) -> list:
        number, born = person.number, person.born
        if not mended and person is self.wrong_digit:
            number = number[:-1] + ("0" if number[-1] != "0" else "1")
        if not mended and person is self.repeated:
            number = self.people[0].number
        spellings = [
            person.entered,
            f"{person.entered:%Y.%-m.%-d}",
            f"{person.entered:%Y年%-m月%-d日}",
            person.entered.isoformat(),
        ]
        card = f"{person.card[:4]} {person.card[4:8]} {person.card[8:]}" if order % 3 == 0 else person.card
        signed = None if person is self.no_contract else person.entered.isoformat()
        name = f"{person.name[0]} {person.name[1:]}" if order % 9 == 0 else person.name
        return [
            order, name, person.gender, "汉", born, number.lower(), "云南省临沧市临翔区忙畔街道59号",
            int(person.phone), "初中", person.team, TEAMS[person.team], spellings[order % 4], signed,
            person.rate, card, person.bank, None,
        ]  # fmt: skip

    # --- attendance: a sheet a team, header in row 3 ---

    def attendance(self, mended: bool = False) -> bytes:
        """Mended, it has the man who was paid without being on the sheet."""
        sheets = {}
        self.absent.marks = ["√"] * 22 if mended else []
        for team in TEAMS:
            own = [person for person in self.people if person.team == team and person.marks]
            head = ["序号", "姓名", "身份证号", *range(1, 31), "出勤天数", "本人签字"]
            rows = [self._attendance_row(order, person) for order, person in enumerate(own, start=1)]
            title = [[f"{self.project}2026年9月农民工考勤表"], [f"班组：{team}      出勤“√”  半天“△”  休息“○”"]]
            sheets[team] = [*title, head, *rows, [], ["考勤员：", None, None, None, "班组长："]]
        return _xlsx(sheets)

    def _attendance_row(self, order: int, person: Person) -> list:
        total = person.days + (2 if person is self.wrong_total else 0)
        marks = person.marks + [None] * (30 - len(person.marks))
        return [order, person.name, person.number, *marks, float(total), None]

    # --- payroll: merged header in rows 3 and 4 ---

    def payroll(self) -> bytes:
        title = [
            ["2026年9月农民工工资发放表"],
            [f"项目名称：{self.project}    施工总承包单位：{self.contractor}    发放日期：2026年10月15日"],
        ]
        head = [
            "序号",
            "姓名",
            "身份证号码",
            "联系电话",
            "班组",
            "工作天数",
            "日工资",
            "应发工资",
            "代扣款项",
            None,
            "实发工资",
        ]
        head += ["银行卡号", "开户银行", "本人签字"]
        rows = [self._payroll_row(order, person) for order, person in enumerate(self.people, start=1)]
        foot = [["合计", *[None] * 9, float(self.net)], [], ["制表：", None, None, "审核："]]
        return _xlsx({"工资表": [*title, head, [*[None] * 8, "社保个人部分", "借支"], *rows, *foot]}, merged=["I3:J3"])

    def _payroll_row(self, order: int, person: Person) -> list:
        due = self.pay[person.number]
        days = person.days or 22
        row = order + 4
        plain = person is not self.large
        return [
            order, person.name, person.number, person.phone, person.team, float(days), person.rate,
            (f"=F{row}*G{row}", float(due)) if plain else float(due), 0, 0, (f"=H{row}-I{row}-J{row}", float(due)),
            person.card, person.bank, None,
        ]  # fmt: skip

    # --- statement: GB18030, the balance runs in file order, the last one is 1,000.00 too high ---

    def statement(self) -> bytes:
        text = io.StringIO()
        write = csv.writer(text, lineterminator="\r\n").writerow
        write(
            [
                f"账号：{self.account_number}",
                f"户名：{self.contractor}{self.project}农民工工资专用账户",
                "币种：人民币",
            ]
        )
        head = [
            "交易日期",
            "交易时间",
            "交易流水号",
            "摘要",
            "借方发生额",
            "贷方发生额",
            "余额",
            "对方户名",
            "对方账号",
            "对方开户行",
        ]
        write(head)
        lines = [("20261008", "拨付人工费", self.inflow, "临沧市临翔区教育体育局", "5300111111111111")]
        lines += [("20261015", "代发工资2026年9月", -self.pay[p.number], p.name, p.card) for p in self.people]
        lines += [("20261018", "材料款", -self.diverted, "临沧恒远建材经营部", "53052222222222222")]
        lines += [("20261021", "利息", self.interest, "", "")]
        balance = Decimal("2350000.00")
        for order, (day, summary, amount, name, number) in enumerate(lines, start=1):
            balance += amount
            stated = balance + (1000 if order == len(lines) else 0)
            clock = f"{9 + self.random.randrange(8):02d}:{self.random.randrange(60):02d}:00"
            out, into = (f"{-amount:,.2f}", "") if amount < 0 else ("", f"{amount:,.2f}")
            write([day, clock, f"HQP{day}1{order:05d}", summary, out, into, f"{stated:,.2f}", name, number, ""])
        write([f"合计笔数：{len(lines)}"])
        return text.getvalue().encode("gb18030")


def _xlsx(sheets: dict[str, list[list]], merged: list[str] = ()) -> bytes:
    """A workbook; a pair (formula, value) is a formula with its cached value."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer)
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = workbook.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                _write(sheet, number, column, value, day)
        for area in merged:
            sheet.merge_range(area, rows[2][8])
    workbook.close()
    return buffer.getvalue()


def _write(sheet, row: int, column: int, value, day) -> None:
    if isinstance(value, tuple):
        sheet.write_formula(row, column, value[0], None, value[1])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, day)
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    elif value is not None:
        sheet.write(row, column, value)
