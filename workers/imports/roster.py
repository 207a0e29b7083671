"""花名册: who is on the site, with wage card and contract."""

import re
import unicodedata
from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone

from core import crypto, identity
from core.spreadsheets import Column, ParsedRow
from core.spreadsheets import values as clean
from core.spreadsheets.errors import NOTICE
from projects.imports import Outcome, SheetImport
from workers import selectors
from workers.enums import IdType, WageMethod
from workers.imports import vocabulary
from workers.imports.base import place, sheet_of, text_of, words
from workers.models import BankCard, Team, Worker
from workers.selectors import CardHolder, KnownPerson
from workers.services import checks
from workers.services.contract_rows import ContractBook
from workers.services.roster import RosterEntry, write_roster
from workers.services.stay_rows import sync_departures
from workers.services.teams import fill_employers, names_of, units_of

# What is wrong here does not make it another person: the row is taken without it.
SOFT = words(
    "employer ethnicity native_place address phone education card bank_name gender work_role post is_team_leader"
    " wage_method wage_rate month_rate pay_day contract_kind ends_on remark"
)


BANK = text_of(BankCard, "bank_name")


def wage(raw) -> Decimal | None:
    amount = clean.amount(raw)
    if amount is not None and (problem := checks.wage_problem(amount)):
        raise ValidationError(problem, code="wage")
    return amount


def pay_day(raw) -> int | None:
    """每月15日, 15号, 次月15日前, 15."""
    digits = re.sub("[^0-9]", "", unicodedata.normalize("NFKC", clean.text(raw)))
    if not digits:
        return None
    if len(digits) > 2 or not 1 <= int(digits) <= 31:
        raise ValidationError("工资支付日期应为每月的 1 至 31 日。")
    return int(digits)


