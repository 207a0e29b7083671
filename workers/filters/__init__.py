from workers.filters.people import LACKS, STATES, CorrectionFilters, EngagementFilters, in_state

__all__ = [
    "LACKS",
    "STATES",
    "CorrectionFilters",
    "EngagementFilters",
    "in_state",
]
