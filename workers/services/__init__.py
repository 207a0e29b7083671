"""Every write to the register and the attendance. Other apps import from here."""

from workers.services.attendance import DayRow, WrittenDays, write_days
from workers.services.contracts import sign_contract, why_not_sign
from workers.services.corrections import correct_attendance, record_attendance, why_no_attendance
from workers.services.enrolment import (
    enrol,
    exit_engagement,
    return_engagement,
    update_engagement,
    why_not_enrol,
    why_not_update,
)
from workers.services.punches import PunchRow, write_punches
from workers.services.roster import RosterEntry, Written, write_roster

__all__ = [
    "DayRow",
    "PunchRow",
    "RosterEntry",
    "Written",
    "WrittenDays",
    "correct_attendance",
    "enrol",
    "exit_engagement",
    "record_attendance",
    "return_engagement",
    "sign_contract",
    "update_engagement",
    "why_no_attendance",
    "why_not_enrol",
    "why_not_sign",
    "why_not_update",
    "write_days",
    "write_punches",
    "write_roster",
]
