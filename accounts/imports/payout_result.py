"""代发结果: what the bank answers to a batch, a row a payment: state, reason, serial, time."""

import datetime
import re
from collections import Counter, defaultdict

from django.db.models import F
from django.utils import timezone

from accounts import services
from accounts.enums import OrderState
from accounts.models import Payout, PayoutOrder
from accounts.services import Result
from core import crypto
from core.money import format_money
from core.spreadsheets import Column, Layout, ParsedRow, SheetError, Workbook, read_rows, values
from organizations.enums import Role
from projects.imports import Outcome, SheetImport

_PAID = re.compile(r"成功|已?入账|已发放|已支付|已付款|完成|正常")
_REFUSED = re.compile(r"失败|退票|退汇|退回|不符|不存在|错误|拒绝|未成功|注销|冻结|挂失|销户|撤销|作废")
_UNDER_WAY = re.compile(r"处理中|办理中|受理|待|在途|审批|审核|已提交|已发送|未完成|未入账|未发放|未支付")
_NUMBER = re.compile(r"DF\d{14,}")
_REMARK = re.compile(r"(DF\d{14,})[-—](\d+)")
_CLOCK = re.compile(r"\d{4}\D?\d{1,2}\D?\d{1,2}\D*(\d{1,2}:?\d{2}(?::?\d{2})?)")
_MINE = "orders of the sheet's own project"
SERIAL_LENGTH = PayoutOrder._meta.get_field("serial").max_length


def _order_number(raw) -> int | None:
    text = values.plain(raw)
    return int(text) if text.isdigit() and len(text) <= 9 else None


def _moment(raw) -> datetime.datetime | None:
    """A day, with the time of day where the cell has one."""
    if isinstance(raw, datetime.datetime):
        return _aware(raw)
    text = values.plain(raw)
    day = values.date(text[:8] if re.fullmatch(r"\d{14}", text) else raw)
    clock = _CLOCK.fullmatch(text)
    return day and _aware(datetime.datetime.combine(day, values.time(clock[1]) if clock else datetime.time()))


def _aware(moment: datetime.datetime) -> datetime.datetime:
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


COLUMNS = [
    Column("batch", "批次号", ("代发批次号", "批次编号", "批号", "批次"), values.code),
    Column("number", "序号", ("顺序号", "自定义序号", "明细序号", "笔号", "编号", "行号"), _order_number),
    Column("remark", "备注", ("备注信息", "附言", "用途备注", "摘要", "客户附言"), values.text),
    Column(
        "card",
        "收款账号",
        ("收款人账号", "收款卡号", "银行卡号", "卡号", "账号", "对方账号", "收款账户", "入账账号"),
        values.account,
    ),
    Column(
        "name",
        "收款人",
        ("收款人姓名", "收款账号名称", "收款人名称", "姓名", "户名", "收款户名", "账户名称"),
        values.text,
    ),
    Column(
        "amount", "金额", ("交易金额", "发放金额", "付款金额", "代发金额", "实发金额"), values.amount, required=True
    ),
    Column(
        "state",
        "处理状态",
        ("处理结果", "状态", "交易状态", "结果", "指令状态", "发放状态", "代发结果", "入账状态"),
        values.text,
        required=True,
    ),
    Column(
        "reason",
        "失败原因",
        ("退回原因", "原因", "错误信息", "失败信息", "处理信息", "返回信息", "退票原因", "错误原因"),
        values.text,
    ),
    Column(
        "serial",
        "交易流水号",
        ("流水号", "银行流水号", "凭证号", "交易序号", "核心流水号", "发放流水号"),
        values.code,
    ),
    Column("at", "交易时间", ("处理时间", "入账时间", "交易日期", "入账日期", "处理日期", "日期", "时间"), _moment),
]


