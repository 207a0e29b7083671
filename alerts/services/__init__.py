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
from alerts.services.proposals import approve_proposal, propose_change, refuse_proposal, try_again, withdraw_proposal
from alerts.services.rule_settings import forget_old_runs, sync_settings

__all__ = [
    "File",
    "Overtaken",
    "accept",
    "accept_many",
    "approve_proposal",
    "escalate_overdue",
    "forget_old_runs",
    "move_case_lead",
    "note",
    "propose_change",
    "refuse_proposal",
    "release",
    "reply",
    "sync_settings",
    "transfer",
    "try_again",
    "verify",
    "withdraw_proposal",
]
