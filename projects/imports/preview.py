"""Rows as somebody may look at them before they are imported: typed values as text, personal numbers masked."""

import datetime
import re
from collections.abc import Callable
from decimal import Decimal

from core import identity
from core.spreadsheets import Column, ParsedRow, values

MASKS: dict[Callable, Callable[[str], str]] = {
    values.id_number: identity.mask_id,
    values.card: identity.mask_card,
    values.account: identity.mask_card,
    values.phone: identity.mask_phone,
}

_LONG_NUMBER = re.compile(r"\d{9,}[Xx]?")
_BY_LENGTH = {18: identity.mask_id, 11: identity.mask_phone}


def describe(row: ParsedRow, columns: list[Column]) -> dict[str, str]:
    texts = {column.label: show(row.values.get(column.name), column.clean) for column in columns}
    if row.days is not None:
        texts["考勤标记"] = f"{len(row.days)} 天"
    return texts


def show(value, clean: Callable = values.plain) -> str:
    if value is None or value == "":
        return ""
    if mask := MASKS.get(clean):
        return mask(str(value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return f"{value:,.2f}" if clean is values.amount else f"{value:f}"
    if isinstance(value, datetime.date) and clean is values.month:
        return f"{value:%Y-%m}"
    return dict(getattr(clean, "choices", ())).get(value) or mask_numbers(str(value))


def mask_numbers(text: str) -> str:
    """For cells nobody has cleaned: a long number in free text may be an ID, a card or a phone."""
    return _LONG_NUMBER.sub(lambda found: _BY_LENGTH.get(len(found[0]), identity.mask_card)(found[0]), text)
