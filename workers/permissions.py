"""Who may write the register and the attendance. Who may read them is the scope's answer."""

from organizations.enums import Role
from projects.models import Project
from projects.permissions import is_contractor

READERS = (Role.OFFICER, Role.INDUSTRY, Role.CLERK)
WRITERS = (Role.CLERK,)


def can_keep_register(user, project: Project) -> bool:
    """Register, contracts and attendance are the general contractor's to keep (条例 art. 28), until completion."""
    return project.is_open and is_contractor(user, project)


def can_correct_attendance(user, project: Project) -> bool:
    return can_keep_register(user, project)
