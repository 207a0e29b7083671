"""Rows as somebody may look at them before they are imported: typed values as text, personal numbers masked."""

import datetime
from collections.abc import Callable
from decimal import Decimal

from core import identity
from core.spreadsheets import Column, ParsedRow, replace_numbers, values

MASKS: dict[Callable, Callable[[str], str]] = {
    values.id_number: identity.mask_id,
    values.card: identity.mask_card,
    values.account: identity.mask_card,
    values.phone: identity.mask_phone,
}

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
    if clean is values.code or getattr(clean, "is_public", False):
        return str(value)  # of a movement or a paper, nobody's own number
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return f"{value:,.2f}" if clean is values.amount else f"{value:f}"
    if isinstance(value, datetime.date) and clean is values.month:
        return f"{value:%Y-%m}"
    return dict(getattr(clean, "choices", ())).get(value) or mask_numbers(str(value))


def mask_numbers(text: str) -> str:
    """For cells nobody has cleaned: a long number in free text may be an ID, a card or a phone."""
    return replace_numbers(text, lambda digits: _BY_LENGTH.get(len(digits), identity.mask_card)(digits))
