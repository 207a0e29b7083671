"""Until when attendance must have come (W5): the same day; of linear works in two batches, the first half of the month
on the 15th, the second on its last day (湘人社规〔2024〕13号)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from core.months import previous_month

HALF = 15


@dataclass(frozen=True)
class Batch:
    """Days whose attendance is due together, and the day on which it is."""

    first: date
    last: date

    @property
    def due_on(self) -> date:
        return self.last

    def __str__(self) -> str:
        if self.first == self.last:
            return f"{self.last.month}月{self.last.day}日"
        return f"{self.first.month}月{self.first.day}日至{self.last.day}日"


def batch_of(day: date, *, is_linear: bool) -> Batch:
    """The batch this day's attendance belongs to."""
    if not is_linear:
        return Batch(day, day)
    if day.day <= HALF:
        return Batch(day.replace(day=1), day.replace(day=HALF))
    return Batch(day.replace(day=HALF + 1), day.replace(day=monthrange(day.year, day.month)[1]))


def last_due(today: date, *, is_linear: bool) -> Batch:
    """The latest batch whose day has passed: a day that is not over proves nothing."""
    if not is_linear:
        return batch_of(today - timedelta(1), is_linear=False)
    if today.day > HALF:
        return batch_of(today.replace(day=HALF), is_linear=True)
    before = previous_month(today)
    return batch_of(before.replace(day=monthrange(before.year, before.month)[1]), is_linear=True)


def next_due(today: date, *, is_linear: bool) -> Batch:
    return batch_of(today, is_linear=is_linear)


def has_come(last_day: date | None, today: date, *, is_linear: bool) -> bool:
    """`last_day`: the latest day with attendance."""
    return last_day is not None and last_day >= last_due(today, is_linear=is_linear).first
