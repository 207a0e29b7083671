from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.models import AuditEntry
from core.months import next_month
from projects.enums import Status
from projects.models import ChangedProject
from tests.organizations.factories import clerk
from tests.projects.factories import project
from tests.workers import factories
from workers import partitions
from workers.enums import AttendanceSource, Direction
from workers.models import AttendanceCorrection, AttendanceDay, AttendanceMonth, Punch
from workers.services import (
    DayRow,
    PunchRow,
    correct_attendance,
    record_attendance,
    write_days,
    write_punches,
)
from workers.tasks import make_partitions

pytestmark = pytest.mark.django_db

SHEET, DEVICE, MANUAL = AttendanceSource.SHEET, AttendanceSource.DEVICE, AttendanceSource.MANUAL
ONE, HALF, NONE = Decimal("1"), Decimal("0.5"), Decimal("0")


@pytest.fixture
def worker():
    return factories.engagement(project(), entered_on=date(2026, 8, 1))


def month_of(engagement, month=date(2026, 9, 1)):
    return AttendanceMonth.objects.get(engagement=engagement, month=month)


def test_days_are_written_and_rolled_up(worker):
    written = write_days(
        [DayRow(worker.pk, date(2026, 9, 1), NONE), DayRow(worker.pk, date(2026, 9, 2), HALF)]
        + [DayRow(worker.pk, date(2026, 9, day), ONE) for day in range(3, 11)],
        source=SHEET,
    )
    assert (written.created, written.updated) == (10, 0)
    total = month_of(worker)
    assert (total.days, total.first_day, total.last_day) == (Decimal("8.5"), date(2026, 9, 2), date(2026, 9, 10))
    assert total.project_id == worker.project_id
    assert ChangedProject.objects.filter(project=worker.project).exists()


def test_writing_the_same_again_changes_nothing(worker):
    rows = [DayRow(worker.pk, date(2026, 9, day), ONE) for day in range(1, 6)]
    write_days(rows, source=SHEET)
    ChangedProject.objects.all().delete()
    again = write_days(rows, source=SHEET)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 5)
    assert not ChangedProject.objects.exists()


def test_the_last_of_two_rows_for_a_day_counts(worker):
    day = date(2026, 9, 1)
    write_days([DayRow(worker.pk, day, ONE), DayRow(worker.pk, day, HALF)], source=SHEET)
    assert AttendanceDay.objects.get().units == HALF


def test_times_of_a_device_stay_when_a_sheet_says_the_same_day(worker):
    day = date(2026, 9, 1)
    write_days([DayRow(worker.pk, day, ONE, time(7, 30), time(18, 0))], source=DEVICE)
    assert write_days([DayRow(worker.pk, day, ONE)], source=SHEET).unchanged == 1
    write_days([DayRow(worker.pk, day, HALF)], source=SHEET)
    stored = AttendanceDay.objects.get()
    assert (stored.units, stored.first_in, stored.last_out) == (HALF, time(7, 30), time(18, 0))


def test_an_unknown_engagement_is_an_error_and_writes_nothing(worker):
    with pytest.raises(ValueError, match="no engagement"):
        write_days([DayRow(worker.pk, date(2026, 9, 1), ONE), DayRow(10**9, date(2026, 9, 1), ONE)], source=SHEET)
    assert not AttendanceDay.objects.exists()


def test_partitions_are_made_on_demand_and_only_once(worker):
    write_days([DayRow(worker.pk, date(2019, 2, 28), ONE), DayRow(worker.pk, date(2019, 3, 1), ONE)], source=SHEET)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM workers_attendanceday_201902")
        assert cursor.fetchone() == (1,)
    assert partitions.ensure([date(2019, 2, 1)]) == []
    assert AttendanceMonth.objects.count() == 2


def test_the_nightly_task_makes_this_month_and_the_next_two(time_machine):
    time_machine.move_to(
        datetime(2031, 11, 30, 20, 0, tzinfo=timezone.get_fixed_timezone(0))
    )  # 1 December in Shanghai
    made = make_partitions()
    assert made == [f"{table}_{month}" for month in (203112, 203201, 203202) for table in partitions.TABLES]
    assert make_partitions() == []


DAYS = st.dates(date(2026, 8, 25), date(2026, 10, 5))
WRITES = st.lists(
    st.tuples(
        st.sampled_from([0, 1]), DAYS, st.sampled_from([ONE, HALF, NONE]), st.sampled_from([SHEET, DEVICE, MANUAL])
    ),
    max_size=40,
)


@given(WRITES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_roll_up_agrees_with_the_days_after_any_writes(worker, writes):
    people = [worker, factories.engagement(worker.project)]
    for source in (SHEET, DEVICE, MANUAL, SHEET):
        write_days(
            [DayRow(people[who].pk, day, units) for who, day, units, by in writes if by == source], source=source
        )
    for person in people:
        for month in (date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)):
            own = AttendanceDay.objects.filter(engagement=person, day__gte=month, day__lt=next_month(month))
            rolled = AttendanceMonth.objects.filter(engagement=person, month=month).first()
            assert (rolled.days if rolled else 0) == (own.aggregate(total=Sum("units"))["total"] or 0)
            worked = sorted(own.filter(units__gt=0).values_list("day", flat=True))
            ends = (worked[0], worked[-1]) if worked else (None, None)
            assert ((rolled.first_day, rolled.last_day) if rolled else (None, None)) == ends


# --- by hand -------------------------------------------------------------------------------------------------------


def test_a_correction_keeps_what_stood_there_and_who_said_so(worker):
    user, day = clerk(), date(2026, 9, 3)
    write_days([DayRow(worker.pk, day, NONE)], source=SHEET)
    made = correct_attendance(worker, day=day, units=ONE, reason="闸机故障", by=user)
    assert (made.old_units, made.new_units, made.reason, made.by) == (NONE, ONE, "闸机故障", user)
    assert AttendanceDay.objects.get().source == MANUAL
    assert month_of(worker).days == ONE
    assert AuditEntry.objects.get(action="attendance.correct").actor == user


