"""Terms in working days, as SQL. The calendar: `core.working_days`."""

# The last day of a term of {days} working days that begins the day after {since}: `add_workdays` of many rows at once.
# A day before the calendar begins counts as its first.
DUE_AFTER = """(
    SELECT due.day FROM core_calendarday begun
    JOIN core_calendarday due ON due.workday_number = begun.workday_number + {days} AND due.is_workday
    WHERE begun.day = greatest({since}, '2015-01-01'::date)
)"""
