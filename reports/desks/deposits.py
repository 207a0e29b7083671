"""What waits for a person about wage deposits; the desk of an insurer, who has nothing else here."""

from datetime import date

from django.http import HttpRequest
from django.utils import timezone

from accounts.enums import DepositForm, InstrumentState
from accounts.models import DepositInstrument
from accounts.pages import WaitingTable
from accounts.selectors.deposits import waiting_for
from reports import links
from reports.desks.tiles import Tile

SHOWN = 8


def waiting(request: HttpRequest, today: date) -> dict:
    """For the card of a desk; nothing to do, no card."""
    found = waiting_for(request.user, today)
    return {
        "deposits": WaitingTable(found[:SHOWN], request) if found else None,
        "deposits_hint": f"共 {len(found)} 项，按期限先后",
        "deposits_url": links.to("deposits:deposit_list"),
    }


def insurer_desk(request: HttpRequest) -> tuple[str, dict]:
    today = timezone.localdate()
    held = DepositInstrument.objects.visible_to(request.user).filter(form=DepositForm.INSURANCE)
    found, all_url = waiting_for(request.user, today), links.to("deposits:deposit_list")
    in_force = held.filter(state=InstrumentState.IN_FORCE)
    late = sum(one.late for one in found)
    ending = sum(one.is_expiring(today) for one in in_force)
    context = {
        "tiles": [
            Tile("有效保单", len(in_force), unit="份", url=all_url),
            Tile("一个月内到期", ending, unit="份", tone="orange" if ending else "green"),
            Tile("待办", len(found), unit="项", hint=f"已逾期 {late} 项", tone="red" if late else ""),
        ],
        "deposits": WaitingTable(found[:SHOWN], request),
        "deposits_url": all_url,
    }
    return "reports/desk_insurer.html", context
