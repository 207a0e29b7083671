"""Who may do what with a project. Whether a project is seen at all is the scope's answer, not given here."""

from organizations.enums import AUTHORITIES, Industry, RegionLevel, Role
from organizations.models import Organization
from projects.enums import ParticipantType, ParticipationStatus, StatusAct
from projects.models import JurisdictionRequest, ListedPermit, Milestone, Participation, Project, ProjectMerge

# Why the construction unit reads what it reads: docs/decisions/construction-unit-reads.md.
READERS = (Role.OFFICER, Role.INDUSTRY, Role.CLERK, Role.CONSTRUCTION_UNIT, Role.BANK)
PAPER_READERS = (Role.OFFICER, Role.INDUSTRY, Role.CLERK, Role.CONSTRUCTION_UNIT)  # no business of a bank
SHEET_READERS = (Role.OFFICER, Role.INDUSTRY, Role.CLERK, Role.BANK)  # of what was imported, with whose remarks
WRITERS = (Role.OFFICER, Role.CLERK)


def can_file(user) -> bool:
    """Regulators file every project (P1); a contractor's clerk may file the enterprise's own."""
    return user.role in (Role.OFFICER, Role.CLERK)


def is_regulator(user, project: Project) -> bool:
    """The human-resources officer of the project's jurisdiction, or of a level above."""
    return user.role == Role.OFFICER and project.jurisdiction_id.startswith(user.region.prefix)


def is_contractor(user, project: Project) -> bool:
    """A clerk of a general contractor that has not left the project."""
    return (
        user.role == Role.CLERK
        and project.participations.filter(
            organization=user.organization,
            participant_type=ParticipantType.GENERAL_CONTRACTOR,
            status=ParticipationStatus.ENTERED,
        ).exists()
    )


def can_edit(user, project: Project) -> bool:
    """Nobody edits a completed project: the regulator reopens it first."""
    return project.is_open and (is_regulator(user, project) or is_contractor(user, project))


def can_edit_supervision(user, project: Project) -> bool:
    """Jurisdiction, industry and the day supervision began are the regulator's to say."""
    return project.is_open and is_regulator(user, project)


def can_confirm_jurisdiction(user, project: Project) -> bool:
    """The officer of the proposed place, or of one above it, until somebody has."""
    return can_edit_supervision(user, project) and project.jurisdiction_confirmed_on is None


def can_ask_extension(user, project: Project) -> bool:
    """Counties and prefectures ask, the province answers (P4)."""
    return can_confirm_jurisdiction(user, project) and user.level != RegionLevel.PROVINCE


def can_move_jurisdiction(user, project: Project) -> bool:
    """Away from a place in the own region: where the other place lies beyond it, an office above decides."""
    return can_edit_supervision(user, project)


def can_answer(user, request: JurisdictionRequest) -> bool:
    """The office that is asked; for want of it, one above."""
    return (
        request.is_waiting
        and request.project.is_open
        and user.role == Role.OFFICER
        and request.answering_id.startswith(user.region.prefix)
    )


def can_read_jurisdiction(user) -> bool:
    return user.role in AUTHORITIES


def can_edit_parties(user, project: Project) -> bool:
    return can_edit(user, project)


def can_change_contractor(user, project: Project) -> bool:
    """A general contractor's clerks see the project: letting one in or out is the regulator's."""
    return project.is_open and is_regulator(user, project)


def can_add_party(user, project: Project, participant_type: str) -> bool:
    if participant_type == ParticipantType.GENERAL_CONTRACTOR:
        return can_change_contractor(user, project)
    return can_edit_parties(user, project)


def can_move_party(user, party: Participation) -> bool:
    """Take out, bring back, give the lead."""
    return can_add_party(user, party.project, party.participant_type)


def can_overwrite_unit(user, unit: Organization) -> bool:
    """Change what is already on record about a unit. A clerk: of the own enterprise, or of one that is in no
    other contractor's project; anything else could alter other projects' records."""
    if user.role == Role.OFFICER:
        return True
    if user.role != Role.CLERK or unit.users.exists():
        return user.role == Role.CLERK and unit == user.organization
    theirs = Project.objects.visible_to(user).values("pk")
    return not unit.participations.exclude(project__in=theirs).exists()


def is_act_of(user, project: Project, act: StatusAct) -> bool:
    """Whose act it is, whatever state the project is in."""
    return is_regulator(user, project) or (not act.is_regulators and is_contractor(user, project))


def can_change_status(user, project: Project, act: StatusAct) -> bool:
    return project.status in act.from_statuses and is_act_of(user, project, act)


def can_complete(user, project: Project) -> bool:
    return can_change_status(user, project, StatusAct.COMPLETE)


def can_reopen(user, project: Project) -> bool:
    return can_change_status(user, project, StatusAct.REOPEN)


def status_acts(user, project: Project) -> list[StatusAct]:
    return [act for act in StatusAct if can_change_status(user, project, act)]


def can_correct_suspension(user, project: Project) -> bool:
    """What was entered wrongly about a suspension only the regulator puts right."""
    return project.is_open and is_regulator(user, project)


def is_department(user, project: Project) -> bool:
    """Who confirms milestones: the department of the project's industry, at any level that sees it (云建宝 notice,
    section 2). An industry without a department of its own is the human-resources department's."""
    if user.query_only:
        return False
    if project.industry == Industry.OTHER:
        return is_regulator(user, project)
    return user.role == Role.INDUSTRY and user.industry == project.industry


def can_answer_milestone(user, milestone: Milestone) -> bool:
    return milestone.project.is_open and not milestone.is_confirmed and is_department(user, milestone.project)


def can_ask_for_acceptance(user, project: Project) -> bool:
    return can_edit(user, project) or (project.is_open and is_department(user, project))


def can_edit_guarantee(user, project: Project) -> bool:
    """The contractor records it on receipt (湘人社规〔2024〕13号); an officer may for it."""
    return can_edit(user, project)


def can_merge(user, source: Project, target: Project) -> bool:
    """合并 (P5): of two projects both under the officer's jurisdiction."""
    return all(project.is_open and is_regulator(user, project) for project in (source, target))


def can_undo_merge(user, merge: ProjectMerge) -> bool:
    """Within the term; see `services.merge.why_not_undone`."""
    return is_regulator(user, merge.target)


def can_export(user) -> bool:
    return user.role in (Role.OFFICER, Role.INDUSTRY, Role.CLERK)


# --- the permit list -------------------------------------------------------------------------------------------------


def can_load_permits(user) -> bool:
    """The human-resources officer, and the department of the industry that issues the permits."""
    return user.role == Role.OFFICER or (user.role == Role.INDUSTRY and user.industry is not None)


def can_set_aside(user, listed: ListedPermit) -> bool:
    """Whoever may load the list of its place and industry."""
    own = listed.region_id.startswith(user.region.prefix) and user.industry in (None, listed.industry)
    return can_load_permits(user) and own


def can_accept_match(user, project: Project) -> bool:
    """Register a listed permit's number at a project: a regulator's, or that of the department that issued it."""
    own = user.role == Role.INDUSTRY and user.industry == project.industry
    reach = own and project.jurisdiction_id.startswith(user.region.prefix)
    return project.is_open and (is_regulator(user, project) or reach)


def can_file_listed(user, listed: ListedPermit) -> bool:
    """Begin the filing of a permitted project that is not on the platform."""
    return user.role == Role.OFFICER and can_set_aside(user, listed)
