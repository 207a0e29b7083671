"""The indicators of wage deposits (83–139): assessment, instrument, collection, payment to workers, refund."""

from django.db.models import Q

from accounts.enums import DepositForm, DepositMovementKind, UseState
from accounts.models import Deposit, DepositInstrument, DepositMovement, DepositRefund, DepositUseLine
from core.indicators import Indicator, IndicatorGroup, only_when

FORMS = (DepositForm.BANK, DepositForm.GUARANTEE, DepositForm.INSURANCE)
OFFERED = tuple(only_when("form", form) for form in FORMS)
HELD = tuple(only_when("instrument__form", form) for form in FORMS)
PAID = tuple(only_when("use__instrument__form", form) for form in FORMS)
KEEPER = ("工资保证金开户银行", "担保银行名称", "保险公司名称")
NUMBER = ("工资保证金银行账号", "银行保函函号", "保险单号")
BANK, GUARANTEE, INSURANCE = range(3)


def _number_path(form: int) -> str:
    return "account_number" if form == BANK else "document_number"


DEPOSIT_ASSESSMENT = IndicatorGroup(
    "deposit_assessment",
    "工资保证金核缴",
    Deposit,
    [
        Indicator(83, "payer_name"),
        Indicator(84, "payer_uscc"),
        Indicator(85, "form"),
        Indicator(86, "due_amount"),
        Indicator(87, "differential_amount"),
    ],
    expected=Q(),
    edit="deposits:deposit_assess",
    add="deposits:deposit_apply",
)

DEPOSIT_ACCOUNT = IndicatorGroup(
    "deposit_account",
    "工资保证金账户",
    DepositInstrument,
    [
        Indicator(88, "keeper_name", OFFERED[BANK], KEEPER[BANK]),
        Indicator(89, "account_number", OFFERED[BANK]),
        Indicator(90, "has_special_mark", OFFERED[BANK]),
        Indicator(91, "keeper_name", OFFERED[GUARANTEE], KEEPER[GUARANTEE]),
        Indicator(92, "document_number", OFFERED[GUARANTEE], NUMBER[GUARANTEE]),
        Indicator(93, "keeper_name", OFFERED[INSURANCE], KEEPER[INSURANCE]),
        Indicator(94, "document_number", OFFERED[INSURANCE], NUMBER[INSURANCE]),
    ],
    project_path="deposit__project",
    rows=~Q(state="refused"),
    edit="deposits:instrument_edit",
    row_label="keeper_name",
)


def _collection(form: int, first: int, amount: str, term: tuple[str, ...] = ()) -> list[Indicator]:
    """In the order of the annex: amount, validity (of letters and policies), when, from when, number."""
    paths = [("amount", amount)]
    paths += zip(("instrument__starts_on", "instrument__ends_on"), term, strict=False)
    paths += [("moved_on", ""), ("instrument__starts_on", ""), ("number", "")]
    return [Indicator(first + at, path, HELD[form], label) for at, (path, label) in enumerate(paths)]


DEPOSIT_COLLECTION = IndicatorGroup(
    "deposit_collection",
    "工资保证金收缴",
    DepositMovement,
    [
        *_collection(BANK, 95, "现金金额"),
        *_collection(GUARANTEE, 99, "银行保函担保金额", ("银行保函有效期起始日期", "银行保函有效期终止日期")),
        *_collection(INSURANCE, 105, "保单金额", ("保险有效期起始日期", "保险有效期终止日期")),
    ],
    project_path="instrument__deposit__project",
    rows=Q(kind__in=(DepositMovementKind.COLLECT, DepositMovementKind.REFILL)),
)


def _payment(form: int, first: int) -> list[Indicator]:
    rows = [
        ("use__instrument__keeper_name", KEEPER[form]),
        (f"use__instrument__{_number_path(form)}", NUMBER[form]),
        ("use__payment__number", ""),
        ("id_number", ""),
        ("name", ""),
        ("amount", ""),
        ("method", ""),
    ]
    return [Indicator(first + at, path, PAID[form], label) for at, (path, label) in enumerate(rows)]


DEPOSIT_PAYMENT = IndicatorGroup(
    "deposit_payment",
    "工资保证金支付",
    DepositUseLine,
    [*_payment(BANK, 111), *_payment(GUARANTEE, 118), *_payment(INSURANCE, 125)],
    project_path="use__deposit__project",
    rows=Q(use__state=UseState.PAID),
)

# Letters and policies are given back by the same decision; of them the annex asks nothing.
DEPOSIT_REFUND = IndicatorGroup(
    "deposit_refund",
    "工资保证金退还",
    DepositRefund,
    [
        Indicator(132, "instrument__keeper_name", HELD[BANK], KEEPER[BANK]),
        Indicator(133, "instrument__account_number", HELD[BANK]),
        Indicator(134, "payment__number", HELD[BANK]),
        Indicator(135, "amount", HELD[BANK]),
        Indicator(136, "refunded_on", HELD[BANK]),
        Indicator(137, "office_name", HELD[BANK]),
        Indicator(138, "office_uscc", HELD[BANK]),
        Indicator(139, "notice_number", HELD[BANK]),
    ],
    project_path="deposit__project",
    rows=Q(state="done"),
)
