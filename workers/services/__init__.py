"""Every write to the register and the attendance. Other apps import from here."""

from workers.services import cards
from workers.services.appraisals import appraise, state, withdraw
from workers.services.attendance import DayRow, WrittenDays, write_days
from workers.services.certificates import CertificateEntry, save_certificate, why_not_certify, write_certificates
from workers.services.contracts import (
    end_contract,
    record_print,
    renew_contract,
    resume_contract,
    sign_contract,
    why_not_sign,
)
from workers.services.corrections import correct_attendance, correct_team_day, record_attendance, why_no_attendance
from workers.services.devices import save_device
from workers.services.enrolment import (
    enrol,
    update_engagement,
    why_not_enrol,
    why_not_update,
)
from workers.services.insurances import save_insurance
from workers.services.photos import save_photo
from workers.services.punches import PunchRow, write_punches
from workers.services.recompute import DayChange, changes_of, recompute
from workers.services.roster import RosterEntry, Written, write_roster
from workers.services.standards import change_standard
from workers.services.stays import (
    Exit,
    Settled,
    add_signed_sheet,
    exit_engagement,
    exit_people,
    return_engagement,
    settle_departure,
)
from workers.services.strays import StrayRow, keep_strays, take_in_strays
from workers.services.teams import exit_team, move_people, return_team, save_team
from workers.services.training import record_results, save_training

__all__ = [
    "CertificateEntry",
    "DayChange",
    "DayRow",
    "Exit",
    "PunchRow",
    "RosterEntry",
    "Settled",
    "StrayRow",
    "Written",
    "WrittenDays",
    "add_signed_sheet",
    "appraise",
    "cards",
    "change_standard",
    "changes_of",
    "correct_attendance",
    "correct_team_day",
    "end_contract",
    "enrol",
    "exit_engagement",
    "exit_people",
    "exit_team",
    "keep_strays",
    "move_people",
    "recompute",
    "record_attendance",
    "record_print",
    "record_results",
    "renew_contract",
    "resume_contract",
    "return_engagement",
    "return_team",
    "save_certificate",
    "save_device",
    "save_insurance",
    "save_photo",
    "save_team",
    "save_training",
    "settle_departure",
    "sign_contract",
    "state",
    "take_in_strays",
    "update_engagement",
    "why_no_attendance",
    "why_not_certify",
    "why_not_enrol",
    "why_not_sign",
    "why_not_update",
    "withdraw",
    "write_certificates",
    "write_days",
    "write_punches",
    "write_roster",
]
