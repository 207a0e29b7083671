"""Who may write the register and the attendance. Who may read them is the scope's answer."""

from organizations.enums import RegionLevel, Role
from projects.models import Project
from projects.permissions import is_contractor, is_regulator

READERS = (Role.OFFICER, Role.INDUSTRY, Role.CLERK)
WRITERS = (Role.CLERK,)


def can_keep_register(user, project: Project) -> bool:
    """Register, contracts and attendance are the general contractor's to keep (条例 art. 28), until completion."""
    return project.is_open and is_contractor(user, project)


def can_correct_attendance(user, project: Project) -> bool:
    return can_keep_register(user, project)


def can_keep_devices(user, project: Project) -> bool:
    return can_keep_register(user, project)


def can_recompute(user, project: Project) -> bool:
    """After a change of the standard: the site's clerk, or the officer who wants the month by the new one."""
    return project.is_open and (is_contractor(user, project) or is_regulator(user, project))


def can_change_standards(user) -> bool:
    """The province's office says what a day of attendance is."""
    return user.role == Role.OFFICER and user.level == RegionLevel.PROVINCE
