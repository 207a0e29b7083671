from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from core import audit
from organizations.enums import OrganizationKind
from organizations.models import Organization
from projects.enums import ParticipantType, ParticipationStatus
from projects.models import Participation, Project
from projects.permissions import can_overwrite_unit
from projects.services.changes import lock_open, mark_changed

UNIT_FIELDS = (
    "uscc",
    "name",
    "unit_nature",
    "region",
    "registered_address",
    "office_address",
    "legal_representative",
    "legal_representative_id",
    "phone",
)


def find_unit(*, uscc: str | None, name: str) -> Organization | None:
    """The enterprise with this code; without a code, the one of exactly this name.

    Refuses a code on record under another name or for another kind of organization, and a name that several bear.
    """
    if uscc:
        found = Organization.objects.filter(uscc=uscc).first()
        return _of_this_name(found, name) if found else None
    same = list(Organization.objects.filter(kind=OrganizationKind.ENTERPRISE, name=name)[:2])
    if len(same) > 1:
        raise ValidationError({"uscc": "有多家同名单位，请填写统一社会信用代码。"})
    return same[0] if same else None


def _of_this_name(unit: Organization, name: str) -> Organization:
    if unit.kind != OrganizationKind.ENTERPRISE:
        raise ValidationError({"uscc": f"该代码属于{unit.get_kind_display()}，不能作为参建单位。"})
    if name and unit.name != name:
        raise ValidationError({"name": f"该代码已登记的单位名称是“{unit.name}”，请核对代码和名称。"})
    return unit


@transaction.atomic
def save_unit(unit: Organization | None, *, by, **facts) -> Organization:
    """A new enterprise, or one on record with its blanks filled in; only those who may overwrite what stands."""
    overwrite = unit is None or by is None or can_overwrite_unit(by, unit)
    unit = unit or Organization(kind=OrganizationKind.ENTERPRISE)
    told = {name: value for name, value in facts.items() if value not in (None, "", getattr(unit, name))}
    standing = [name for name in told if getattr(unit, name) not in (None, "")]  # of a new unit: nothing
    for name, value in told.items():
        if overwrite or name not in standing:
            setattr(unit, name, value)
    unit.full_clean()
    unit.save()
    if told:
        mark_changed(_projects_of(unit))
    if overwrite and standing:
        audit.record("organization.correct", by=by, target=unit, fields=sorted(standing))
    return unit


@transaction.atomic
def enter_unit(project: Project, participant_type: str, *, by, unit_facts: dict, **facts) -> Participation:
    """A party as a form tells it: the unit is found on record or put on record."""
    unit = find_unit(uscc=unit_facts.get("uscc"), name=unit_facts.get("name") or "")
    unit = save_unit(unit, by=by, **unit_facts)
    return add_party(project, unit, participant_type, by=by, **facts)


@transaction.atomic
def add_party(
    project: Project, unit: Organization, participant_type: str, *, by, is_lead: bool = False, **facts
) -> Participation:
    """A unit enters. The only general contractor on site leads; a new leader takes the lead from the first."""
    project = lock_open(project)
    party = Participation(project=project, organization=unit, participant_type=participant_type, **facts)
    party.full_clean()
    leads = participant_type == ParticipantType.GENERAL_CONTRACTOR and (
        is_lead or not contractors(project).on_site().filter(is_lead=True).exists()
    )
    if leads:
        contractors(project).filter(is_lead=True).update(is_lead=False)
    party.is_lead = leads
    party.save(force_insert=True)
    audit.record("project.party", by=by, target=party, organization=party.organization_id)
    mark_changed([project.pk])
    return party


@transaction.atomic
def update_party(party: Participation, *, by, unit_facts: dict | None = None, **facts) -> Participation:
    project = lock_open(party.project)
    if unit_facts:
        save_unit(party.organization, by=by, **unit_facts)
    for name, value in facts.items():
        setattr(party, name, value)
    party.full_clean()
    party.save()
    audit.record("project.party", by=by, target=party, organization=party.organization_id)
    mark_changed([project.pk])
    return party


@transaction.atomic
def exit_party(party: Participation, *, by, on: date) -> Participation:
    """退场. The leader of a joint venture hands over the lead first."""
    project = lock_open(party.project)
    if party.is_lead and contractors(project).on_site().exclude(pk=party.pk).exists():
        raise ValidationError("联合体牵头人退场前，请先指定其他总承包单位为牵头人。")
    party.status, party.exited_on = ParticipationStatus.EXITED, on
    party.full_clean()
    party.save()
    audit.record("project.party_exit", by=by, target=party, on=on.isoformat())
    mark_changed([project.pk])
    return party


@transaction.atomic
def return_party(party: Participation, *, by) -> Participation:
    """Take back an exit that was entered by mistake, or let the unit in again."""
    project = lock_open(party.project)
    party.status, party.exited_on = ParticipationStatus.ENTERED, None
    if party.participant_type == ParticipantType.GENERAL_CONTRACTOR:
        party.is_lead = not contractors(project).on_site().filter(is_lead=True).exclude(pk=party.pk).exists()
        if party.is_lead:
            contractors(project).exclude(pk=party.pk).filter(is_lead=True).update(is_lead=False)
    party.full_clean()
    party.save()
    audit.record("project.party_return", by=by, target=party)
    mark_changed([project.pk])
    return party


@transaction.atomic
def make_lead(party: Participation, *, by) -> Participation:
    """The leader of a joint venture is the general contractor in law (P9)."""
    project = lock_open(party.project)
    if party.participant_type != ParticipantType.GENERAL_CONTRACTOR or party.status != ParticipationStatus.ENTERED:
        raise ValidationError("只有在场的总承包单位可以作为联合体牵头人。")
    contractors(project).filter(is_lead=True).update(is_lead=False)
    party.is_lead = True
    party.save()
    audit.record("project.lead", by=by, target=party, organization=party.organization_id)
    mark_changed([project.pk])
    return party


def contractors(project: Project) -> QuerySet[Participation]:
    return project.participations.filter(participant_type=ParticipantType.GENERAL_CONTRACTOR)


def _projects_of(unit: Organization) -> list[int]:
    """A unit's facts are indicators of every project it takes part in."""
    rows = Participation.objects.unscoped("marks only: the rules of every project of the unit run again")
    return list(rows.filter(organization=unit).values_list("project", flat=True))
