"""A month of attendance as it is drawn: days across, people down."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from workers.enums import AttendanceSource
from workers.models import AttendanceDay
from workers.selectors import PersonMonth

MARKS = {
    Decimal("1"): ("√", "full", "全天"),
    Decimal("0.5"): ("△", "half", "半天"),
    Decimal("0"): ("○", "rest", "未出勤"),
}
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Cell:
    day: date
    mark: str = ""
    kind: str = ""
    meaning: str = "无记录"
    by_hand: bool = False
    times: str = ""
    may_correct: bool = False

    @property
    def label(self) -> str:
        """What the cell says, for those who do not see it and for whoever points at it."""
        by = "（人工更正）" if self.by_hand else ""
        return f"{self.day.month}月{self.day.day}日 {self.meaning}{by}{self.times}"


@dataclass(frozen=True)
class Line:
    person: PersonMonth
    cells: list[Cell]

    @property
    def engagement(self):
        return self.person.engagement

    @property
    def total(self) -> Decimal:
        return self.person.total


class Grid:
    def __init__(self, people: list[PersonMonth], month: date, today: date, may_correct: bool):
        self.people, self.today, self.may_correct = people, today, may_correct
        self.days = [month + timedelta(n) for n in range(monthrange(month.year, month.month)[1])]

    @property
    def head(self) -> list[tuple[int, str, bool]]:
        return [(day.day, WEEKDAYS[day.weekday()], day.weekday() >= 5) for day in self.days]

    @cached_property
    def lines(self) -> list[Line]:
        return [Line(person, [self._cell(person, day) for day in self.days]) for person in self.people]

    @property
    def total(self) -> Decimal:
        return sum((person.total for person in self.people), Decimal(0))

    def _cell(self, person: PersonMonth, day: date) -> Cell:
        known = person.days.get(day.day)
        possible = day <= self.today and person.could_work(day)
        if known is None:
            meaning = "无记录" if possible else "不在场"
            return Cell(
                day, kind="" if possible else "away", meaning=meaning, may_correct=self.may_correct and possible
            )
        mark, kind, meaning = MARKS[known.units]
        by_hand = known.source == AttendanceSource.MANUAL
        return Cell(day, mark, kind, meaning, by_hand, _times(known), self.may_correct and possible)


def _times(known: AttendanceDay) -> str:
    if not (known.first_in or known.last_out):
        return ""
    first, last = (f"{moment:%H:%M}" if moment else "—" for moment in (known.first_in, known.last_out))
    return f"，{first} 至 {last}"
