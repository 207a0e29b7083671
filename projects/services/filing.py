import re

from django.db import transaction
from django.utils import timezone

from core import audit
from organizations.enums import Role
from organizations.models import Organization, Region
from projects.enums import Category, MilestoneKind, ParticipantType, Status
from projects.models import Project, StatusChange
from projects.selectors.jurisdiction import propose
from projects.services import jurisdiction
from projects.services.changes import lock_open, mark_changed
from projects.services.milestones import reach
from projects.services.parties import add_party

SERIAL_DIGITS = 4


@transaction.atomic
def file_project(*, by, contractor: Organization | None = None, **facts) -> Project:
    """建档. Issues the code; industry is that of the category unless given. The contractor may be a unit that is not
    on record yet.

    An officer says the jurisdiction (the place of the works unless given). A clerk's project belongs to the clerk's
    own enterprise; its jurisdiction is proposed from the address and confirmed later, by an officer.
    """
    project = Project(filed_by=by, **facts)
    said = (by is not None and by.role == Role.OFFICER) or (by is None and "jurisdiction" in facts)
    project.jurisdiction = facts.get("jurisdiction") or _place_of(project, said=said)
    project.industry = facts.get("industry") or Category(project.category).industry
    if said:
        project.jurisdiction_confirmed_on = project.jurisdiction_confirmed_on or timezone.localdate()
    if by is not None and by.role == Role.CLERK:
        contractor = by.organization
    project.status = facts.get("status") or _first_status(project)
    project.code = project.code or issue_code(project.region)
    project.full_clean(exclude=["filed_by"])  # the system itself may file
    project.save(force_insert=True)
    begun = project.actual_start_on if project.status == Status.IN_PROGRESS else None
    change = StatusChange.objects.create(
        project=project, status=project.status, on=begun or project.supervised_from, reason="建档", by=by
    )
    if begun:
        reach(MilestoneKind.START, change)
    jurisdiction.begin(project, by=by, confirmed=said)
    if contractor is not None:
        _enter_contractor(project, contractor, by=by)
    audit.record("project.file", by=by, target=project, code=project.code, jurisdiction=project.jurisdiction_id)
    mark_changed([project.pk])
    return project


def _enter_contractor(project: Project, contractor: Organization, *, by) -> None:
    """As the lead; it may be a unit that is not on record yet."""
    if contractor._state.adding:
        contractor.full_clean()
        contractor.save()
    kind, entered_on = ParticipantType.GENERAL_CONTRACTOR, project.actual_start_on
    add_party(project, contractor, kind, by=by, is_lead=True, entered_on=entered_on)


def _place_of(project: Project, *, said: bool) -> Region:
    return project.region if said else propose(project.address, project.region).region


def _first_status(project: Project) -> Status:
    started = project.actual_start_on is not None and project.actual_start_on <= timezone.localdate()
    return Status.IN_PROGRESS if started else Status.PREPARING


def issue_code(region: Region) -> str:
    """Region, year and month, serial: 5309022026110001. Within a transaction, whose end frees the next number."""
    Region.objects.select_for_update(no_key=True).get(pk=region.pk)
    prefix = f"{region.code}{timezone.localdate():%Y%m}"
    issued = Project.every.unscoped("a code is unique in the whole province, also that of a merged project")
    last = issued.filter(code__regex=rf"^{re.escape(prefix)}\d{{{SERIAL_DIGITS},}}$").order_by("code")
    codes = last.values_list("code", flat=True)
    serial = max((int(code[len(prefix) :]) for code in codes), default=0) + 1
    return f"{prefix}{serial:0{SERIAL_DIGITS}d}"


@transaction.atomic
def update_project(project: Project, *, by, **facts) -> Project:
    """Complete or correct a project's facts. An actual start sets a project that was being prepared in progress; a
    corrected address may propose another jurisdiction, as long as nobody has confirmed it."""
    project = lock_open(project)
    if "jurisdiction" in facts:
        raise ValueError("A jurisdiction is confirmed or moved: projects.services.jurisdiction.")
    address = project.address, project.region_id
    for name, value in facts.items():
        setattr(project, name, value)
    if project.status in (Status.PREPARING, Status.APPROVED) and _first_status(project) == Status.IN_PROGRESS:
        project.status = Status.IN_PROGRESS
        change = StatusChange.objects.create(
            project=project, status=project.status, on=project.actual_start_on, reason="填报实际开工日期", by=by
        )
        reach(MilestoneKind.START, change)
    if (project.address, project.region_id) != address:
        jurisdiction.propose_again(project)
    project.full_clean(exclude=["filed_by"])
    project.save()
    audit.record("project.update", by=by, target=project, fields=sorted(facts))
    mark_changed([project.pk])
    return project
