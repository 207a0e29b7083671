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
    CONTRACT_TONES,
    EngagementTable,
    TrainingTable,
    WorkerTable,
    contract_of,
    state_of,
)

__all__ = [
    "CONTRACT_TONES",
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
    "contract_of",
    "state_of",
]
