"""Who may do what with payrolls and what is posted of them."""

from organizations.enums import Role
from projects.imports.permissions import can_import
from projects.models import Project
from projects.permissions import is_contractor

# Sheets name people: no business of a bank's. They hang at the gate of the construction unit's own site.
NOTICE_READERS = (Role.OFFICER, Role.INDUSTRY, Role.CLERK, Role.CONSTRUCTION_UNIT)


def can_import_payroll(user, project: Project) -> bool:
    return can_import(user, project, "payroll")


def can_post_notice(user, project: Project) -> bool:
    """The contractor posts where its workers live (豫: 宛人社 2019, 三 4), until completion."""
    return project.is_open and is_contractor(user, project)
