from core.models.attachments import Attachment
from core.models.audit import AuditEntry, AuditHead
from core.models.calendar import CalendarDay, PublishedYear, WorkdayOverride
from core.models.jobs import Job
from core.models.notices import Notice

__all__ = [
    "Attachment",
    "AuditEntry",
    "AuditHead",
    "CalendarDay",
    "Job",
    "Notice",
    "PublishedYear",
    "WorkdayOverride",
]
