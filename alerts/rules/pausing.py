"""How a suspension and the Spring Festival count. Why each rule pauses or runs on:
docs/decisions/suspended-projects.md."""

from dataclasses import dataclass
from datetime import date, timedelta

from alerts.rules.base import Parameter, Rule
from core.working_days import LUNAR_NEW_YEARS

# Whole days from `since` up to yesterday on which the project did not stand still.
RUNNING_DAYS = """(
    %(today)s::date - {since} - coalesce((
        SELECT sum(upper(stood.days) - lower(stood.days)) FROM (
            SELECT daterange(s.began_on, s.ended_on)
                   * daterange(least({since}, %(today)s::date), %(today)s::date) AS days
            FROM projects_suspension s WHERE s.project_id = {project}
        ) stood
        WHERE NOT isempty(stood.days)
    ), 0)
)"""

# Whether the project stood still on every day of a month.
STOOD_ALL_MONTH = """coalesce((
    SELECT range_agg(daterange(s.began_on, s.ended_on)) FROM projects_suspension s WHERE s.project_id = {project}
) @> daterange({month}, ({month} + interval '1 month')::date), false)"""


@dataclass(frozen=True)
class Festival:
    """春节前后停工返乡: the days from `before` days before the lunar New Year to `after` days after it."""

    before: int
    after: int

    def covers(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.spans)

    @property
    def spans(self) -> list[tuple[date, date]]:
        return [(day - timedelta(self.before), day + timedelta(self.after)) for day in LUNAR_NEW_YEARS]

    def back(self, today: date, count: int) -> date:
        """The first of the last `count` days before today that are not the festival's."""
        day = today
        while count > 0:
            day -= timedelta(1)
            count -= not self.covers(day)
        return day


class PausesForFestival(Rule, register=False):
    """Counts days of silence without those around the Spring Festival."""

    festival_before = Parameter(15, "春节前不计天数", "日", stricter="less")
    festival_after = Parameter(20, "春节后不计天数", "日", stricter="less")

    @property
    def festival(self) -> Festival:
        return Festival(self.festival_before, self.festival_after)
