from workers.tables.attendance import (
    AttendanceTable,
    CorrectionTable,
    DayTable,
    DeviceTable,
    PresenceTable,
    StandardTable,
    StrayTable,
)
from workers.tables.people import (
    EngagementTable,
    TrainingTable,
    WorkerTable,
    contract_badge,
    state_of,
)

__all__ = [
    "AttendanceTable",
    "CorrectionTable",
    "DayTable",
    "DeviceTable",
    "EngagementTable",
    "PresenceTable",
    "StandardTable",
    "StrayTable",
    "TrainingTable",
    "WorkerTable",
    "contract_badge",
    "state_of",
]
