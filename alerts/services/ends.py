"""Who is told when a warning, or what was asked about it, ends otherwise than by an answer."""

from datetime import date, timedelta

from django.db.models import Q

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
    _tell_lapsed(Q(warning__state=WarningState.RELEASED, warning__released_at__date__gte=today - DAY))


def tell_lapsed(warning: Warning, *, but) -> None:
    """What ended with this warning."""
    _tell_lapsed(Q(warning=warning), but)


def tell_end(demand: Demand, but=None) -> None:
    """Who had asked, and the unit that owed an answer, once."""
    why = demand.ended_for or f"预警{demand.warning.get_state_display()}，不再办理。"
    text = f"{demand.warning.named}{demand.named}已终止：{why}"
    asker = people_of(demand.office, but=but).filter(pk=demand.asked_by_id)
    for people in (asker, people_of(demand.of, but=but)):
        notices.tell(people, text, demand.get_absolute_url(), key=f"demand:{demand.pk}:lapsed")


def _tell_lapsed(which: Q, but=None) -> None:
    """What an act of an officer had ended before (`ended_for`) was told then."""
    lapsed = Demand.objects.unscoped(LOOKED_UP).filter(which, state=DemandState.LAPSED, ended_for="")
    for demand in lapsed.select_related("warning__project", "of", "office"):
        tell_end(demand, but)
