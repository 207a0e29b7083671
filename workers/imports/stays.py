"""进退场: who came and who left, and how the wages of those who left stood."""

from django.utils import timezone

from core import crypto
from core.spreadsheets import Column, ParsedRow
from core.spreadsheets import values as clean
from core.spreadsheets.values import choice
from projects.imports import Outcome, SheetImport
from workers import selectors
from workers.enums import Movement, Settlement
from workers.imports.base import text_of, words
from workers.imports.people import ID_NUMBER
from workers.models import Departure
from workers.services.stay_rows import MovementEntry, StayBook, in_order, write_movements
from workers.services.stays import Settled

NOT_ENGAGED = "该人员不在本项目花名册中；首次进场的，请用花名册登记。"

movement = choice(
    Movement.choices,
    dict.fromkeys(("进", "入场", "进入", "返场", "再次进场"), Movement.ENTRY)
    | dict.fromkeys(("退", "离场", "出场", "离开", "离职"), Movement.EXIT),
)
settlement = choice(
    Settlement.choices,
    dict.fromkeys(("结清", "是", "已结算", "已付清", "付清"), Settlement.SETTLED)
    | dict.fromkeys(("欠付", "否", "未结算", "未付清", "拖欠"), Settlement.OWED),
)


class StayImport(SheetImport):
    kind = "stays"
    title = "进退场"
    help = "每行一次进场或退场，人员须已在花名册中；退场的须填写工资是否结清，未结清的填写欠付金额和约定支付日期。"
    order = 14
    next_step = ("查看退场结算", "workers:departure_list")
    columns = [
        Column("name", "姓名", words("工人姓名 农民工姓名 人员姓名 员工姓名"), clean.name, required=True),
        ID_NUMBER,
        Column("team", "班组", words("班组名称 所属班组 所在班组"), clean.text),
        Column("movement", "类型", words("进退场类型 进退场 进出场类型 进出类型"), movement, required=True),
        Column("on", "日期", words("进退场日期 进退场时间 进出场日期 发生日期 时间"), clean.date, required=True),
        Column(
            "settlement",
            "工资结算",
            words("结算情况 是否结清 工资是否结清 结清情况 工资结清"),
            settlement,
            help="退场必填",
        ),
        Column("owed_amount", "欠付金额", words("未结清金额 欠薪金额 欠付工资 未付金额"), clean.amount),
        Column("owed_due_on", "约定支付日期", words("承诺支付日期 支付期限 计划支付日期"), clean.date),
        Column("note", "备注", words("说明 退场原因"), text_of(Departure, "note")),
    ]

    def check(self, rows: list[ParsedRow]) -> None:
        self.today = timezone.localdate()
        self.people = {person.id_number_index: person for person in selectors.engaged_people(self.project)}
        for row in rows:
            self._check_person(row)
        good = sorted((row for row in rows if row.good), key=lambda row: in_order(self._entry(row)))
        book = StayBook(self.project, [self._entry(row).engagement_id for row in good], today=self.today)
        for row in good:
            problems, _ = book.place(self._entry(row))
            for field, message in problems.items():
                self.refuse(row, field, message)

    def apply(self, rows: list[ParsedRow]) -> Outcome:
        written = write_movements(self.project, map(self._entry, rows), today=self.today, by=self.by)
        return Outcome(written.created, written.updated, written.unchanged)

    def _person(self, row: ParsedRow):
        number = row.values["id_number"]
        return self.people.get(crypto.blind_index(number)) if number else None

    def _check_person(self, row: ParsedRow) -> None:
        person = self._person(row)
        if row.values["id_number"] and person is None:
            self.refuse(row, "id_number", NOT_ENGAGED)
        elif person and row.values["name"] and row.values["name"] != person.name:
            self.refuse(row, "name", f"花名册中该身份证号码登记的姓名为“{person.name}”，请核对。")

    def _entry(self, row: ParsedRow) -> MovementEntry:
        values = row.values
        settled = Settled(values["settlement"], values["owed_amount"], values["owed_due_on"], values["note"] or "")
        return MovementEntry(self._person(row).engagement_id, values["movement"], values["on"], settled)
