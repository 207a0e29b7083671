"""Questions about people on sites and their attendance."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import StrIndex

from core import crypto
from organizations.models import Region
from projects.models import Project
from workers.models import (
    BankCard,
    Departure,
    Engagement,
    Team,
    Worker,
)
from workers.models.engagement import EngagementQuerySet
from workers.models.worker import Characters

PHONE = re.compile(r"1[3-9]\d{9}")

# --- register --------------------------------------------------------------------------------------------------------


def engagements_for(user) -> EngagementQuerySet:
    return Engagement.objects.visible_to(user)


def with_rows(engagements: EngagementQuerySet) -> EngagementQuerySet:
    """What a row of the register shows, without a query for each; nothing is decrypted.

    No Exists: the planner does not reckon with the page's LIMIT and hashes every contract of the province for it."""
    cards = BankCard.objects.filter(worker=OuterRef("worker"), is_current=True)
    return (
        engagements.with_contract()
        .select_related("worker", "team", "project")
        .defer("worker__id_number", "worker__phone")
        .annotate(card_last4=Subquery(cards.values("last4")[:1]))
    )


def matching(engagements: EngagementQuerySet, text: str) -> EngagementQuerySet:
    """By a part of the name, by pinyin or its initials, by the last four of the ID number, by the whole telephone."""
    text = "".join(text.split())
    if PHONE.fullmatch(text):
        return engagements.filter(worker__phone_index=crypto.blind_index(text))
    if len(text) == 4 and text[:3].isdigit():
        return engagements.filter(worker__id_last4=text.upper())
    if text.isascii():
        return engagements.filter(_by_pinyin(text.lower()))
    found = engagements.alias(characters=Characters("worker__name")).filter(characters__contains=sorted(set(text)))
    if len(text) == 1:
        return found
    # Not as LIKE: whose characters are there, the planner would think again as rare as the pattern by itself.
    return found.alias(place=StrIndex("worker__name", Value(text))).filter(place__gt=0)


def _by_pinyin(text: str) -> Q:
    """Anywhere from three letters on; fewer say how the name or its initials begin, which the trigram index knows."""
    if len(text) > 2:
        return Q(worker__name_pinyin__contains=text)
    return Q(worker__name_pinyin__startswith=text) | Q(worker__name_pinyin__contains=f" {text}")


def teams_of(project: Project) -> QuerySet[Team]:
    return Team.objects.unscoped("the project is in scope").filter(project=project).order_by("name")


class KnownPerson(NamedTuple):
    name: str
    elsewhere: bool  # engaged at another project as well
    engagement_id: int | None  # at this project, now or before
    entered_on: date | None
    exited_on: date | None


_KNOWN = """
SELECT w.id_number_index, w.name,
    EXISTS (SELECT FROM workers_engagement AS o JOIN projects_project AS p ON p.id = o.project_id
            WHERE o.worker_id = w.id AND o.project_id <> %(project)s AND p.merged_into_id IS NULL),
    e.id, e.entered_on, e.exited_on
FROM workers_worker AS w
LEFT JOIN workers_engagement AS e ON e.worker_id = w.id AND e.project_id = %(project)s
WHERE w.id_type = %(id_type)s AND w.id_number_index = ANY(%(indexes)s)
"""


def known_people(project: Project, id_numbers: Iterable[str], id_type: str = "01") -> dict[bytes, KnownPerson]:
    """Those of these people whom the platform knows, by the blind index of their number."""
    indexes = [crypto.blind_index(number) for number in id_numbers]
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"project": project.pk, "id_type": id_type, "indexes": indexes})
        return {bytes(index): KnownPerson(*facts) for index, *facts in cursor}


def left_before(engagement_ids: Iterable[int]) -> dict[int, date]:
    """The day each of them left the site the time before the stay that the engagement tells."""
    stays = Departure._base_manager.filter(engagement__in=list(engagement_ids))
    stays = stays.filter(exited_on__lt=F("engagement__entered_on"))
    return dict(stays.order_by().values_list("engagement").annotate(last=Max("exited_on")))


class CardHolder(NamedTuple):
    id_number_index: bytes
    name: str
    here: bool  # engaged at this project


_HOLDERS = """
SELECT c.number_index, w.id_number_index, w.name,
    EXISTS (SELECT FROM workers_engagement AS e WHERE e.worker_id = w.id AND e.project_id = %(project)s)
FROM workers_bankcard AS c JOIN workers_worker AS w ON w.id = c.worker_id
WHERE c.is_current AND c.number_index = ANY(%(indexes)s)
ORDER BY c.id
"""


def card_holders(project: Project, numbers: Iterable[str]) -> dict[str, list[CardHolder]]:
    """Whose wage card each of these is by the register, by number."""
    by_index, found = {crypto.blind_index(number): number for number in numbers}, defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, {"project": project.pk, "indexes": list(by_index)})
        for index, person, *facts in cursor:
            found[by_index[bytes(index)]].append(CardHolder(bytes(person), *facts))
    return dict(found)


class EngagedPerson(NamedTuple):
    engagement_id: int
    id_number_index: bytes
    name: str
    entered_on: date
    exited_on: date | None


def engaged_people(project: Project) -> Iterator[EngagedPerson]:
    people = Engagement.objects.unscoped("the project is in scope").filter(project=project)
    rows = people.values_list("pk", "worker__id_number_index", "worker__name", "entered_on", "exited_on")
    return (EngagedPerson(pk, bytes(index), *rest) for pk, index, *rest in rows)


def domicile_of(worker: Worker) -> str:
    """The region that issued the ID card, in full; "" for a code that no list knows (any more)."""
    region = Region.objects.filter(pk=worker.domicile_code).select_related("parent__parent").first()
    return region.full_name if region else ""
