"""Who hands wages over to the bank, takes the file, answers, and who looks on."""

from accounts.models import PayoutBatch
from organizations.enums import Role
from projects.imports.permissions import can_import
from projects.models import Project
from projects.permissions import is_contractor

PAYOUT_READERS = (Role.OFFICER, Role.INDUSTRY, Role.CLERK, Role.BANK, Role.CONSTRUCTION_UNIT)


def can_hand_over(user, project: Project) -> bool:
    """The general contractor's clerk, for a project that is not completed."""
    return project.is_open and is_contractor(user, project)


def can_take_file(user, batch: PayoutBatch) -> bool:
    """It holds cards in clear: for the two who handle the payments."""
    if user.role == Role.BANK:
        return batch.account.bank_id == user.organization_id
    return is_contractor(user, batch.project)


def can_import_result(user, project: Project) -> bool:
    return can_import(user, project, "payout-result")
