"""How values are written on screen: one place for pages, tables and messages."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

BLANK = "—"
CENT = Decimal("0.01")
TENTH = Decimal("0.1")


def blank(value: Any) -> Any:
    return BLANK if value is None or value == "" else value


def number(value: Any) -> str:
    return BLANK if value in (None, "") else f"{value:,}"


def money(value: Any) -> str:
    """Yuan to the cent, with thousands: 1,234,567.80."""
    if value in (None, ""):
        return BLANK
    try:
        return f"{Decimal(str(value)).quantize(CENT, ROUND_HALF_UP):,}"
    except InvalidOperation:
        return BLANK


def wan(value: Any) -> str:
    """Ten thousands of yuan, for totals: 123.46 万."""
    if value in (None, ""):
        return BLANK
    return f"{(Decimal(str(value)) / 10000).quantize(CENT, ROUND_HALF_UP):,} 万"


def rate(numerator: Any, denominator: Any) -> str:
    """A percentage to one decimal. Without a denominator there is no rate, which is not the same as 0 %; and 5,043 of
    5,044 is not all, nor is 1 of 5,044 none."""
    if numerator is None or not denominator:
        return BLANK
    share = (Decimal(numerator) * 100 / Decimal(denominator)).quantize(TENTH, ROUND_HALF_UP)
    if 0 < numerator < denominator:
        share = min(max(share, TENTH), 100 - TENTH)
    return f"{share}%"


def fraction(numerator: Any, denominator: Any) -> tuple[str, str]:
    return number(numerator), number(denominator)


def day(value: Any) -> str:
    if isinstance(value, datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else blank(value)


def moment(value: Any) -> str:
    if not isinstance(value, datetime):
        return day(value)
    value = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{value:%Y-%m-%d %H:%M}"


def month(value: Any) -> str:
    return f"{value.year}年{value.month}月" if isinstance(value, date) else blank(value)


def _keep_ends(value: Any, head: int, tail: int) -> str:
    text = str(value or "")
    if not text:
        return BLANK
    if len(text) <= head + tail:
        return "*" * len(text)
    return f"{text[:head]}{'*' * (len(text) - head - tail)}{text[-tail:]}"


def masked_id(value: Any) -> str:
    return _keep_ends(value, 6, 4)


def masked_card(value: Any) -> str:
    return _keep_ends(value, 4, 4)


def masked_phone(value: Any) -> str:
    return _keep_ends(value, 3, 4)


def masked_name(value: Any) -> str:
    text = str(value or "")
    return f"{text[0]}{'*' * max(len(text) - 1, 1)}" if text else BLANK
