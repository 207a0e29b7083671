"""What makes a day: by dated standards, for managers by biometric means only; months recomputed when asked."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.models import AuditEntry
from organizations.enums import Industry
from organizations.models import Region
from projects.enums import Status
from tests.organizations.factories import clerk, officer
from tests.projects.factories import project
from tests.workers import factories
from workers.enums import AttendanceSource, Direction, WorkRole
from workers.models import AttendanceDay, AttendanceMonth, AttendanceStandard, Device, Punch
from workers.selectors import days
from workers.services import (
    DayRow,
    PunchRow,
    change_standard,
    changes_of,
    correct_attendance,
    recompute,
    write_days,
    write_punches,
)

pytestmark = pytest.mark.django_db

IN, OUT = Direction.IN, Direction.OUT
DAY, MONTH = date(2026, 9, 3), date(2026, 9, 1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=timezone.get_default_timezone())


def standard(**changes) -> AttendanceStandard:
    values = {
        "valid_from": date(2026, 1, 1),
        "min_punches": 2,
        "full_hours": Decimal(4),
        "half_hours": Decimal(2),
        "manager_means": ["001", "003"],
        "reason": "试点",
    }
    return change_standard(by=officer("530000"), **values | changes)


def punched(person, *hours, means="001", day=3):
    turns = [IN, OUT] * len(hours)
    return write_punches(
        [PunchRow(person.pk, at(day, hour), turn, means) for hour, turn in zip(hours, turns, strict=False)]
    )


def units(person, day=DAY):
    return AttendanceDay.objects.get(engagement=person, day=day).units


@pytest.fixture
def person():
    return factories.engagement(project(at="530902", industry=Industry.HOUSING))


@pytest.mark.parametrize(
    ("changes", "hours", "expected"),
    [
        ({}, (7, 12), 1),
        ({"full_hours": Decimal(6)}, (7, 12), Decimal("0.5")),
        ({"full_hours": Decimal(6), "half_hours": Decimal("5.5")}, (7, 12), 0),
        ({"min_punches": 4}, (7, 12, 13), 0),
        ({"min_punches": 4}, (7, 12, 13, 18), 1),
        ({"min_punches": 1, "full_hours": Decimal(0), "half_hours": Decimal(0)}, (7,), 1),
        ({"full_hours": Decimal(6), "valid_from": date(2026, 9, 3)}, (7, 12), Decimal("0.5")),
        ({"full_hours": Decimal(6), "valid_from": date(2026, 9, 4)}, (7, 12), 1),
        ({"full_hours": Decimal(6), "industry": Industry.WATER}, (7, 12), 1),
        ({"full_hours": Decimal(6), "industry": Industry.HOUSING}, (7, 12), Decimal("0.5")),
    ],
)
def test_the_standard_of_the_day_decides(person, changes, hours, expected):
    standard(**changes)
    punched(person, *hours)
    assert units(person) == expected


def test_the_more_specific_place_wins_then_the_industry_then_the_newer(person):
    project(at="530102")
    standard(full_hours=Decimal(3), region=Region.objects.get(pk="530902"))
    standard(full_hours=Decimal(5), region=Region.objects.get(pk="530900"), industry=Industry.HOUSING)
    standard(full_hours=Decimal(8), region=Region.objects.get(pk="530102"))
    standard(full_hours=Decimal(9))
    assert days.standard_of(person.project, DAY).full_hours == 3
    punched(person, 7, 11)
    assert units(person) == 1
    standard(full_hours=Decimal(5), region=Region.objects.get(pk="530902"))
    assert days.standard_of(person.project, DAY).full_hours == 5
    punched(person, 7, 11, day=4)
    assert units(person, date(2026, 9, 4)) == Decimal("0.5")


def test_without_a_version_the_defaults_hold(person):
    held = days.standard_of(person.project, DAY)
    assert (held.min_punches, held.full_hours, held.half_hours) == (2, 4, 2)
    assert held.manager_means == ["001", "002", "003", "004"]


@pytest.mark.parametrize("user", [lambda: officer("530900"), lambda: clerk()])
def test_only_the_province_changes_a_standard(user):
    with pytest.raises(PermissionDenied):
        change_standard(
            by=user(),
            valid_from=DAY,
            min_punches=1,
            full_hours=Decimal(1),
            half_hours=Decimal(1),
            manager_means=["001"],
            reason="无",
        )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"half_hours": Decimal(5)}, "__all__"),
        ({"manager_means": []}, "manager_means"),
        ({"valid_from": date(2020, 4, 30)}, "valid_from"),
        ({"reason": " "}, "reason"),
    ],
)
def test_a_standard_that_makes_no_sense_is_refused(changes, field):
    with pytest.raises(ValidationError) as refused:
        standard(**changes)
    assert field in refused.value.message_dict
    assert not AttendanceStandard.objects.exists()


@pytest.mark.parametrize("change", ["half_hours = 5", "full_hours = 25", "min_punches = 0", "half_hours = -1"])
def test_the_database_refuses_such_a_standard_too(change):
    made = standard()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE workers_attendancestandard SET {change} WHERE id = %s", [made.pk])


# --- managers ------------------------------------------------------------------------------------------------------


@pytest.fixture
def manager(person):
    person.work_role = WorkRole.MANAGER
    person.save()
    return person


@pytest.mark.parametrize("means", ["005", "006", "010", "011", ""])
def test_a_managers_card_is_kept_but_makes_no_day(manager, means):
    punched(manager, 7, 18, means=means)
    assert Punch.objects.count() == 2
    assert not AttendanceDay.objects.exists()
    assert all("生物识别" in punch.void for punch in days.punches_of(manager, DAY))


@pytest.mark.parametrize("means", ["001", "002", "003", "004"])
def test_a_managers_face_makes_a_day(manager, means):
    punched(manager, 7, 18, means=means)
    assert units(manager) == 1
    assert not any(punch.void for punch in days.punches_of(manager, DAY))


def test_a_workers_card_makes_a_day(person):
    punched(person, 7, 18, means="006")
    assert units(person) == 1


def test_only_the_biometric_clockings_of_a_manager_are_counted(manager):
    write_punches(
        [
            PunchRow(manager.pk, at(3, 7), IN, "006"),
            PunchRow(manager.pk, at(3, 10), IN, "001"),
            PunchRow(manager.pk, at(3, 13), OUT, "001"),
            PunchRow(manager.pk, at(3, 18), OUT, "006"),
        ]
    )
    assert units(manager) == Decimal("0.5")


def test_which_means_count_is_a_parameter(manager):
    standard(manager_means=["006"])
    punched(manager, 7, 18, means="006")
    assert units(manager) == 1


def test_a_clocking_without_means_has_those_of_its_device(manager):
    face = factories.device(manager.project, means="001")
    write_punches([PunchRow(manager.pk, at(3, hour), "", "", face.pk) for hour in (7, 18)])
    assert units(manager) == 1
    assert Device.objects.get().last_seen_at == at(3, 18)
    assert {punch.device_id for punch in Punch.objects.all()} == {face.pk}


# --- recomputing ---------------------------------------------------------------------------------------------------


def test_recomputing_shows_what_changes_first_and_then_changes_it(person):
    punched(person, 7, 12)
    punched(person, 7, 18, day=4)
    standard(full_hours=Decimal(6))
    (change,) = changes_of(person.project, MONTH)
    assert (change.engagement, change.day, change.old_units, change.new_units) == (person, DAY, 1, Decimal("0.5"))
    assert units(person) == 1, "looking changes nothing"
    recompute(person.project, MONTH, by=clerk())
    assert units(person) == Decimal("0.5")
    assert AttendanceMonth.objects.get().days == Decimal("1.5")
    assert changes_of(person.project, MONTH) == []
    assert AuditEntry.objects.filter(action="attendance.recompute").count() == 1


def test_a_worker_who_becomes_a_manager_loses_the_days_of_the_card(person):
    punched(person, 7, 18, means="006")
    person.work_role = WorkRole.MANAGER
    person.save()
    (change,) = changes_of(person.project, MONTH)
    assert (change.old_units, change.new_units) == (1, 0)


def test_days_of_a_sheet_and_of_a_hand_stay_when_recomputed(person):
    punched(person, 7, 12)
    punched(person, 7, 12, day=4)
    write_days([DayRow(person.pk, DAY, Decimal("0"))], source=AttendanceSource.SHEET)
    correct_attendance(person, day=date(2026, 9, 4), units=Decimal("0.5"), reason="核实", by=clerk())
    assert changes_of(person.project, MONTH) == []


def test_nothing_is_recomputed_at_a_completed_project(person):
    person.project.status, person.project.completed_on = Status.COMPLETED, date(2026, 10, 1)
    person.project.save()
    with pytest.raises(ValidationError, match="确认完工"):
        recompute(person.project, MONTH, by=clerk())
