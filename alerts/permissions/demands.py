"""Who may ask what of whom within the disposal of a warning, and who answers."""

from django.utils import timezone

from alerts.enums import FOR_CONTRACTORS, FOR_THE_OFFICE_BELOW, WITHDRAWABLE, DemandKind, DemandState, WarningState
from alerts.models import Demand, Warning
from alerts.permissions.offices import IN_HAND, can_handle, is_above
from organizations.enums import AUTHORITIES, Industry, RegionLevel, Role

READERS = (*AUTHORITIES, Role.CLERK, Role.CONSTRUCTION_UNIT)
UNITS = (Role.CLERK, Role.CONSTRUCTION_UNIT)

# --- asking ----------------------------------------------------------------------------------------------------------


def can_order(user, warning: Warning) -> bool:
    return warning.state == WarningState.VERIFYING and can_handle(user, warning) and not warning.is_about_office


def can_ask_opinion(user, warning: Warning) -> bool:
    has_department = warning.project.industry != Industry.OTHER
    return warning.state in IN_HAND and has_department and can_handle(user, warning)


def can_interview(user, warning: Warning) -> bool:
    return warning.state in IN_HAND and can_handle(user, warning) and not warning.is_about_office


def can_supervise(user, warning: Warning) -> bool:
    return warning.is_open and is_above(user, warning)


def can_return(user, warning: Warning) -> bool:
    """What has come up to this office, and no further, goes back one step."""
    return can_supervise(user, warning) and warning.office_level == user.level


def can_ask_extension(user, warning: Warning) -> bool:
    """The office it belongs to, in time; the province has nobody to ask."""
    return (
        warning.state in IN_HAND
        and can_handle(user, warning)
        and user.level == warning.home_level > RegionLevel.PROVINCE
        and not warning.is_overdue(timezone.localdate())
    )


# --- answering -------------------------------------------------------------------------------------------------------


def is_addressed(user, demand: Demand) -> bool:
    """Somebody of the unit that is asked, whose part this is."""
    roles = {DemandKind.OPINION: (Role.INDUSTRY,)}
    default = UNITS if demand.kind in FOR_CONTRACTORS else (Role.OFFICER,)
    return (
        user.organization_id == demand.of_id
        and user.role in roles.get(demand.kind, default)
        and not user.query_only
        and demand.state == DemandState.OPEN
    )


def _has_asked(user, demand: Demand) -> bool:
    """Somebody of the office that waits for the answer."""
    return (
        demand.state == DemandState.OPEN
        and user.role == Role.OFFICER
        and user.organization_id == demand.office_id
        and not user.query_only
    )


def can_acknowledge(user, demand: Demand) -> bool:
    return demand.kind in FOR_CONTRACTORS and demand.acknowledged_at is None and is_addressed(user, demand)


def can_report(user, demand: Demand) -> bool:
    return demand.kind == DemandKind.CORRECTION and is_addressed(user, demand)


def can_answer(user, demand: Demand) -> bool:
    return demand.kind in (DemandKind.OPINION, *FOR_THE_OFFICE_BELOW) and is_addressed(user, demand)


def can_decide(user, demand: Demand) -> bool:
    return demand.kind == DemandKind.EXTENSION and is_addressed(user, demand)


def can_review(user, demand: Demand) -> bool:
    """The second officer, of whoever asks for a release, unless the warning has gone up past this office meanwhile."""
    if demand.kind != DemandKind.RELEASE or not is_addressed(user, demand) or user.pk == demand.asked_by_id:
        return False
    return demand.warning.state in IN_HAND and user.level <= demand.warning.office_level


def can_hold(user, demand: Demand) -> bool:
    """The office that called the interview records it, from its day on."""
    return demand.kind == DemandKind.INTERVIEW and _has_asked(user, demand) and demand.due_on <= timezone.localdate()


def can_withdraw(user, demand: Demand) -> bool:
    """The office that asked, until it is answered; of a release whoever asked for it: a colleague refuses it."""
    if demand.kind == DemandKind.RELEASE and user.pk != demand.asked_by_id:
        return False
    return demand.kind in WITHDRAWABLE and _has_asked(user, demand)


def can_confirm(user, demand: Demand) -> bool:
    """The second look at what the contractor reported: done. Where a release waits for consent, that has been said."""
    return (
        demand.state == DemandState.ANSWERED
        and can_handle(user, demand.warning)
        and demand.warning.release_asked is None
    )


def can_give_more_time(user, demand: Demand) -> bool:
    """Reported and not done, or not reported in time: a later day, or a case lead."""
    if demand.kind != DemandKind.CORRECTION or not can_handle(user, demand.warning):
        return False
    return demand.state == DemandState.ANSWERED or demand.is_overdue(timezone.localdate())
