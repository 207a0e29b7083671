"""Who may put on record what was paid for another unit, and read who owes wages."""

from accounts.models import Advance
from organizations.enums import RegionLevel, Role
from projects.enums import ParticipantType
from projects.models import Project
from projects.permissions import is_contractor

ARREARS_READERS = (Role.OFFICER, Role.INDUSTRY, Role.CLERK, Role.CONSTRUCTION_UNIT)
OVERSEERS = (Role.OFFICER, Role.INDUSTRY)
ADVANCE_WRITERS = (Role.CLERK, Role.CONSTRUCTION_UNIT)


def is_construction_unit(user, project: Project) -> bool:
    return (
        user.role == Role.CONSTRUCTION_UNIT
        and project.participations.filter(
            organization=user.organization, participant_type=ParticipantType.CONSTRUCTION_UNIT
        ).exists()
    )


def can_record_advance(user, project: Project) -> bool:
    """The contractor and the construction unit, each its own (条例 29, 30)."""
    return project.is_open and (is_contractor(user, project) or is_construction_unit(user, project))


def can_recover(user, advance: Advance) -> bool:
    return advance.payer_id == user.organization_id and can_record_advance(user, advance.project)


def can_change_threshold(user) -> bool:
    """The province's office transcribes what its high court has published."""
    return user.role == Role.OFFICER and user.level == RegionLevel.PROVINCE
