"""What officers decide about permits on the department's list."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import audit
from organizations.models import Organization
from projects.enums import ParticipantType, SetAsideReason
from projects.models import AcceptedMatch, ListedPermit, Permit, Project
from projects.services.changes import lock_open, mark_changed
from projects.services.filing import file_project
from projects.services.parties import enter_unit, find_unit
from projects.services.permits import save_permit

FOUND = "该许可证的项目已在平台上，无需再办理。"
SET_ASIDE = "该许可证已列为不纳入，请先恢复。"


@transaction.atomic
def accept_match(listed: ListedPermit, project: Project, *, by, instead_of: Permit | None = None) -> AcceptedMatch:
    """Register the listed number at the project: as one more permit, or in the place of one that was written wrongly
    (`instead_of`). A permit without a number is filled in."""
    listed = _waiting(listed)
    project = lock_open(project)
    permit = instead_of or project.permits.filter(number="").first() or Permit(project=project)
    before = {"number_before": permit.number, "issued_before": permit.issued_on, "is_new": permit.pk is None}
    save_permit(permit, by=by, number=listed.number, issued_on=listed.issued_on)
    accepted = AcceptedMatch.objects.create(listed=listed, permit=permit, by=by, **before)
    audit.record("permit.accept", by=by, target=listed, project=project.code, before=permit_told(before))
    return accepted


def permit_told(before: dict) -> str:
    return "" if before["is_new"] else before["number_before"]


@transaction.atomic
def take_back_match(accepted: AcceptedMatch, *, by) -> None:
    """As it was before; refused once the permit has been changed by somebody else."""
    permit = Permit.objects.unscoped("of a match in scope").select_for_update().get(pk=accepted.permit_id)
    project, listed = lock_open(permit.project), accepted.listed
    if permit.number != listed.number:
        raise ValidationError("该许可证编号之后又被修改过，请在项目页更正。")
    audit.record("permit.take_back", by=by, target=listed, project=project.code)
    accepted.delete()
    if accepted.is_new:
        permit.delete()
    else:
        permit.number, permit.issued_on = accepted.number_before, accepted.issued_before
        permit.full_clean()
        permit.save()
    mark_changed([project.pk])


@transaction.atomic
def set_aside(listed: ListedPermit, *, by, reason: str, note: str = "") -> ListedPermit:
    """Not a project whose wages are supervised: out of the base of the rate until it is put back."""
    listed = _waiting(listed)
    if reason == SetAsideReason.OTHER and not note.strip():
        raise ValidationError({"note": "请写明原因。"})
    listed.set_aside_reason, listed.set_aside_note = reason, note.strip()
    listed.set_aside_by, listed.set_aside_at = by, timezone.now()
    listed.full_clean(validate_unique=False, validate_constraints=False)
    listed.save()
    audit.record("permit.set_aside", by=by, target=listed, number=listed.number, reason=reason)
    return listed


@transaction.atomic
def put_back(listed: ListedPermit, *, by) -> ListedPermit:
    listed = _locked(listed)
    if not listed.is_set_aside:
        raise ValidationError("该许可证没有列为不纳入。")
    listed.set_aside_reason = listed.set_aside_note = ""
    listed.set_aside_by = listed.set_aside_at = None
    listed.save()
    audit.record("permit.put_back", by=by, target=listed, number=listed.number)
    return listed


@transaction.atomic
def file_listed(listed: ListedPermit, *, by, contractor: Organization | None, **facts) -> Project:
    """建档 of the permitted project, with its permit and its construction unit."""
    listed = _waiting(listed)
    project = file_project(by=by, contractor=contractor, **facts)
    save_permit(Permit(project=project), by=by, number=listed.number, issued_on=listed.issued_on)
    if listed.construction_unit and _is_one(listed.construction_unit):
        unit = {"name": listed.construction_unit}
        enter_unit(project, ParticipantType.CONSTRUCTION_UNIT, by=by, unit_facts=unit)
    audit.record("permit.file", by=by, target=listed, project=project.code)
    return project


def _is_one(name: str) -> bool:
    """Of several units of this name the officer chooses one later."""
    try:
        find_unit(uscc=None, name=name)
    except ValidationError:
        return False
    return True


def _locked(listed: ListedPermit) -> ListedPermit:
    """Locked first and compared after: whoever had to wait would else be told what was true before."""
    rows = ListedPermit.objects.unscoped("the caller has found it in its user's scope").filter(pk=listed.pk)
    rows.select_for_update().get()
    return rows.compared().get()


def _waiting(listed: ListedPermit) -> ListedPermit:
    """As it is now, held until the transaction ends; refused once it has been dealt with."""
    listed = _locked(listed)
    if listed.is_found:
        raise ValidationError(FOUND)
    if listed.is_set_aside:
        raise ValidationError(SET_ASIDE)
    return listed
