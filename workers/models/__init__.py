from workers.models.appraisal import Appraisal
from workers.models.attendance import AttendanceCorrection, AttendanceDay, AttendanceMonth, Punch
from workers.models.certificate import Certificate
from workers.models.contract import LabourContract
from workers.models.deadline import RegistrationDeadline
from workers.models.departure import Departure
from workers.models.devices import AttendanceStandard, Device, Presence, StrayPunch
from workers.models.engagement import Engagement, Team
from workers.models.insurance import Insurance
from workers.models.login import LoginIssue
from workers.models.own import OwnRows
from workers.models.training import Training, TrainingRecord
from workers.models.worker import BankCard, Worker

__all__ = [
    "Appraisal",
    "AttendanceCorrection",
    "AttendanceDay",
    "AttendanceMonth",
    "AttendanceStandard",
    "BankCard",
    "Certificate",
    "Departure",
    "Device",
    "Engagement",
    "Insurance",
    "LabourContract",
    "LoginIssue",
    "OwnRows",
    "Presence",
    "Punch",
    "RegistrationDeadline",
    "StrayPunch",
    "Team",
    "Training",
    "TrainingRecord",
    "Worker",
]