class PayoutResultImport(SheetImport):
    kind, title = "payout-result", "代发结果"
    help = "银行返回的代发结果：每笔的处理状态、失败原因、流水号和时间；批次号写在标题或列中，仍在处理的可以以后再传。"
    order = 45
    roles = frozenset({Role.CLERK, Role.BANK})
    next_step = ("查看代发批次", "payouts:project")
    columns = COLUMNS

    def read(self, workbook: Workbook, layout: Layout) -> list[ParsedRow]:
        titles = [text for sheet in layout.sheets for text in (*sheet.titles, *sheet.details.values())]
        self.stated = _NUMBER.search(" ".join([*titles, self.filename]))
        rows = list(read_rows(workbook, layout, self.columns))
        if any("以分为单位" in title for title in titles):
            for row in rows:
                row.values["amount"] = row.values["amount"] and row.values["amount"] / 100
        return rows

    # --- which payment a row is about --------------------------------------------------------------------------------

    def check(self, rows: list[ParsedRow]) -> None:
        named = {row.row: self._named(row) for row in rows}
        self._read_orders({batch for batch, _ in named.values()} - {""})
        self.results: dict[tuple[str, int], Result] = {}
        self.same = 0
        found = [(row, order) for row in rows if row.good and (order := self._find(row, *named[row.row]))]
        found = self._refuse_repeated(found)
        self._read_serials(found)
        for row, order in found:
            self._take(row, order)

    def _named(self, row: ParsedRow) -> tuple[str, int | None]:
        """(batch, number in it) as the row says, "" and None where it does not."""
        if match := _REMARK.search(row.values["remark"] or ""):
            return match[1], int(match[2])
        batch = row.values["batch"] or (self.stated[0] if self.stated else "")
        return batch.upper(), row.values["number"]

    def _read_orders(self, batches: set[str]) -> None:
        orders = PayoutOrder.objects.unscoped(_MINE).filter(project=self.project).select_related("batch", "line")
        orders = orders.annotate(owed=F("line__net") - F("line__paid"))
        if self.by and self.by.role == Role.BANK:
            orders = orders.filter(batch__account__bank=self.by.organization)
        orders = orders.filter(batch__number__in=batches) if batches else orders.waiting()
        self.by_number = {(order.batch.number, order.number): order for order in orders}
        self.by_payee = defaultdict(list)
        for order in self.by_number.values():
            if not order.was_compared_away:
                key = bytes(order.card_number_index), _bare(order.name), order.amount
                self.by_payee[key].append(order)
        self.payees = {(card, name) for card, name, _ in self.by_payee}
        self.batches = {batch for batch, _ in self.by_number}
        if batches and not self.batches:
            raise SheetError("本项目没有文件所写的代发批次，请核对批次号和项目。", code="batch")

    def _find(self, row: ParsedRow, batch: str, number: int | None) -> PayoutOrder | None:
        if batch and number is not None and (order := self.by_number.get((batch, number))):
            order = self._other_count(row, order) or order
            return order if self._is_like(row, order) else None
        if batch and batch not in self.batches:
            return self.refuse(row, "batch", f"本项目没有批次“{batch[:30]}”，请核对批次号。")
        return self._find_by_payee(row, batch)

    def _other_count(self, row: ParsedRow, order: PayoutOrder) -> PayoutOrder | None:
        """Where a file counts its rows by itself, the payee tells. The remark of our own file is no such count."""
        if _REMARK.search(row.values["remark"] or "") or not row.values["card"] or not row.values["name"]:
            return None
        found = self._payees(row, order.batch.number)
        return found[0] if len(found) == 1 else None

    def _payees(self, row: ParsedRow, batch: str) -> list[PayoutOrder]:
        key = crypto.blind_index(row.values["card"]), _bare(row.values["name"]), row.values["amount"]
        return [order for order in self.by_payee[key] if batch in ("", order.batch.number)]

    def _find_by_payee(self, row: ParsedRow, batch: str) -> PayoutOrder | None:
        value = row.values
        if not value["card"] or not value["name"]:
            return self.refuse(row, "number", "批次中没有这个序号，行中也没有收款账号和收款人，认不出是哪一笔。")
        card = crypto.blind_index(value["card"])
        found = self._payees(row, batch)
        if len(found) == 1:
            return found[0]
        if found:
            numbers = "、".join(f"{order.number}" for order in found)
            return self.refuse(row, "number", f"与第 {numbers} 笔都相同，请在序号列写明是哪一笔。")
        near = (card, _bare(value["name"])) in self.payees
        why = "金额与批次中的不同" if near else "批次中没有收款账号、收款人和金额都相同的一笔"
        return self.refuse(row, "amount" if near else "card", f"{why}，请核对。")

    def _is_like(self, row: ParsedRow, order: PayoutOrder) -> bool:
        value = row.values
        if order.was_compared_away:
            self.refuse(row, "number", f"这一笔提交前比对未通过（{order.reason}），没有交银行办理。")
        elif value["amount"] != order.amount:
            self.refuse(row, "amount", f"金额与批次中的 {format_money(order.amount)} 元不同，请核对。")
        elif value["name"] and _bare(value["name"]) != _bare(order.name):
            self.refuse(row, "name", f"收款人与批次中第 {order.number} 笔不同，请核对序号。")
        elif value["card"] and crypto.blind_index(value["card"]) != bytes(order.card_number_index):
            self.refuse(row, "card", f"收款账号与批次中第 {order.number} 笔不同，请核对序号。")
        return row.good

    def _refuse_repeated(self, found: list[tuple[ParsedRow, PayoutOrder]]) -> list[tuple[ParsedRow, PayoutOrder]]:
        seen: dict[int, ParsedRow] = {}
        for row, order in found:
            if (first := seen.setdefault(order.pk, row)) is not row:
                self.refuse(row, "number", f"与第 {first.row} 行是同一笔，一笔只能有一个结果。")
        return [(row, order) for row, order in found if row.good]

    # --- what it says of it ------------------------------------------------------------------------------------------

    def _read_serials(self, found: list[tuple[ParsedRow, PayoutOrder]]) -> None:
        """Serials that pay something already, by account; and how often each stands in this sheet."""
        self.counted = Counter(row.values["serial"] for row, _ in found if _said(row) == OrderState.PAID)
        accounts = {order.batch.account_id for _, order in found}
        known = Payout.objects.unscoped(_MINE).filter(account__in=accounts, serial__in=list(self.counted))
        self.known = {(payout.account_id, payout.serial): payout for payout in known.select_related("line")}

    def _take(self, row: ParsedRow, order: PayoutOrder) -> None:
        said = _said(row)
        if said is None:
            shown = row.values["state"][:10]
            self.refuse(row, "state", f"看不懂处理状态“{shown}”，请写“成功”“失败”或“处理中”。")
        elif said == OrderState.WAITING:
            self.same += 1
        elif self._is_whole(row, order, said) and self._is_new(row, order, said):
            value = row.values
            at = value["at"] or timezone.now()
            paid = said == OrderState.PAID
            reason = "" if paid else _reason(row)
            serial = value["serial"] if paid else ""
            self.results[row.sheet, row.row] = Result(order.pk, paid, at, serial, reason)

    def _is_whole(self, row: ParsedRow, order: PayoutOrder, said: OrderState) -> bool:
        value = row.values
        if said == OrderState.PAID and not value["serial"]:
            self.refuse(row, "serial", "成功的一笔须有交易流水号，以便与专户流水核对。")
        elif len(value["serial"] or "") > SERIAL_LENGTH:
            self.refuse(row, "serial", f"流水号超过 {SERIAL_LENGTH} 个字符，请核对是否错列。")
        elif said == OrderState.PAID and value["at"] is None:
            self.refuse(row, "at", "成功的一笔须有交易时间。")
        elif said == OrderState.REFUSED and not _reason(row):
            self.refuse(row, "reason", "退回的一笔须写明原因，以便项目更正后重新提交。")
        elif value["at"] and value["at"] > timezone.now():
            self.refuse(row, "at", "交易时间晚于现在，请核对。")
        elif value["at"] and value["at"].date() < timezone.localdate(order.batch.made_at):
            self.refuse(
                row, "at", f"交易时间早于批次提交的日期（{timezone.localdate(order.batch.made_at)}），请核对。"
            )
        return row.good

    def _is_new(self, row: ParsedRow, order: PayoutOrder, said: OrderState) -> bool:
        """Whether it says something that is not on record yet; what contradicts the record is refused."""
        serial = row.values["serial"]
        if order.state != OrderState.WAITING:
            self._compare_recorded(row, order, said)
            return False
        if said == OrderState.PAID:
            self._check_serial(row, order, serial)
        return row.good

    def _compare_recorded(self, row: ParsedRow, order: PayoutOrder, said: OrderState) -> None:
        serial = row.values["serial"]
        if said != order.state:
            told = f"已登记为“{order.get_state_display()}”"
            back = "；资金退回的请导入载有退汇的对账单" if order.state == OrderState.PAID else ""
            self.refuse(row, "state", f"这一笔{told}，与本行不符，请向银行核对{back}。")
        elif said == OrderState.PAID and serial != order.serial and not self._is_twin(order, serial):
            self.refuse(row, "serial", f"这一笔已登记的流水号是 {order.serial}，与本行不同，请核对。")
        else:
            self.same += 1

    def _is_twin(self, order: PayoutOrder, serial: str) -> bool:
        """The ledger came first and could not tell two equal wages of one person apart."""
        other = self.known.get((order.batch.account_id, serial))
        twins = self.by_payee[bytes(order.card_number_index), _bare(order.name), order.amount]
        return other is not None and other.order_id in {twin.pk for twin in twins}

    def _check_serial(self, row: ParsedRow, order: PayoutOrder, serial: str) -> None:
        if self.counted[serial] > 1:
            self.refuse(row, "serial", "流水号在文件中出现不止一次，每笔须有自己的流水号。")
        elif (other := self.known.get((order.batch.account_id, serial))) and not services.may_move(other, order):
            self.refuse(row, "serial", "流水号已用于另一笔发放，请核对。")
        elif order.owed < order.amount:
            self.notice(row, "amount", "这笔工资已另行发放，本次为重复发放，将列入对账差异。")

    # --- writing -----------------------------------------------------------------------------------------------------

    def apply(self, rows: list[ParsedRow]) -> Outcome:
        """Then the ledger that may have come first is looked through for what the bank has named."""
        chosen = [self.results[key] for row in rows if (key := (row.sheet, row.row)) in self.results]
        paid, refused = services.record_results(self.project, chosen, by=self.by)
        services.match_payouts(self.project, by=self.by)
        remark = f"发放成功 {paid} 笔，退回 {refused} 笔" if chosen else ""
        return Outcome(updated=paid + refused, unchanged=len(rows) - paid - refused, remark=remark)


def _bare(name: str) -> str:
    return re.sub(r"\s", "", name)


def _said(row: ParsedRow) -> OrderState | None:
    """交易失败, 未成功 before 成功, 待入账 before 入账: what is doubtful is never taken for paid."""
    words = row.values["state"] or ""
    if _REFUSED.search(words):
        return OrderState.REFUSED
    if _UNDER_WAY.search(words):
        return OrderState.WAITING
    return OrderState.PAID if _PAID.search(words) else None


def _reason(row: ParsedRow) -> str:
    """A state that names it (户名不符) is a reason."""
    bare = re.fullmatch(r"(?:交易|处理|发放|代发)?(?:失败|未成功|退票|退回|退汇|拒绝)", row.values["state"] or "")
    return row.values["reason"] or ("" if bare else row.values["state"])
