"""A month of attendance as it is drawn: days across, people down."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from projects.models import Project, Suspension
from workers.enums import AttendanceSource
from workers.models import AttendanceDay, Engagement
from workers.selectors import PersonMonth, month_grid, person_month, teams_in_month

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
    def __init__(
        self,
        people: list[PersonMonth],
        month: date,
        today: date,
        may_correct: bool,
        suspensions: Iterable[Suspension] = (),
    ):
        self.people, self.today, self.may_correct, self.suspensions = people, today, may_correct, suspensions
        self.days = [month + timedelta(n) for n in range(monthrange(month.year, month.month)[1])]

    @property
    def head(self) -> list[tuple[int, str, bool]]:
        return [(day.day, WEEKDAYS[day.weekday()], day.weekday() >= 5) for day in self.days]

    @property
    def suspended(self) -> set[int]:
        """The days on which the project stood still."""
        past = (day for day in self.days if day <= self.today)
        return {day.day for day in past if any(span.covers(day) for span in self.suspensions)}

    @cached_property
    def lines(self) -> list[Line]:
        return [Line(person, [self._cell(person, day) for day in self.days]) for person in self.people]

    @property
    def total(self) -> Decimal:
        return sum((person.total for person in self.people), Decimal(0))

    @cached_property
    def sums(self) -> list[Decimal]:
        """Days worked, by day of the month."""
        return [
            sum((person.days[day.day].units for person in self.people if day.day in person.days), Decimal(0))
            for day in self.days
        ]

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


@dataclass(frozen=True)
class Calendar:
    """One person's month by weeks, for `workers/_calendar.html`: `weeks` of seven cells, None outside the month."""

    engagement: Engagement
    month: date
    grid: Grid

    @classmethod
    def of(cls, engagement: Engagement, month: date, today: date, *, may_correct: bool = False) -> "Calendar":
        return cls(engagement, month, Grid([person_month(engagement, month)], month, today, may_correct))

    @property
    def total(self) -> Decimal:
        return self.grid.total

    @property
    def weeks(self) -> list[list[Cell | None]]:
        cells = [*[None] * self.month.weekday(), *self.grid.lines[0].cells]
        cells += [None] * (-len(cells) % 7)
        return [cells[start : start + 7] for start in range(0, len(cells), 7)]


def exported(project: Project, month: date) -> tuple[list[str], Iterator[list]]:
    """Head and rows of the month of all teams: what stands in the grid, with the total."""
    length = monthrange(month.year, month.month)[1]
    headers = ["班组", "姓名", "证件号码", "工种", *(f"{day}日" for day in range(1, length + 1)), "出勤天数"]
    return headers, _exported_rows(project, month, length)


def _exported_rows(project: Project, month: date, length: int) -> Iterator[list]:
    for team in teams_in_month(project, month):
        for line in month_grid(project, month, team):
            own, worker = line.engagement, line.engagement.worker
            marks = (MARKS[line.days[day].units][0] if day in line.days else "" for day in range(1, length + 1))
            who = [team.name if team else "", worker.name, worker.masked_id, own.get_trade_display()]
            yield [*who, *marks, float(line.total)]


def _times(known: AttendanceDay) -> str:
    if not (known.first_in or known.last_out):
        return ""
    first, last = (f"{moment:%H:%M}" if moment else "—" for moment in (known.first_in, known.last_out))
    return f"，{first} 至 {last}"
