from alerts.services.acts import File, Overtaken
from alerts.services.case_leads import move_case_lead, prolong_case_lead
from alerts.services.deadlines import escalate_demands, escalate_overdue, remind
from alerts.services.demands import (
    acknowledge,
    answer,
    ask_extension,
    ask_opinion,
    ask_release,
    call_interview,
    decide_extension,
    decide_release,
    give_more_time,
    hold_interview,
    order_correction,
    report_correction,
    send_back,
    supervise,
)
from alerts.services.disposal import accept, accept_many, not_alone, note, release, reply, transfer, verify
from alerts.services.ends import tell_ended
from alerts.services.proposals import approve_proposal, propose_change, refuse_proposal, try_again, withdraw_proposal
from alerts.services.rule_settings import forget_old_runs, renew_texts, sync_settings
from alerts.services.saved_filters import forget_filter, save_filter
from alerts.services.withdrawals import withdraw

__all__ = [
    "File",
    "Overtaken",
    "accept",
    "accept_many",
    "acknowledge",
    "answer",
    "approve_proposal",
    "ask_extension",
    "ask_opinion",
    "ask_release",
    "call_interview",
    "decide_extension",
    "decide_release",
    "escalate_demands",
    "escalate_overdue",
    "forget_filter",
    "forget_old_runs",
    "give_more_time",
    "hold_interview",
    "move_case_lead",
    "not_alone",
    "note",
    "order_correction",
    "prolong_case_lead",
    "propose_change",
    "refuse_proposal",
    "release",
    "remind",
    "renew_texts",
    "reply",
    "report_correction",
    "save_filter",
    "send_back",
    "supervise",
    "sync_settings",
    "tell_ended",
    "transfer",
    "try_again",
    "verify",
    "withdraw",
    "withdraw_proposal",
]
