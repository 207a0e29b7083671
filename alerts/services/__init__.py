from alerts.services.deadlines import escalate_overdue
from alerts.services.disposal import (
    File,
    Overtaken,
    accept,
    accept_many,
    move_case_lead,
    note,
    release,
    reply,
    transfer,
    verify,
)
from alerts.services.rule_settings import change_rule, forget_old_runs, sync_settings

__all__ = [
    "File",
    "Overtaken",
    "accept",
    "accept_many",
    "change_rule",
    "escalate_overdue",
    "forget_old_runs",
    "move_case_lead",
    "note",
    "release",
    "reply",
    "sync_settings",
    "transfer",
    "verify",
]
