"""How people on site stand with their labour contracts."""

from datetime import date, timedelta

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Count, Exists, OuterRef, Q
from django.db.models.functions import Cast

from core.models import Attachment
from organizations.models import Organization
from workers.enums import ContractState
from workers.models import Engagement, LabourContract
from workers.models.contract import LabourContractQuerySet
from workers.models.engagement import EngagementQuerySet


def contract_state(person: Engagement, today: date) -> ContractState:
    """Of somebody `with_contract`. Who has left needs no contract that still runs."""
    if person.contract_pk is None:
        return ContractState.MISSING
    until, on_site = person.contract_until, person.exited_on is None or person.exited_on >= today
    if on_site and until and until < today:
        return ContractState.EXPIRED
    if on_site and until and until <= today + timedelta(settings.CONTRACT_EXPIRING_DAYS):
        return ContractState.EXPIRING
    if person.contract_first_signed > person.entered_on + timedelta(settings.CONTRACT_TERM_DAYS):
        return ContractState.LATE
    return ContractState.RUNNING


def _on_site(day: date) -> Q:
    return Q(entered_on__lte=day) & (Q(exited_on__isnull=True) | Q(exited_on__gte=day))


def _own() -> LabourContractQuerySet:
    return LabourContract.objects.unscoped("of engagements in scope").filter(engagement=OuterRef("pk")).order_by()


def missing(day: date) -> Q:
    return Q(~Exists(_own()))


def expired(day: date) -> Q:
    """On site though every contract has ended."""
    return _on_site(day) & Q(Exists(_own())) & Q(~Exists(_own().lasting(day)))


def expiring(day: date) -> Q:
    """On site, with nothing signed for after these days."""
    after = day + timedelta(settings.CONTRACT_EXPIRING_DAYS + 1)
    return _on_site(day) & Q(Exists(_own().lasting(day))) & Q(~Exists(_own().lasting(after)))


def late(day: date) -> Q:
    """Signed, but the first time later than the term after the entry."""
    in_time = _own().filter(signed_on__lte=OuterRef("entered_on") + timedelta(settings.CONTRACT_TERM_DAYS))
    return Q(Exists(_own())) & Q(~Exists(in_time))


CONDITIONS = {
    ContractState.MISSING: missing,
    ContractState.EXPIRED: expired,
    ContractState.EXPIRING: expiring,
    ContractState.LATE: late,
}


def in_contract_state(people: EngagementQuerySet, state: str, today: date) -> EngagementQuerySet:
    """The same as a condition; expired and expiring are of those on site."""
    return people.filter(CONDITIONS[ContractState(state)](today))


def with_scan(people: EngagementQuerySet) -> EngagementQuerySet:
    """`has_scan`: whether a page hangs on the latest contract."""
    kind = ContentType.objects.get_for_model(LabourContract)
    pages = Attachment.objects.filter(owner_type=kind, owner_id=Cast(OuterRef("contract_pk"), CharField()))
    return people.with_contract().annotate(has_scan=Exists(pages))


def contract_counts(people: EngagementQuerySet, today: date) -> dict[str, int]:
    """Of those on site: how many, and how many in each state that asks for something."""
    asked = {state.value: Count("pk", filter=condition(today)) for state, condition in CONDITIONS.items()}
    return people.on_site(today).order_by().aggregate(on_site=Count("pk"), **asked)


def employer_of(engagement: Engagement) -> Organization | None:
    """Who signs the contract: the unit of the team, else the general contractor."""
    if engagement.team and engagement.team.employer:
        return engagement.team.employer.organization
    return engagement.project.general_contractor
