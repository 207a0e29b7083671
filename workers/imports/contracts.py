"""劳动合同: the 7 indicators of the annex for people who are in the register."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from core import crypto
from core.spreadsheets import Column, ParsedRow
from core.spreadsheets import values as clean
from core.spreadsheets.values import choice
from projects.imports import Outcome, SheetImport
from workers import selectors
from workers.enums import WageMethod, WageUnit
from workers.imports import vocabulary
from workers.imports.base import words
from workers.imports.people import ID_NUMBER
from workers.imports.roster import pay_day, wage
from workers.services import checks
from workers.services.contract_rows import ContractBook, ContractEntry, write_contracts

NOT_ENGAGED = "该人员不在本项目花名册中，请先登记人员，再登记劳动合同。"

wage_unit = choice(
    WageUnit.choices,
    dict.fromkeys(("m", "延米", "元/米"), WageUnit.METRE)
    | dict.fromkeys(("m2", "平米", "平方", "元/平方米", "元/㎡"), WageUnit.SQUARE_METRE)
    | dict.fromkeys(("m3", "立方", "方", "元/立方米", "元/m³"), WageUnit.CUBIC_METRE),
)


class ContractImport(SheetImport):
    kind = "contracts"
    title = "劳动合同"
    help = "每行一份合同，人员须已在花名册中；至少有姓名、公民身份号码、合同签订日期。再次上传按起始或签订日期对应。"
    order = 12
    next_step = ("查看劳动合同", "workers:contract_list")
    columns = [
        Column("employer", "用人单位", words("企业名称 单位名称 所属单位 企业 甲方"), clean.text),
        Column("name", "姓名", words("工人姓名 农民工姓名 人员姓名 员工姓名 乙方"), clean.name, required=True),
        ID_NUMBER,
        Column(
            "signed_on",
            "合同签订日期",
            words("劳动合同签订日期 签订日期 合同签订时间 签订时间 合同日期"),
            clean.date,
            required=True,
        ),
        Column("kind", "合同类型", words("合同期限类型 期限类型 劳动合同类型"), vocabulary.contract_kind),
        Column(
            "starts_on",
            "合同起始日期",
            words("合同开始日期 合同生效日期 合同起 开始日期 起始日期 合同期限起"),
            clean.date,
            help="不填的，以进场日期为准",
        ),
        Column(
            "ends_on",
            "合同终止日期",
            words("合同结束日期 合同到期日期 合同止 结束日期 终止日期 合同期限止"),
            clean.date,
            help="固定期限合同必填",
        ),
        Column("wage_method", "工资计算方式", words("计薪方式 工资方式 计酬方式"), vocabulary.wage_method),
        Column("wage_rate", "工资标准", words("单价 日工资 约定工资 工价 计量单价"), wage, help="元，按工资计算方式"),
        Column("wage_unit", "计量单位", words("单位 计价单位"), wage_unit, help="计件的填写：米、平方米、立方米"),
        Column("pay_day", "工资支付日期", words("发薪日 工资发放日 支付日期"), pay_day, help="每月几日"),
    ]

    def check(self, rows: list[ParsedRow]) -> None:
        self.today = timezone.localdate()
        self.people = {person.id_number_index: person for person in selectors.engaged_people(self.project)}
        for row in rows:
            self._check_row(row)
        book = ContractBook(self.project, [self._person(row).engagement_id for row in rows if row.good])
        for row in rows:
            if row.good:
                self._place(book, row)

    def apply(self, rows: list[ParsedRow]) -> Outcome:
        written = write_contracts(self.project, map(self._entry, rows))
        return Outcome(written.created, written.updated, written.unchanged)

    def _person(self, row: ParsedRow):
        number = row.values["id_number"]
        return self.people.get(crypto.blind_index(number)) if number else None

    def _check_row(self, row: ParsedRow) -> None:
        values, person = row.values, self._person(row)
        if values["id_number"] and person is None:
            self.refuse(row, "id_number", NOT_ENGAGED)
        elif person and values["name"] and values["name"] != person.name:
            self.refuse(row, "name", f"花名册中该身份证号码登记的姓名为“{person.name}”，请核对。")
        if values["wage_unit"] and values["wage_method"] not in ("", WageMethod.PIECE):
            self.refuse(row, "wage_unit", "只有计件的填写计量单位，计日、计月的请留空。")
        starts_on = values["starts_on"] or (person and person.entered_on)
        terms = {name: values[name] for name in ("signed_on", "ends_on", "wage_rate", "wage_method")}
        for field, message in checks.contract_problems(self.today, starts_on=starts_on, **terms).items():
            self.refuse(row, field, message)

    def _place(self, book: ContractBook, row: ParsedRow) -> None:
        field, problem = book.place(self._entry(row))
        if problem:
            self.refuse(row, field, problem)
            return
        person, days = self._person(row), settings.CONTRACT_TERM_DAYS
        first = len(book.known[person.engagement_id]) == 1
        if first and row.values["signed_on"] > person.entered_on + timedelta(days):
            self.notice(row, "signed_on", f"合同在进场（{person.entered_on}）{days} 日以后签订，属于逾期签订。")

    def _entry(self, row: ParsedRow) -> ContractEntry:
        values, person = row.values, self._person(row)
        method = values["wage_method"] or (WageMethod.PIECE if values["wage_unit"] else "")
        same = {name: values[name] for name in ("signed_on", "ends_on", "kind", "wage_rate", "wage_unit", "pay_day")}
        starts_on = values["starts_on"] or person.entered_on
        return ContractEntry(person.engagement_id, starts_on=starts_on, wage_method=method, **same)
