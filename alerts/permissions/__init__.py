"""Who may do what with a warning they already see (scope decides what is seen).

The office at the warning's home level handles it; once overdue warnings have gone up, every office between the two
levels may act, but only the uppermost of them ends it. Industry departments read along and add notes. Contractors and
banks see what is wrong and what would answer it, not what the officers write to each other.
"""

from alerts.enums import WarningState
from alerts.models import CaseLead, Warning
from alerts.permissions.demands import (
    READERS,
    can_acknowledge,
    can_answer,
    can_ask_extension,
    can_ask_opinion,
    can_confirm,
    can_decide,
    can_give_more_time,
    can_hold,
    can_interview,
    can_order,
    can_report,
    can_return,
    can_review,
    can_supervise,
    can_withdraw,
    is_addressed,
)
from alerts.permissions.offices import IN_HAND, can_end, can_handle, covers, is_above
from alerts.permissions.proposals import (
    can_decide_proposal,
    can_decide_rules,
    can_propose_rules,
    can_try_proposal,
    can_withdraw_proposal,
    who_approves,
    who_decide_rules,
)
from organizations.enums import AUTHORITIES, Role

__all__ = [
    "IN_HAND",
    "READERS",
    "can_acknowledge",
    "can_answer",
    "can_ask_extension",
    "can_ask_opinion",
    "can_confirm",
    "can_decide",
    "can_decide_proposal",
    "can_decide_rules",
    "can_end",
    "can_give_more_time",
    "can_handle",
    "can_hold",
    "can_interview",
    "can_order",
    "can_propose_rules",
    "can_report",
    "can_return",
    "can_review",
    "can_supervise",
    "can_try_proposal",
    "can_withdraw",
    "can_withdraw_proposal",
    "covers",
    "is_above",
    "is_addressed",
    "who_approves",
    "who_decide_rules",
]


def can_accept(user, warning: Warning) -> bool:
    return warning.state == WarningState.NEW and can_handle(user, warning)


def can_verify(user, warning: Warning) -> bool:
    return warning.state == WarningState.ACCEPTED and can_handle(user, warning)


def can_release(user, warning: Warning) -> bool:
    """Or ask for it, where it takes another's consent."""
    return warning.state in IN_HAND and can_handle(user, warning)


def can_transfer(user, warning: Warning) -> bool:
    return warning.state in IN_HAND and can_end(user, warning)


def can_note(user, warning: Warning) -> bool:
    """Human-resources and industry officers whose area covers the project, until the warning is released."""
    return (
        user.role in AUTHORITIES
        and not user.query_only
        and warning.state != WarningState.RELEASED
        and covers(user, warning.project)
        and user.industry in (None, warning.project.industry)
    )


def can_reply(user, warning: Warning) -> bool:
    """The contractor's clerk, until the warning is released; scope has said that it is about the own project."""
    return user.role == Role.CLERK and warning.state != WarningState.RELEASED


def can_read_replies(user) -> bool:
    return user.role in (*AUTHORITIES, Role.CLERK)


def can_read_notes(user) -> bool:
    return user.role in AUTHORITIES


def can_see_case_leads(user) -> bool:
    return user.role in AUTHORITIES


def can_update_case_lead(user, lead: CaseLead) -> bool:
    if lead.state == CaseLead.State.CLOSED:
        return can_reopen_case_lead(user, lead)
    return user.role == Role.OFFICER and user.level is not None and covers(user, lead.project)


def can_prolong_case_lead(user, lead: CaseLead) -> bool:
    """Once, while it is investigated."""
    return lead.state == CaseLead.State.FILED and not lead.is_prolonged and can_update_case_lead(user, lead)


def can_reopen_case_lead(user, lead: CaseLead) -> bool:
    """Closing is taken back by the office that closed."""
    closer = lead.closed_by or lead.opened_by
    return (
        user.role == Role.OFFICER
        and lead.state == CaseLead.State.CLOSED
        and user.organization_id == closer.organization_id
    )


def can_see_bulletin(user) -> bool:
    return user.role in AUTHORITIES


def can_export(user) -> bool:
    return user.role in AUTHORITIES
