"""Who may do what with wage deposits. Whether one is seen at all is the scope's answer."""

from accounts.enums import DepositForm, DepositState, InstrumentState, RefundState, UseState
from accounts.models import Deposit, DepositInstrument, DepositRefund, DepositUse
from organizations.enums import RegionLevel, Role
from projects.models import Project
from projects.permissions import is_contractor, is_regulator

DEPOSIT_READERS = (Role.OFFICER, Role.INDUSTRY, Role.CLERK, Role.BANK, Role.INSURER)
PROJECT_READERS = (Role.OFFICER, Role.INDUSTRY, Role.CLERK)
KEEPER_ROLES = (Role.BANK, Role.INSURER)


def can_apply(user, project: Project) -> bool:
    """申报 is the contractor's."""
    return project.is_open and is_contractor(user, project)


def is_payer(user, deposit: Deposit) -> bool:
    return user.role == Role.CLERK and user.organization_id == deposit.payer_id


def can_assess(user, deposit: Deposit) -> bool:
    return not deposit.is_stored and deposit.project.is_open and is_regulator(user, deposit.project)


def can_offer(user, deposit: Deposit) -> bool:
    return deposit.state in (DepositState.ASSESSED, DepositState.HELD) and is_payer(user, deposit)


def can_confirm(user, instrument: DepositInstrument) -> bool:
    """The keeper itself, and only while it is asked."""
    return instrument.state == InstrumentState.OFFERED and is_keeper(user, instrument)


def is_keeper(user, instrument: DepositInstrument) -> bool:
    return user.role == DepositForm(instrument.form).keeper_role and user.organization_id == instrument.keeper_id


def can_propose_use(user, deposit: Deposit) -> bool:
    return deposit.state == DepositState.HELD and is_regulator(user, deposit.project)


def can_decide_use(user, use: DepositUse) -> bool:
    """An officer of the office that proposed it; the one who did may take it back, not approve it."""
    return use.state == UseState.PROPOSED and user.role == Role.OFFICER and user.organization_id == use.office_id


def can_pay(user, use: DepositUse) -> bool:
    return use.state == UseState.APPROVED and is_keeper(user, use.instrument)


def can_refill(user, use: DepositUse) -> bool:
    return use.state == UseState.PAID and use.refilled_on is None and is_keeper(user, use.instrument)


def can_ask_back(user, deposit: Deposit) -> bool:
    return deposit.state == DepositState.HELD and is_payer(user, deposit)


def can_propose_refund(user, refund: DepositRefund) -> bool:
    return refund.state == RefundState.APPLIED and is_regulator(user, refund.deposit.project)


def can_decide_refund(user, refund: DepositRefund) -> bool:
    return (
        refund.state == RefundState.PROPOSED and user.role == Role.OFFICER and user.organization_id == refund.office_id
    )


def can_refuse_refund(user, refund: DepositRefund) -> bool:
    return can_propose_refund(user, refund) or can_decide_refund(user, refund)


def can_refund(user, refund: DepositRefund) -> bool:
    return refund.state == RefundState.APPROVED and is_keeper(user, refund.instrument)


def can_change_deposit_standards(user) -> bool:
    return user.role == Role.OFFICER and user.level == RegionLevel.PROVINCE
