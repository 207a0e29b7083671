"""What is asked of units, and how it stands."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from alerts.enums import CONTRACTORS, DemandKind, DemandState
from alerts.models import Demand, Disposal, Warning
from alerts.permissions import can_read_notes
from core import attachments, formats
from core.models import Attachment
from organizations.enums import Role

PAPERS = {
    DemandKind.CORRECTION: "劳动保障监察限期整改指令书",
    DemandKind.INTERVIEW: "约谈通知书",
    DemandKind.SUPERVISION: "督办函",
    DemandKind.RETURN: "督办函",
}
EARLIER = 5  # warnings back


def waiting_for(user, today: date):
    """What the user's unit has to do now: what is asked of it, reported corrections to look at again, interviews whose
    day has come. What was asked about a warning that has ended meanwhile waits for nobody."""
    unit = user.organization_id
    mine = Q(state=DemandState.OPEN, of=unit)
    if user.role == Role.OFFICER:
        mine &= ~Q(kind=DemandKind.RELEASE, asked_by=user)
        mine |= Q(state=DemandState.ANSWERED, office=unit)
        mine |= Q(state=DemandState.OPEN, office=unit, kind=DemandKind.INTERVIEW, due_on__lte=today)
    return Demand.objects.visible_to(user).filter(mine)


def demand_thread(demand: Demand, user) -> list[Disposal]:
    """The acts on a demand, newest first; a unit reads in full only what it wrote itself."""
    own = Disposal.objects.visible_to(user).filter(demand=demand).select_related("by__organization").order_by("-id")
    acts = list(own)
    files = attachments.of_all(acts)
    for act in acts:
        act.told, act.files = True, files.get(act.pk, [])
    return acts if can_read_notes(user) else [act for act in acts if act.by_id]


@dataclass(frozen=True)
class SentFile:
    """A file of a report or reply."""

    file: Attachment
    act: Disposal

    @property
    def day(self) -> str:
        return formats.day(self.act.at)


def sent_files(warning: Warning) -> list[SentFile]:
    """What the contractor sent about a warning, newest first."""
    acts = list(warning.disposals.filter(act__in=CONTRACTORS).order_by("-id"))
    files = attachments.of_all(acts)
    return [SentFile(file, act) for act in acts for file in files.get(act.pk, [])]


def predecessors(warning: Warning) -> list[Warning]:
    """The warnings this one follows, the latest first."""
    found: list[Warning] = []
    while warning.follows_id and len(found) < EARLIER:
        warning = warning.follows
        found.append(warning)
    return found
