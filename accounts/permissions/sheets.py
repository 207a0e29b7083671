"""Whose turn a wage sheet is (条例 art. 31): the contractor's clerk makes it and has it confirmed and reviewed, the
construction unit approves it, the bank pays. Whether a sheet is seen at all is the scope's answer."""

from accounts.enums import SheetState
from accounts.models import PayrollSheet
from organizations.enums import Role
from organizations.models import User
from projects.enums import ParticipantType
from projects.models import Project
from projects.permissions import is_contractor

SHEET_READERS = (Role.OFFICER, Role.INDUSTRY, Role.CLERK, Role.CONSTRUCTION_UNIT)
S = SheetState

# Whose step leads on from here.
BY_CLERK = frozenset({S.DRAFT, S.CONFIRMING, S.CONFIRMED})


def can_make_sheets(user, project: Project) -> bool:
    return project.is_open and is_contractor(user, project)


def can_edit_sheet(user, sheet: PayrollSheet) -> bool:
    return sheet.is_draft and can_make_sheets(user, sheet.project)


def is_construction_unit(user, project: Project) -> bool:
    owns = {"organization": user.organization, "participant_type": ParticipantType.CONSTRUCTION_UNIT}
    return user.role == Role.CONSTRUCTION_UNIT and project.participations.filter(**owns).exists()


def approves_on_paper(project: Project) -> bool:
    """A construction unit without a login in use signs on paper, and the contractor's clerk sends the scan: nobody
    waits for wages because somebody else has no account."""
    unit = project.construction_unit
    logins = User.objects.filter(organization=unit, role=Role.CONSTRUCTION_UNIT, is_active=True)
    return unit is None or not logins.exists()


def can_step_on(user, sheet: PayrollSheet) -> bool:
    """Take the step that follows. From approval on the bank and its answers move the sheet."""
    project = sheet.project
    if not project.is_open:
        return False
    if sheet.state in BY_CLERK:
        return is_contractor(user, project)
    if sheet.state == S.REVIEWED:
        on_paper = is_contractor(user, project) and approves_on_paper(project)
        return on_paper or is_construction_unit(user, project)
    return False


def can_step_back(user, sheet: PayrollSheet) -> bool:
    """Back to the draft, with a reason: the contractor's clerk, and the construction unit where it is its turn."""
    project = sheet.project
    if not project.is_open or sheet.state not in (S.CONFIRMING, S.CONFIRMED, S.REVIEWED, S.APPROVED, S.REFUSED):
        return False
    own_turn = sheet.state in (S.REVIEWED, S.APPROVED) and is_construction_unit(user, project)
    return own_turn or is_contractor(user, project)
