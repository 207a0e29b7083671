"""Every write to the register and the attendance. Other apps import from here."""

from workers.services.attendance import DayRow, WrittenDays, write_days
from workers.services.contracts import sign_contract
from workers.services.corrections import correct_attendance, record_attendance, why_no_attendance
from workers.services.enrolment import enrol, exit_engagement, update_engagement
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
    "sign_contract",
    "update_engagement",
    "why_no_attendance",
    "write_days",
    "write_punches",
    "write_roster",
]
