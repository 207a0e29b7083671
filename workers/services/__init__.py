"""Every write to the register and the attendance. Other apps import from here."""

from workers.services.attendance import DayRow, WrittenDays, write_days
from workers.services.contracts import sign_contract, why_not_sign
from workers.services.corrections import correct_attendance, correct_team_day, record_attendance, why_no_attendance
from workers.services.devices import save_device
from workers.services.enrolment import (
    enrol,
    exit_engagement,
    return_engagement,
    update_engagement,
    why_not_enrol,
    why_not_update,
)
from workers.services.punches import PunchRow, write_punches
from workers.services.recompute import DayChange, changes_of, recompute
from workers.services.roster import RosterEntry, Written, write_roster
from workers.services.standards import change_standard
from workers.services.strays import StrayRow, keep_strays, take_in_strays

__all__ = [
    "DayChange",
    "DayRow",
    "PunchRow",
    "RosterEntry",
    "StrayRow",
    "Written",
    "WrittenDays",
    "change_standard",
    "changes_of",
    "correct_attendance",
    "correct_team_day",
    "enrol",
    "exit_engagement",
    "keep_strays",
    "recompute",
    "record_attendance",
    "return_engagement",
    "save_device",
    "sign_contract",
    "take_in_strays",
    "update_engagement",
    "why_no_attendance",
    "why_not_enrol",
    "why_not_sign",
    "why_not_update",
    "write_days",
    "write_punches",
    "write_roster",
]
