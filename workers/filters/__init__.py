from workers.filters.attendance import AttendanceFilters
from workers.filters.people import LACKS, STATES, CorrectionFilters, EngagementFilters, in_state

__all__ = [
    "LACKS",
    "STATES",
    "AttendanceFilters",
    "CorrectionFilters",
    "EngagementFilters",
    "in_state",
]
