"""The working-day calendar of the law's deadlines.

Weekends are free and weekdays are worked unless a `WorkdayOverride` says otherwise (State Council holiday notices).
Beyond the last year whose notice is published a deadline is provisional: it is marked, never guessed in silence.
For set-based SQL the same calendar stands ready in `core_calendarday`, where consecutive working days carry
consecutive `workday_number`s (a free day carries the number of the working day before it).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery

from core.models.calendar import CalendarDay, PublishedYear, WorkdayOverride

FIRST, LAST = date(2015, 1, 1), date(2040, 12, 31)

# 春节, the first day of the lunar year. Sites stand still around it for longer than the holiday of the notice, which
# for the next year comes out in November; the moon is known before.
LUNAR_NEW_YEARS = tuple(
    map(
        date.fromisoformat,
        (
            *("2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25", "2021-02-12"),
            *("2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26"),
            *("2029-02-13", "2030-02-03", "2031-01-23", "2032-02-11", "2033-01-31", "2034-02-19", "2035-02-08"),
            *("2036-01-28", "2037-02-15", "2038-02-04", "2039-01-24", "2040-02-12"),
        ),
    )
)


@dataclass(frozen=True)
class Deadline:
    day: date
    provisional: bool


def is_workday(day: date) -> bool:
    return CalendarDay.objects.get(day=day).is_workday


def add_workdays(start: date, count: int) -> Deadline:
    """The last day of a term of `count` working days that begins the day after `start`."""
    number = CalendarDay.objects.get(day=start).workday_number
    due = CalendarDay.objects.get(is_workday=True, workday_number=number + count)
    return Deadline(due.day, due.provisional)


def due_after(day: str, count: int) -> Subquery:
    """The last day of such a term, told of a date field of a query's rows; empty where the date is."""
    begun = CalendarDay.objects.filter(day=OuterRef(OuterRef(day))).values("workday_number")[:1]
    due = CalendarDay.objects.filter(is_workday=True, workday_number=Subquery(begun) + count)
    return Subquery(due.values("day")[:1])


def workdays_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`."""
    numbers = dict(CalendarDay.objects.filter(day__in=[start, end]).values_list("day", "workday_number"))
    return numbers[end] - numbers[start]


@transaction.atomic
def rebuild() -> int:
    """Derive `core_calendarday` from the overrides and the published years; returns its number of days."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_calendarday")
        cursor.execute(
            """
            INSERT INTO core_calendarday (day, is_workday, workday_number, provisional)
            SELECT day, works, sum(works::int) OVER (ORDER BY day), NOT published
            FROM (
                SELECT d::date AS day,
                       coalesce(o.is_workday, extract(isodow FROM d) < 6) AS works,
                       EXISTS (SELECT 1 FROM core_publishedyear y WHERE y.year = extract(year FROM d)) AS published
                FROM generate_series(%s::date, %s::date, interval '1 day') d
                LEFT JOIN core_workdayoverride o ON o.day = d::date
            ) days
            """,
            [FIRST, LAST],
        )
        return cursor.rowcount


@transaction.atomic
def load_published(years: range) -> None:
    """Seed the overrides of these years from the library chinesecalendar, which transcribes the yearly notices."""
    import chinese_calendar

    for year in years:
        day = date(year, 1, 1)
        overrides = []
        while day.year == year:
            works = chinese_calendar.is_workday(day)
            if works != (day.isoweekday() < 6):
                _, name = chinese_calendar.get_holiday_detail(day)
                overrides.append(WorkdayOverride(day=day, is_workday=works, name=name or ""))
            day += timedelta(days=1)
        WorkdayOverride.objects.bulk_create(overrides, ignore_conflicts=True)
        PublishedYear.objects.get_or_create(year=year)
    rebuild()
