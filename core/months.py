"""Calendar months, each told by its first day."""

from datetime import date


def shifted(month: date, by: int) -> date:
    """The first of the month so many months later; earlier when negative. Takes any day of a month."""
    number = month.year * 12 + month.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


def next_month(month: date) -> date:
    return shifted(month, 1)


def previous_month(month: date) -> date:
    return shifted(month, -1)


def around(month: date, *, back: int = 0, ahead: int = 0) -> list[date]:
    """This month with so many before and after it, the oldest first."""
    return [shifted(month, by) for by in range(-back, ahead + 1)]