class RosterImport(SheetImport):
    kind = "roster"
    title = "农民工花名册"
    help = "每行一人，至少有姓名、公民身份号码、进场日期；有合同签订日期的同时登记劳动合同。"
    order = 10
    next_step = ("查看花名册", "workers:register")
    columns = [
        Column("name", "姓名", words("工人姓名 农民工姓名 人员姓名 员工姓名"), clean.name, required=True),
        Column("gender", "性别", (), vocabulary.gender),
        Column("ethnicity", "民族", (), vocabulary.ethnicity, help="如 汉族、彝族"),
        Column("birth_date", "出生日期", words("出生年月日 生日 出生年月"), clean.date),
        Column(
            "id_number",
            "公民身份号码",
            words("身份证号码 身份证号 身份证 证件号码 证件号 公民身份证号码 居民身份证号码 身份证件号码"),
            clean.id_number,
            required=True,
            help="18 位，请设为文本格式",
        ),
        Column("native_place", "籍贯", (), text_of(Worker, "native_place")),
        Column(
            "address",
            "住址",
            words("户籍地址 家庭住址 家庭地址 身份证地址 户籍所在地 户口所在地 地址 详细地址 现住址"),
            text_of(Worker, "address"),
        ),
        Column(
            "phone",
            "手机号",
            words("联系电话 手机 手机号码 电话 联系方式 电话号码 本人电话"),
            clean.phone,
        ),
        Column("education", "文化程度", words("学历 受教育程度 文化水平"), vocabulary.education),
        Column("team", "班组", words("所属班组 班组名称 所在班组 施工班组 作业班组 队伍"), text_of(Team, "name")),
        Column(
            "employer",
            "所属单位",
            words("用人单位 企业名称 所属企业 劳务公司 所属公司 劳务单位 参建单位 单位名称 企业信用代码"),
            clean.text,
            help="班组所属的总承包或分包单位，填名称或统一社会信用代码",
        ),
        Column("is_team_leader", "是否班组长", words("是否为班组长 是否组长 班组长标识"), clean.yes_no),
        Column(
            "trade",
            "工种",
            words("岗位 从事工种 工种岗位 岗位工种 工种名称 职务 工种类型"),
            vocabulary.trade,
        ),
        Column("work_role", "工人类型", words("人员类型 人员类别 工人类别"), vocabulary.work_role),
        Column("post", "管理岗位", words("岗位名称 管理人员岗位"), vocabulary.post, help="管理人员填写，如 安全员"),
        Column(
            "entered_on",
            "进场日期",
            words("进场时间 入场日期 入场时间 进场日 上岗日期 入职日期 进退场日期"),
            clean.date,
            required=True,
        ),
        Column(
            "signed_on",
            "合同签订日期",
            words("劳动合同签订日期 签订日期 合同签订时间 劳动合同签订时间 签合同日期 合同日期"),
            clean.date,
            help="不填则不登记劳动合同",
        ),
        Column("contract_kind", "合同类型", words("合同期限类型 劳动合同类型"), vocabulary.contract_kind),
        Column("starts_on", "合同起始日期", words("合同开始日期 合同生效日期 合同起 合同期限起"), clean.date),
        Column("ends_on", "合同终止日期", words("合同结束日期 合同到期日期 合同止 合同期限止"), clean.date),
        Column(
            "wage_method", "工资计算方式", words("计薪方式 工资方式 工资结算方式 计酬方式"), vocabulary.wage_method
        ),
        Column(
            "wage_rate",
            "工资标准",
            words("日工资 日工资标准 工资单价 日薪 单价 约定工资 工价 日工价"),
            wage,
            help="元，按工资计算方式，一般为元/日",
        ),
        Column("month_rate", "月工资", words("月工资标准 月薪 月薪标准"), wage),
        Column("pay_day", "工资支付日期", words("发薪日 工资发放日 工资发放日期 支付日期"), pay_day),
        Column(
            "card",
            "工资卡卡号",
            words("银行卡号 工资卡号 银行账号 卡号 银行卡 工资卡 银行卡账号 工资银行卡号 账号"),
            clean.card,
        ),
        Column("bank_name", "开户行", words("开户银行 开户行名称 银行名称 工资卡开户行 银行"), BANK),
        Column("remark", "备注", words("说明"), clean.text),
    ]

    @classmethod
    def choices(cls, project) -> dict[str, list[str]]:
        return {"team": [team.name for team in selectors.teams_of(project)]}

    def check(self, rows: list[ParsedRow]) -> None:
        self.today, self.opens_on = timezone.localdate(), checks.opens_on(self.project)
        for row in rows:
            self._soften(row)
            self._check_person(row)
        self._check_repeats(rows)
        self._check_register(rows)
        self._check_contracts(rows)
        self._check_cards(rows)
        self._check_employers(rows)

    def apply(self, rows: list[ParsedRow]) -> Outcome:
        written = write_roster(self.project, map(self._entry, rows))
        sync_departures(self.project)
        fill_employers(self.project, self._employers(rows))
        return Outcome(written.created, written.updated, written.unchanged)

    def _soften(self, row: ParsedRow) -> None:
        for problem in row.problems:
            if problem.field in SOFT:
                problem.level, problem.message = NOTICE, f"{problem.message.rstrip('。')}；本项不登记，其余照常接收。"

    def _check_person(self, row: ParsedRow) -> None:
        number, entered = row.values["id_number"], row.values["entered_on"]
        if not number:
            return
        if row.values["birth_date"] not in (None, identity.birth_date(number)):
            self.refuse(row, "birth_date", checks.OTHER_BIRTH)
        if row.values["gender"] and row.values["gender"] != identity.gender(number):
            self.notice(row, "gender", "性别与身份证号码不符，以身份证号码为准。")
        if entered:
            self._check_entry(row, number, entered)
        self._check_contract(row)

    def _check_entry(self, row: ParsedRow, number: str, entered: date) -> None:
        problems = checks.entry_problems(identity.birth_date(number), entered, self.today, self.opens_on)
        for field, message in problems.items():
            self.refuse(row, field, message)
        if not problems and checks.is_past_retirement(number, entered):
            self.notice(row, "id_number", checks.TOO_OLD)

    def _check_contract(self, row: ParsedRow) -> None:
        signed_on, entered = row.values["signed_on"], row.values["entered_on"]
        if not signed_on and "signed_on" in sheet_of(self, row).mapping and not _broken(row, "signed_on"):
            self.notice(row, "signed_on", "没有劳动合同签订日期，本行只登记人员，不登记劳动合同；签订后请补录。")
        problems = checks.contract_problems(
            self.today,
            signed_on=signed_on,
            starts_on=row.values["starts_on"] or entered,
            ends_on=row.values["ends_on"],
        )
        if not row.values["starts_on"]:
            problems.pop("starts_on", None)  # the entry date stands for it, and is judged as such
        for field, message in problems.items():
            self.refuse(row, field, message)

    def _check_repeats(self, rows: list[ParsedRow]) -> None:
        """Of several rows with one number, the first that is right in itself is the person."""
        by_number = defaultdict(list)
        for row in rows:
            if row.values["id_number"]:
                by_number[row.values["id_number"]].append(row)
        for same in by_number.values():
            if len(same) > 1:
                kept = next((row for row in same if row.good), same[0])
                for row in same:
                    if row is not kept:
                        self.refuse(row, "id_number", f"身份证号码与{place(kept, row)}重复，请对照身份证核对。")

    def _check_register(self, rows: list[ParsedRow]) -> None:
        known = selectors.known_people(self.project, (row.values["id_number"] for row in rows if row.good))
        moved = []
        for row in rows:
            person = known.get(crypto.blind_index(row.values["id_number"])) if row.good else None
            if person is None:
                continue
            if person.name != row.values["name"] and person.elsewhere:
                self.refuse(row, "name", checks.OTHER_NAME)
            elif person.exited_on and row.values["entered_on"] > person.exited_on:
                self.notice(row, "entered_on", f"该人员已于 {person.exited_on} 退场，按再次进场登记。")
            elif person.engagement_id and row.values["entered_on"] != person.entered_on:
                moved.append((row, person))
        self._check_moved(moved)

    def _check_moved(self, moved: list[tuple[ParsedRow, KnownPerson]]) -> None:
        """Somebody on site whose entry the sheet tells otherwise than the register."""
        ids = [person.engagement_id for _, person in moved]
        worked, left = selectors.first_worked(ids), selectors.left_before(ids)
        for row, person in moved:
            entered = row.values["entered_on"]
            if problem := checks.moved_problem(entered, worked.get(person.engagement_id)):
                self.refuse(row, "entered_on", problem)
            elif entered <= left.get(person.engagement_id, date.min):
                self.refuse(
                    row, "entered_on", f"该人员上一次退场为 {left[person.engagement_id]}，进场日期应晚于该日。"
                )
            else:
                self.notice(row, "entered_on", f"花名册中的进场日期 {person.entered_on} 将改为 {entered}，请核对。")

    def _check_contracts(self, rows: list[ParsedRow]) -> None:
        """A contract beside one that runs is not registered; the person is."""
        signed = [row for row in rows if row.good and row.values["signed_on"]]
        people = (
            {person.id_number_index: person for person in selectors.engaged_people(self.project)} if signed else {}
        )
        known = [(row, people.get(crypto.blind_index(row.values["id_number"]))) for row in signed]
        book = ContractBook(self.project, [person.engagement_id for _, person in known if person])
        for row, person in known:
            if person and (problem := book.beside(person.engagement_id, self._entry(row))):
                row.values["signed_on"] = None
                self.notice(row, "signed_on", f"{problem}本行只登记人员，不登记劳动合同。")

    def _check_employers(self, rows: list[ParsedRow]) -> None:
        self.units = {name: unit.pk for unit in units_of(self.project) for name in names_of(unit)}
        told: dict[str, int] = {}
        for row in rows:
            unit, team = row.values["employer"], row.values["team"]
            if not row.good or not unit:
                continue
            if unit not in self.units:
                self.notice(
                    row, "employer", "所属单位不是本项目在场的总承包或分包单位，班组不记所属单位，请核对参建单位。"
                )
            elif team and told.setdefault(team, self.units[unit]) != self.units[unit]:
                self.notice(row, "employer", "同一班组在本表中有几个所属单位，以先出现的为准，请核对。")

    def _employers(self, rows: list[ParsedRow]) -> dict[str, int]:
        """Team → the unit the sheet names first."""
        told: dict[str, int] = {}
        for row in rows:
            if row.values["team"] and row.values["employer"] in self.units:
                told.setdefault(row.values["team"], self.units[row.values["employer"]])
        return told

    def _check_cards(self, rows: list[ParsedRow]) -> None:
        first: dict[str, ParsedRow] = {}
        holders = selectors.card_holders(self.project, {row.values["card"] for row in rows if row.good} - {""})
        for row in rows:
            if not row.good or not row.values["card"]:
                continue
            other = first.setdefault(row.values["card"], row)
            if other is not row:
                self._leave_card(row, f"工资卡卡号与{place(other, row)}相同，工资应发至本人银行卡，请核对。")
            elif known := holders.get(row.values["card"]):
                self._notice_holder(row, known)

    def _notice_holder(self, row: ParsedRow, known: list[CardHolder]) -> None:
        if problem := checks.card_problem(known, crypto.blind_index(row.values["id_number"])):
            self._leave_card(row, problem)

    def _leave_card(self, row: ParsedRow, problem: str) -> None:
        """The person is taken, the card that is another's is not."""
        self.notice(row, "card", f"{problem.rstrip('。')}；本行不登记工资卡。")
        row.values["card"] = ""

    def _entry(self, row: ParsedRow) -> RosterEntry:
        values = row.values
        rate, method = values["wage_rate"], values["wage_method"]
        if rate is None and values["month_rate"]:
            rate, method = values["month_rate"], method or WageMethod.MONTH
        same = {name: values[name] for name in RosterEntry._fields if name in values and name not in _DERIVED}
        return RosterEntry(**same, id_type=IdType.RESIDENT, wage_rate=rate or None, wage_method=method)


_DERIVED = frozenset(("id_type", "wage_rate", "wage_method", "gender", "birth_date"))


def _broken(row: ParsedRow, field: str) -> bool:
    return any(problem.field == field for problem in row.problems)
