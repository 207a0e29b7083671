"""Who may do what with a warning they already see (scope decides what is seen).

The office at the warning's home level handles it; once overdue warnings have gone up, every office between the two
levels may act. Industry departments read along and add notes. Contractors and banks see what is wrong and what would
answer it, not what the officers write to each other.
"""

from alerts.enums import WarningState
from alerts.models import CaseLead, RuleProposal, Warning
from organizations.enums import AUTHORITIES, RegionLevel, Role

IN_HAND = (WarningState.ACCEPTED, WarningState.VERIFYING)


def can_handle(user, warning: Warning) -> bool:
    """Whether this is the user's to dispose of, whatever state it is in."""
    return (
        user.role == Role.OFFICER
        and user.level is not None
        and warning.office_level <= user.level <= warning.home_level
        and warning.project.jurisdiction_id.startswith(user.region.prefix)
    )


def can_accept(user, warning: Warning) -> bool:
    return warning.state == WarningState.NEW and can_handle(user, warning)


def can_verify(user, warning: Warning) -> bool:
    return warning.state == WarningState.ACCEPTED and can_handle(user, warning)


def can_release(user, warning: Warning) -> bool:
    return warning.state in IN_HAND and can_handle(user, warning)


def can_transfer(user, warning: Warning) -> bool:
    return warning.state in IN_HAND and can_handle(user, warning)


def can_note(user, warning: Warning) -> bool:
    """Human-resources and industry officers whose area covers the project, until the warning is released."""
    return (
        user.role in AUTHORITIES
        and not user.query_only
        and warning.state != WarningState.RELEASED
        and warning.project.jurisdiction_id.startswith(user.region.prefix)
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
    return (
        user.role == Role.OFFICER
        and user.level is not None
        and lead.project.jurisdiction_id.startswith(user.region.prefix)
    )


def can_reopen_case_lead(user, lead: CaseLead) -> bool:
    """Closing is taken back by the office that closed."""
    closer = lead.closed_by or lead.opened_by
    return (
        user.role == Role.OFFICER
        and lead.state == CaseLead.State.CLOSED
        and user.organization_id == closer.organization_id
    )


def can_decide_rules(user) -> bool:
    """Kinds, thresholds, deadlines and regions of the rules are the province's to say (A2)."""
    return user.role == Role.OFFICER and user.level == RegionLevel.PROVINCE


def can_propose_rules(user) -> bool:
    """The province everywhere, a prefecture a stricter setting for its own area."""
    return user.role == Role.OFFICER and user.level in (RegionLevel.PROVINCE, RegionLevel.PREFECTURE)


def can_decide_proposal(user, proposal: RuleProposal) -> bool:
    """Another person than who proposed it: by two people a rule is changed."""
    return proposal.is_open and can_decide_rules(user) and user.pk != proposal.proposed_by_id


def can_withdraw_proposal(user, proposal: RuleProposal) -> bool:
    return proposal.is_open and user.pk == proposal.proposed_by_id


def can_try_proposal(user, proposal: RuleProposal) -> bool:
    own = can_propose_rules(user) and user.organization_id == proposal.office_id
    return proposal.is_open and (own or can_decide_rules(user))


def can_export(user) -> bool:
    return user.role in AUTHORITIES
