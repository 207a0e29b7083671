"""From the columns of a bank's statement to movements: direction, kind, month. In these statements 借方 is the account
holder's money going out and 贷方 money coming in, as banks print them for their customers."""

import datetime
import re
from decimal import Decimal

from django.core.exceptions import ValidationError

from accounts.enums import MovementDirection, MovementKind
from accounts.services import Movement
from core.spreadsheets import Column, ParsedRow, Problem, values

_OUT, _IN = MovementDirection.OUT, MovementDirection.IN
_DATE_AND_TIME = re.compile(r"\d{4}\D?\d{1,2}\D?\d{1,2}\D?\s*[T ]?(\d{2}:?\d{2}(?::?\d{2})?)$")

# What a summary says a movement is for; the first that fits counts: 代发工资手续费 is a fee.
_KINDS_IN = (
    (MovementKind.RETURN, re.compile(r"退汇|退回|退款|退票|冲正|冲回|代发失败")),
    (MovementKind.INTEREST, re.compile(r"利息|结息|息(?:入|收)")),
    (MovementKind.LABOUR_COST, re.compile(r"人工费|拨付|工程款|劳务费|进度款|工资款|工资专户")),
)
_KINDS_OUT = (
    (MovementKind.FEE, re.compile(r"手续费|工本费|管理费|服务费|账户费|短信费")),
    (MovementKind.TAX, re.compile(r"税")),
    (MovementKind.REVERSAL, re.compile(r"冲正|冲销|冲回|错账|退回拨款")),
    (MovementKind.WAGE, re.compile(r"工资|代发|劳务报酬|薪")),
)
# The bank gives back what it took for itself: no returned wage, which comes back from a card.
_FEE_BACK = re.compile(
    r"(?:退|冲正|冲回|冲销|返还|减免)\W{0,2}(?:手续费|工本费|管理费|服务费|账户费|短信费)"
    r"|(?:手续费|工本费|管理费|服务费|账户费|短信费)\W{0,2}(?:退|冲正|冲回|冲销|返还|减免)"
)
TAKEN_BY_THE_BANK = (MovementKind.FEE, MovementKind.TAX)
# Wages go to the workers' own cards (条例第三十一条): paid to a company they are none, whatever the summary says.
_COMPANY = re.compile(r"公司|经营部|商行|工厂|门市|商店|合作社|事务所|工作室|租赁站|建材")
# A summary that says how money moved, not what for.
_SAYS_NOTHING = re.compile(
    r"(?:批量|网银|跨行|行内|实时|普通|企业|互联|转账|转帐|转出|代付|付款|支付|支出|汇款|汇兑|往账|[\W\d_])*"
)


def _day(raw):
    text = values.plain(raw)
    return values.date(text[:8]) if re.fullmatch(r"\d{14}", text) else values.date(raw)


def _clock(raw):
    """The time of day, also out of a cell that holds day and time."""
    if isinstance(raw, (datetime.datetime, datetime.time, float)):
        return values.time(raw)
    match = _DATE_AND_TIME.match(values.plain(raw))
    return values.time(match[1] if match else raw)


def _account(raw):
    """Counterparties abroad or within the bank have numbers of any shape: kept as written, never refused."""
    text = values.code(raw)
    return "" if text in values.BLANK_MARKS else text


COLUMNS = [
    Column(
        "booked_on",
        "交易日期",
        ("记账日期", "入账日期", "日期", "交易日", "会计日期", "发生日期"),
        _day,
        required=True,
    ),
    Column("booked_time", "交易时间", ("记账时间", "入账时间", "时间", "交易日期时间", "交易时间戳"), _clock),
    Column(
        "serial",
        "交易流水号",
        (
            "流水号",
            "凭证号",
            "银行流水号",
            "专户银行流水号",
            "交易序号",
            "核心流水号",
            "账户明细编号",
            "凭证号码",
            "交易编号",
            "柜员流水号",
            "日志号",
            "交易日志号",
        ),
        values.code,
        required=True,
    ),
    Column("summary", "摘要", ("用途", "附言", "交易摘要", "备注", "交易用途", "摘要用途", "交易类型"), values.text),
    Column(
        "debit",
        "借方发生额",
        ("支出", "付款金额", "支出金额", "借方金额", "借方", "转出金额", "支取金额"),
        values.amount,
    ),
    Column(
        "credit",
        "贷方发生额",
        ("收入", "收款金额", "收入金额", "贷方金额", "贷方", "转入金额", "存入金额"),
        values.amount,
    ),
    Column("amount", "交易金额", ("金额", "发生额", "收支金额", "发生金额"), values.amount),
    Column(
        "flag",
        "借贷标志",
        ("借贷", "借贷方向", "收支标志", "收支类型", "收支", "方向", "借贷标识", "收付标志"),
        values.text,
    ),
    Column("stated_balance", "余额", ("账户余额", "本次余额", "交易后余额", "当前余额", "可用余额"), values.amount),
    Column(
        "counterparty_name",
        "对方户名",
        (
            "对方名称",
            "对方单位",
            "对方账户名称",
            "交易对手",
            "交易对手名称",
            "收付款人名称",
            "对方单位名称",
            "对手户名",
        ),
        values.text,
    ),
    Column(
        "counterparty_number",
        "对方账号",
        ("对方账户", "对方卡号", "交易对手账号", "对手账号", "收付款人账号"),
        _account,
    ),
    Column(
        "counterparty_bank",
        "对方开户行",
        ("对方银行", "对方开户银行", "对方行名", "交易对手开户行", "对方开户机构", "对手行名"),
        values.text,
    ),
    Column("project", "所属项目", ("项目名称", "项目编码", "所属工程", "工程名称"), values.text),
    Column("account", "本方账号", ("账号", "查询账号", "账户", "客户账号", "银行账号"), _account),
]
_AMOUNTS = ("debit", "credit", "amount")
_FLAGS = {
    **dict.fromkeys(("借", "借方", "支出", "支", "付", "付款", "出", "出账", "转出", "D", "-", "往账"), _OUT),
    **dict.fromkeys(("贷", "贷方", "收入", "收", "收款", "入", "进账", "转入", "C", "+", "来账"), _IN),
}


