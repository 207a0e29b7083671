"""Amounts in yuan: always Decimal, always to the cent."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from django.core.exceptions import ValidationError

CENT = Decimal("0.01")
LIMIT = Decimal("1000000000000")  # a trillion yuan: above any project, below numeric(15, 2)
BINARY_NOISE = Decimal("0.000001")

_NO_AMOUNT = "不是有效的金额，请填写数字，如 7150.00。"

_PLAIN = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?|[+-]?\.\d+")
_PREFIX = re.compile(r"(?:人民币|RMB|CNY|[¥¥￥])", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:元整|元正|元|圆整|圆)$")


def parse_amount(value) -> Decimal | None:
    """Yuan to the cent from whatever a form, a sheet or a bank file holds; None when blank.

    Binary noise of spreadsheet floats is forgiven, a real third decimal is not: banks pay cents, and a hidden half
    cent per line makes the total differ from the sum that was shown.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return _parse_text(value)
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return _parse_number(value)
    raise ValidationError(_NO_AMOUNT, code="amount")


@lru_cache(maxsize=1 << 16)
def _parse_number(value) -> Decimal:
    try:
        return to_cents(Decimal(repr(value)) if isinstance(value, float) else Decimal(value))
    except InvalidOperation:
        raise ValidationError(_NO_AMOUNT, code="amount") from None


@lru_cache(maxsize=1 << 16)
def _parse_text(value: str) -> Decimal | None:
    text = "".join(unicodedata.normalize("NFKC", value).split()).replace("−", "-").lstrip("'")
    if not text:
        return None
    if "万" in text or "亿" in text:
        raise ValidationError("金额“%(value)s”请换算成元后填写。", code="unit", params={"value": value.strip()})
    digits, negative = _strip_sign(_SUFFIX.sub("", _PREFIX.sub("", text)))
    if not _PLAIN.fullmatch(digits):
        raise ValidationError(
            "“%(value)s”不是金额，请填写数字，如 7150.00 或 7,150.00。",
            code="amount",
            params={"value": value.strip()[:20]},
        )
    amount = to_cents(Decimal(digits.replace(",", "")))
    return -amount if negative else amount


def _strip_sign(text: str) -> tuple[str, bool]:
    """Accountants write a negative amount in brackets."""
    if text.startswith("(") and text.endswith(")"):
        return _SUFFIX.sub("", text[1:-1]), True
    return text, False


def to_cents(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValidationError(_NO_AMOUNT, code="amount")
    if abs(value) >= LIMIT:
        raise ValidationError("金额过大，请核对单位是否为元。", code="too_large")
    cents = value.quantize(CENT, ROUND_HALF_UP)
    if abs(cents - value) >= BINARY_NOISE:
        raise ValidationError(
            "金额 %(value)s 的小数超过两位，请四舍五入到分（如 %(cents)s）后再填写。",
            code="decimals",
            params={"value": format(value.normalize(), "f"), "cents": format(cents, "f")},
        )
    return cents + 0  # no negative zero


def format_money(value: Decimal | None) -> str:
    return "" if value is None else f"{value:,.2f}"
