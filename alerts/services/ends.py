"""Who is told when a warning, or what was asked about it, ends otherwise than by an answer."""

from collections.abc import Iterable
from datetime import date, timedelta

from alerts.enums import FOR_CONTRACTORS, DemandState, WarningState
from alerts.models import Demand, Warning
from alerts.services.offices import people_of
from core import notices
from organizations.models import Organization

DAY = timedelta(days=1)
LOOKED_UP = "they are told whom it concerns, whoever ended it"


def tell_released(warning: Warning) -> None:
    """Those it was ever asked of: what they heard last may have been that it is not mended."""
    asked = warning.demands.filter(kind__in=FOR_CONTRACTORS).exclude(state=DemandState.WITHDRAWN)
    for unit in Organization.objects.filter(pk__in=asked.values("of")):
        text = f"{warning.named}预警已解除。"
        notices.tell(people_of(unit), text, warning.get_absolute_url(), key=f"warning:{warning.pk}:released")


def tell_ended(today: date) -> None:
    """What the data answered since yesterday: those who still owed an answer owe none."""
    ended = Warning.objects.unscoped(LOOKED_UP).filter(state=WarningState.RELEASED, released_at__date__gte=today - DAY)
    lapsed = Demand.objects.unscoped(LOOKED_UP).filter(warning__in=ended, state=DemandState.LAPSED)
    tell_lapsed(lapsed.values_list("warning", flat=True))


def tell_lapsed(warnings: Iterable[int], *, but=None) -> None:
    """What ended with these warnings; what an act of an officer had ended before was told then."""
    lapsed = Demand.objects.unscoped(LOOKED_UP).filter(warning__in=list(warnings), state=DemandState.LAPSED)
    for demand in lapsed.filter(ended_for="").select_related("warning__project", "of", "office"):
        tell_end(demand, but)


def tell_end(demand: Demand, but=None) -> None:
    """Who had asked, and the unit that owed an answer, once."""
    what = f"{demand.get_kind_display()}{demand.number}".strip()
    state = WarningState(demand.warning.state).label
    why = demand.ended_for or f"预警{state}，不再办理。"
    text = f"{demand.warning.named}{what}已终止：{why}"
    people = people_of(demand.office).filter(pk=demand.asked_by_id).exclude(pk=but.pk if but else None)
    key = f"demand:{demand.pk}:lapsed"
    notices.tell(people, text, demand.get_absolute_url(), key=key)
    notices.tell(people_of(demand.of).exclude(pk=but.pk if but else None), text, demand.get_absolute_url(), key=key)
