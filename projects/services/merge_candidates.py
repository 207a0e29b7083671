"""Which projects may be the same site: filed twice, or one for each of its permits."""

from dataclasses import dataclass

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Q

from projects.enums import ParticipantType
from projects.models import Participation, Project
from projects.models.project import ProjectQuerySet

ALIKE, MOST = 0.3, 20


@dataclass(frozen=True)
class Candidate:
    project: Project
    reasons: list[str]


def candidates(project: Project, among: ProjectQuerySet) -> list[Candidate]:
    """Open projects that share name, contractor, owner or address with this one, the likeliest first."""
    owners = _same_units(project, ParticipantType.CONSTRUCTION_UNIT)
    contractors = _same_units(project, ParticipantType.GENERAL_CONTRACTOR)
    near = Q(jurisdiction=project.jurisdiction_id)
    same_place = Q(address=project.address, region=project.region_id) if project.address else Q(pk__in=[])
    found = (
        among.under_supervision()
        .exclude(pk=project.pk)
        .annotate(likeness=TrigramSimilarity("name", project.name))
        .filter(Q(likeness__gte=ALIKE) & near | Q(pk__in=contractors) & near | Q(pk__in=owners) & near | same_place)
    )
    rows = [
        Candidate(row, _reasons(project, row, contractors, owners)) for row in found.order_by("-likeness", "pk")[:100]
    ]
    return sorted(rows, key=lambda item: -len(item.reasons))[:MOST]


def _same_units(project: Project, kind: ParticipantType) -> set[int]:
    own = project.participations.filter(participant_type=kind).values("organization")
    theirs = Participation.objects.unscoped("narrowed to projects in the caller's scope")
    return set(theirs.filter(participant_type=kind, organization__in=own).values_list("project", flat=True))


def _reasons(project: Project, other: Project, contractors: set[int], owners: set[int]) -> list[str]:
    told = [
        ("名称相近", other.likeness >= ALIKE),
        ("总承包单位相同", other.pk in contractors),
        ("建设单位相同", other.pk in owners),
        ("地址相同", bool(project.address) and other.address == project.address),
    ]
    return [reason for reason, holds in told if holds]
