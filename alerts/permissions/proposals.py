"""Who proposes changes of the rules, and who decides them."""

from django.db.models import QuerySet

from alerts.models import RuleProposal
from organizations.enums import RegionLevel, Role
from organizations.models import User


def can_decide_rules(user) -> bool:
    """Kinds, thresholds, deadlines and regions of the rules are the province's to say (A2)."""
    return user.role == Role.OFFICER and user.level == RegionLevel.PROVINCE


def who_decide_rules() -> QuerySet[User]:
    """Everybody for whom `can_decide_rules` holds."""
    return User.objects.filter(role=Role.OFFICER, organization__region__level=RegionLevel.PROVINCE)


def who_approves(proposer) -> str:
    """As the proposer is told."""
    return "省级另一名工作人员" if can_decide_rules(proposer) else "省级人力资源社会保障部门"


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
