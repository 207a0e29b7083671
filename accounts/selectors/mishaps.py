"""Why a worker's wage did not arrive: what the bank or the comparison before it refused, or what came back. In the
words one says to the worker, who alone can bring another card."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from accounts.enums import OrderState, Refusal
from accounts.models import Payout, PayoutOrder, PayrollLine
from projects.imports.preview import mask_numbers
from projects.models import WageClerk
from workers.models import BankCard
from workers.selectors import own

OF_OWN_LINES = "of the worker's own lines, found in scope"

# What a bank writes → what it means; the first that fits counts.
_OF_THE_CARD = (
    (re.compile(r"户名|姓名|名称"), "银行卡的户名和您的姓名对不上"),
    (re.compile(r"销户|注销|销卡|撤销|作废"), "这张卡已经注销了"),
    (
        re.compile(r"冻结|止付|挂失|异常|久悬|不动|休眠|睡眠|限制|锁定"),
        "这张卡现在收不了钱（冻结、挂失，或者太久没用）",
    ),
    (re.compile(r"限额|超限|[ⅡⅢ二三]类"), "这张卡能收的钱有限额，这笔超过了"),
    (
        re.compile(r"不存在|无此|查无|(?:账号|帐号|卡号|账户|帐户).{0,3}(?:错|有误|不符|无效|不正确)|位数"),
        "卡号不对，银行查不到这张卡",
    ),
)
_UNTOLD = "银行没有把钱打进这张卡"
BEFORE_THE_BANK = {
    Refusal.STRANGER: ("您还不在这个工地的实名花名册里", "带上身份证，请劳资专管员给您做实名登记"),
    Refusal.NAME: ("工资表上的姓名和您实名登记的不一样", "请劳资专管员把姓名改对"),
    Refusal.ABSENT: ("这个月没有您的考勤记录", "请劳资专管员核对您这个月的考勤"),
    Refusal.NO_CARD: ("您还没有登记工资卡", ""),
    Refusal.OTHERS_CARD: ("工资表上的卡不是您本人登记的工资卡", ""),
    Refusal.SHARED_CARD: ("您和别人用了同一张卡", ""),
}
NEW_CARD = "把您本人名下、能正常收钱的银行卡交给劳资专管员登记"


@dataclass(frozen=True)
class Mishap:
    """Of one wage. `again`: it is at the bank once more; `card_last4`: of the card that did not take it."""

    by_bank: bool
    on: date
    reason: str
    said: str = ""  # by the bank, in its own words
    act: str = NEW_CARD
    card_last4: str = ""
    new_last4: str = ""  # another card has been bound since
    again: bool = False
    clerks: list[WageClerk] = field(default_factory=list)

    @property
    def sign(self) -> str:
        if self.again:
            return "已重新交银行"
        return "银行没打成" if self.by_bank else "没发成"

    @property
    def needs_card(self) -> bool:
        return self.act == NEW_CARD


def with_mishaps(user, lines: Iterable[PayrollLine]) -> list[PayrollLine]:
    """Each of the user's own lines with `mishap`, or None. Four queries at most, none where everything is paid."""
    lines = list(lines)
    owed = [line for line in lines if line.paid < line.net]
    orders, returned = (_latest_orders(owed), _latest_returned(owed)) if owed else ({}, {})
    hit = [line for line in owed if line.pk in orders or line.pk in returned]
    clerks = own.wage_clerks_of({line.project for line in hit}) if hit else {}
    card = BankCard.objects.visible_to(user).filter(is_current=True).first() if hit else None
    for line in lines:
        line.mishap = _mishap(orders.get(line.pk), returned.get(line.pk), card, clerks.get(line.project_id, []))
    return lines


def _latest_orders(lines: list[PayrollLine]) -> dict[int, PayoutOrder]:
    orders = PayoutOrder.objects.unscoped(OF_OWN_LINES).filter(line__in=lines).defer("card_number")
    return {order.line_id: order for order in orders.order_by("line", "attempt", "pk")}


def _latest_returned(lines: list[PayrollLine]) -> dict[int, Payout]:
    payouts = Payout.objects.unscoped(OF_OWN_LINES).filter(line__in=lines).exclude(returned=None)
    return {payout.line_id: payout for payout in payouts.select_related("returned").order_by("line", "pk")}


def _mishap(order: PayoutOrder | None, returned: Payout | None, card, clerks) -> Mishap | None:
    if order and order.state == OrderState.WAITING:
        is_again = order.attempt > 1 or returned is not None
        return Mishap(True, timezone.localdate(), "", again=True) if is_again else None
    if order and order.state == OrderState.REFUSED and order.refusal != Refusal.AGAIN:
        refused_on = timezone.localdate(order.settled_at)
        if returned is None or refused_on >= returned.returned.booked_on:
            return _of_order(order, refused_on, card, clerks)
    return _of_returned(returned, card, clerks) if returned else None


def _of_order(order: PayoutOrder, on: date, card: BankCard | None, clerks) -> Mishap:
    by_bank = order.refusal == Refusal.BANK
    reason, act = (in_plain_words(order.reason), "") if by_bank else BEFORE_THE_BANK[Refusal(order.refusal)]
    said = mask_numbers(order.reason) if by_bank else ""
    new = _newer(card, order.card_number_index)
    return Mishap(by_bank, on, reason, said, act or NEW_CARD, order.card_last4, new, clerks=clerks)


def _of_returned(payout: Payout, card: BankCard | None, clerks) -> Mishap:
    entry = payout.returned
    new, last4 = _newer(card, entry.counterparty_number_index), (entry.counterparty_number or "")[-4:]
    said = mask_numbers(entry.summary)
    return Mishap(True, entry.booked_on, in_plain_words(entry.summary), said, NEW_CARD, last4, new, clerks=clerks)


def _newer(card: BankCard | None, refused: bytes | None) -> str:
    return card.last4 if card and (refused is None or bytes(card.number_index) != bytes(refused)) else ""


def in_plain_words(said: str) -> str:
    return next((plain for words, plain in _OF_THE_CARD if words.search(said)), _UNTOLD)
