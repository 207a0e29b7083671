from workers.models.attendance import AttendanceCorrection, AttendanceDay, AttendanceMonth, Punch
from workers.models.contract import LabourContract
from workers.models.engagement import Engagement, Team
from workers.models.worker import BankCard, Worker

__all__ = [
    "AttendanceCorrection",
    "AttendanceDay",
    "AttendanceMonth",
    "BankCard",
    "Engagement",
    "LabourContract",
    "Punch",
    "Team",
    "Worker",
]