def has_amounts(mapping: dict[str, int]) -> bool:
    return any(name in mapping for name in _AMOUNTS)


def movement_of(row: ParsedRow) -> Movement | None:
    """None, with the reason as a problem of the row, where the line does not say how much went which way."""
    try:
        signed = _signed(row.values)
    except ValidationError as error:
        row.add(Problem(row.sheet, row.row, "amount", "".join(error.messages)))
        return None
    value = row.values
    direction, summary = (_IN if signed > 0 else _OUT), value["summary"] or ""
    return Movement(
        serial=value["serial"],
        direction=direction,
        kind=kind_of(direction, summary, to=value["counterparty_name"] or "", against=_is_against(value)),
        amount=abs(signed),
        booked_on=value["booked_on"],
        booked_time=value["booked_time"],
        stated_balance=value["stated_balance"],
        summary=summary,
        counterparty_name=_name(value["counterparty_name"] or ""),
        counterparty_number=value["counterparty_number"] or "",
        counterparty_bank=value["counterparty_bank"] or "",
    )


def kind_of(direction: MovementDirection, summary: str, *, to: str = "", against: bool = False) -> MovementKind:
    """`against`: booked as a negative amount on the other side, which is how banks take a booking back. What was taken
    back is told by the summary: a fee is no wage that returns."""
    if against and direction == _IN:
        return MovementKind.REVERSAL if taken_for(summary) in TAKEN_BY_THE_BANK else MovementKind.RETURN
    if against or (direction == _IN and _FEE_BACK.search(summary)):
        return MovementKind.REVERSAL
    kinds, other = (_KINDS_IN, MovementKind.OTHER_IN) if direction == _IN else (_KINDS_OUT, MovementKind.OTHER_OUT)
    kind = next((kind for kind, words in kinds if words.search(summary)), other)
    return other if kind == MovementKind.WAGE and _COMPANY.search(to) else kind


def taken_for(summary: str) -> MovementKind:
    """What an outflow with this summary is for."""
    return next((kind for kind, words in _KINDS_OUT if words.search(summary)), MovementKind.OTHER_OUT)


def says_nothing(movement: Movement) -> bool:
    """Money to somebody's card, and no word what for: wages if the card is a worker's."""
    return (
        movement.kind == MovementKind.OTHER_OUT
        and bool(movement.counterparty_number)
        and not _COMPANY.search(movement.counterparty_name)
        and _SAYS_NOTHING.fullmatch(movement.summary) is not None
    )


def _signed(value: dict) -> Decimal:
    debit, credit, amount = (value[name] or Decimal(0) for name in _AMOUNTS)
    if debit and credit:
        raise ValidationError("借方和贷方同时有金额，请核对。")
    signed = credit - debit
    if not signed and amount:
        signed = _by_flag(amount, value["flag"] or "")
    if not signed:
        raise ValidationError("没有发生额，请核对借方、贷方或金额。")
    return signed


def _by_flag(amount: Decimal, flag: str) -> Decimal:
    if not flag:
        return amount
    direction = _FLAGS.get(flag.upper().strip("()（）[]【】"))
    if direction is None:
        raise ValidationError(f"看不懂借贷标志“{flag[:10]}”，请填“借”（支出）或“贷”（收入）。")
    return amount if direction == _IN else -abs(amount)


def _is_against(value: dict) -> bool:
    return (value["debit"] or 0) < 0 or (value["credit"] or 0) < 0


def _name(text: str) -> str:
    """A person's name as the payroll has it; whatever is no person's name stays as written."""
    try:
        return values.name(text)
    except ValidationError:
        return text
