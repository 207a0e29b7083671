"""What was asked ends without an answer: the office that asked withdraws it, or another act overtakes it."""

from django.db import transaction

from alerts import permissions
from alerts.enums import FOR_CONTRACTORS, Act, DemandKind, DemandState, WarningState
from alerts.models import Demand, Warning
from alerts.services import offices
from alerts.services.acts import leave, locked_demand, settle
from alerts.services.ends import tell_end
from core import notices


@transaction.atomic
def withdraw(*, demand: Demand, text: str, by, seen: str) -> Demand:
    """撤回: what was asked by mistake. The row and its paper stay; an order's warning is being verified again."""
    demand = locked_demand(demand, by, seen, permissions.can_withdraw)
    demand.ended_for = text
    settle(demand, DemandState.WITHDRAWN, by)
    warning = demand.warning
    state = WarningState.VERIFYING if demand.kind == DemandKind.CORRECTION else warning.state
    leave(warning, Act.WITHDRAWN, state, by=by, text=f"撤回{demand.named}：{text}", demand=demand)
    told = f"{warning.named}：{by.organization.name}已撤回{demand.named}，不必再办理。理由：{text}"
    sms = demand.kind in FOR_CONTRACTORS
    people, key = offices.people_of(demand.of, but=by), f"demand:{demand.pk}:withdrawn"
    notices.tell(people, told, demand.get_absolute_url(), key=key, sms=sms)
    return demand


def end_release_asked(warning: Warning, by, why: str) -> None:
    """What an officer has just said is the opposite of what was asked for."""
    asked = warning.release_asked
    if asked is None:
        return
    asked.ended_for = f"{by.name}办理：{why}，解除申请随之终止。"
    settle(asked, DemandState.LAPSED, by)
    leave(warning, Act.LAPSED, warning.state, by=by, text=asked.ended_for, demand=asked)
    tell_end(asked, but=by)
