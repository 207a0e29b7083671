"""The settlement sheet of somebody who leaves, as it is printed and signed."""

from datetime import date
from decimal import Decimal

from django.db.models import F, Sum
from django.utils.functional import cached_property

from accounts.dues import Payrolls
from accounts.enums import DueKind, PayMethod
from accounts.models import Payout, WageDue
from workers.models import Departure, Engagement
from workers.services.dues import Due

IN_SCOPE = "the engagement is in scope"
DIGITS, UNITS = "零壹贰叁肆伍陆柒捌玖", ["", "拾", "佰", "仟"]
SECTIONS = ["", "万", "亿"]


class ExitSheet:
    """Every month of the stay about which there is a word, what is paid of it, what is owed."""

    def __init__(self, engagement: Engagement, on: date):
        self.engagement, self.on = engagement, on

    @cached_property
    def departure(self) -> Departure | None:
        return Departure.objects.unscoped(IN_SCOPE).filter(engagement=self.engagement, exited_on=self.on).first()

    @cached_property
    def rows(self) -> list[WageDue]:
        rows = WageDue.objects.unscoped(IN_SCOPE).months()
        rows = rows.filter(project=self.engagement.project_id, engagement=self.engagement, month__lte=self.on)
        return list(rows.filter(month__gte=self._from).order_by("month"))

    @property
    def _from(self) -> date:
        start = self.departure.entered_on if self.departure else self.engagement.entered_on
        return start.replace(day=1)

    @cached_property
    def due(self) -> Due:
        found = Payrolls().dues(self.engagement.project, {self.engagement.pk: self.on})
        return found.get(self.engagement.pk, Due())

    @property
    def has_estimate(self) -> bool:
        return any(row.kind == DueKind.UNLISTED for row in self.rows)

    @cached_property
    def advanced(self) -> Decimal:
        """Of what is paid: what another unit has advanced."""
        own = Payout.objects.unscoped(IN_SCOPE).filter(line__engagement=self.engagement, method=PayMethod.ADVANCE)
        own = own.filter(line__project=F("project"), line__month__gte=self._from)
        return own.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)

    @property
    def total(self) -> Decimal:
        """What was put down at the exit; before it, what the figures come to."""
        if self.departure and self.departure.settlement:
            return self.departure.owed_amount or Decimal(0)
        return self.due.total

    @property
    def in_words(self) -> str:
        return capitals(self.total)


def capitals(amount: Decimal) -> str:
    """Amounts as they are written on papers of money: 3500.5 → 叁仟伍佰元伍角."""
    yuan, cents = divmod(int((amount * 100).to_integral_value()), 100)
    jiao, fen = divmod(cents, 10)
    text = f"{_whole(yuan)}元" if yuan else ""
    if not cents:
        return f"{text or '零元'}整"
    text += f"{DIGITS[jiao]}角" if jiao else "零" if yuan else ""
    return text + (f"{DIGITS[fen]}分" if fen else "整")


def _whole(number: int) -> str:
    """Digit by digit; zeros within are said once, those before 万 and 亿 and at the end not at all."""
    digits, text, gap = str(number), "", False
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit == "0":
            gap = True
        else:
            text += ("零" if gap and text else "") + DIGITS[int(digit)] + UNITS[place % 4]
            gap = False
        if place % 4 == 0 and int(digits[: len(digits) - place]) % 10_000:
            text += SECTIONS[place // 4]
    return text