def test_a_correction_is_not_overwritten_by_a_later_sheet(worker):
    day = date(2026, 9, 3)
    correct_attendance(worker, day=day, units=ONE, reason="漏记", by=clerk())
    written = write_days([DayRow(worker.pk, day, NONE), DayRow(worker.pk, date(2026, 9, 4), ONE)], source=SHEET)
    assert (written.created, written.kept) == (1, 1)
    assert AttendanceDay.objects.get(day=day).units == ONE
    correct_attendance(worker, day=day, units=HALF, reason="再次核实", by=clerk())
    assert AttendanceDay.objects.get(day=day).units == HALF
    assert AttendanceCorrection.objects.count() == 2


def test_a_day_confirmed_by_hand_is_the_hands_and_no_later_sheet_takes_it_back(worker):
    day = date(2026, 9, 3)
    write_days([DayRow(worker.pk, day, ONE)], source=SHEET)
    correct_attendance(worker, day=day, units=ONE, reason="已核实", by=clerk())
    assert AttendanceDay.objects.get().source == MANUAL
    assert write_days([DayRow(worker.pk, day, NONE)], source=SHEET).kept == 1
    assert AttendanceDay.objects.get().units == ONE


def test_correcting_to_what_stands_by_hand_already_leaves_no_second_entry(worker):
    for _ in range(2):
        correct_attendance(worker, day=date(2026, 9, 3), units=ONE, reason="漏记", by=clerk())
    assert AttendanceCorrection.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"reason": " "}, "原因"),
        ({"day": date(2026, 7, 31)}, "早于进场"),
        ({"day": date(2026, 9, 21)}, "晚于退场"),
        ({"day": date(2026, 10, 2)}, "晚于今天"),
        ({"units": Decimal("2")}, "1、0.5 或 0"),
    ],
)
def test_what_cannot_be_corrected_is_refused(worker, change, expected):
    worker.exited_on = date(2026, 9, 20)
    if "晚于今天" in expected:
        worker.exited_on = None
    values = {"day": date(2026, 9, 3), "units": ONE, "reason": "漏记"} | change
    with pytest.raises(ValidationError, match=expected):
        correct_attendance(worker, by=clerk(), today=date(2026, 10, 1), **values)
    assert not AttendanceCorrection.objects.exists()


def test_nothing_is_recorded_at_a_completed_project(worker):
    worker.project.status, worker.project.completed_on = Status.COMPLETED, date(2026, 10, 1)
    worker.project.save()
    with pytest.raises(ValidationError, match="确认完工"):
        correct_attendance(worker, day=date(2026, 9, 3), units=ONE, reason="漏记", by=clerk())
    with pytest.raises(ValidationError, match="确认完工"):
        record_attendance(worker.project, [DayRow(worker.pk, date(2026, 9, 3), ONE)], source=DEVICE, by=None)


def test_recording_refuses_people_of_another_project(worker):
    stranger = factories.engagement(project())
    with pytest.raises(ValidationError, match="不在本项目"):
        record_attendance(worker.project, [DayRow(stranger.pk, date(2026, 9, 3), ONE)], source=DEVICE, by=None)


# --- punches -------------------------------------------------------------------------------------------------------


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=timezone.get_default_timezone())


def punched(worker, *punches):
    return write_punches([PunchRow(worker.pk, moment, direction) for moment, direction in punches])


@pytest.mark.parametrize(("hours", "units"), [(10, ONE), (4, ONE), (3.9, HALF), (2, HALF), (1.9, NONE)])
def test_two_clockings_make_a_day_by_the_time_between_them(worker, hours, units):
    punched(worker, (at(3, 7, 30), Direction.IN), (at(3, 7, 30) + timedelta(hours=hours), Direction.OUT))
    day = AttendanceDay.objects.get()
    assert (day.units, day.first_in, day.source) == (units, time(7, 30), DEVICE)


def test_one_clocking_is_no_day_but_is_kept(worker):
    punched(worker, (at(3, 7, 30), Direction.IN))
    day = AttendanceDay.objects.get()
    assert (day.units, day.first_in, day.last_out) == (NONE, time(7, 30), None)
    assert Punch.objects.count() == 1


def test_later_clockings_of_a_day_complete_it(worker):
    punched(worker, (at(3, 7, 30), Direction.IN))
    punched(worker, (at(3, 12), Direction.OUT), (at(3, 13), Direction.IN), (at(3, 18, 5), Direction.OUT))
    day = AttendanceDay.objects.get()
    assert (day.units, day.first_in, day.last_out) == (ONE, time(7, 30), time(18, 5))
    assert month_of(worker).days == ONE


def test_clockings_without_direction_count_first_and_last(worker):
    punched(worker, (at(3, 7), ""), (at(3, 17), ""))
    day = AttendanceDay.objects.get()
    assert (day.units, day.first_in, day.last_out) == (ONE, time(7), time(17))


def test_a_night_shift_belongs_to_the_day_it_began(worker):
    punched(worker, (at(3, 19), Direction.IN), (at(4, 7), Direction.OUT))
    day = AttendanceDay.objects.get()
    assert (day.day, day.units, day.first_in, day.last_out) == (date(2026, 9, 3), ONE, time(19), time(7))


def test_sending_clockings_twice_changes_nothing(worker):
    punches = [(at(3, 7), Direction.IN), (at(3, 17), Direction.OUT)]
    punched(worker, *punches)
    assert punched(worker, *punches).unchanged == 1
    assert Punch.objects.count() == 2
