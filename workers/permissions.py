"""Who may write the register and the attendance. Who may read them is the scope's answer."""

from organizations.enums import RegionLevel, Role
from projects.models import Project
from projects.permissions import is_contractor, is_regulator
from workers.models import Appraisal, Worker

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


def can_issue_logins(user, project: Project) -> bool:
    """The contractor hands its workers their passwords; whoever does not trust it turns to the officer."""
    return project.is_open and (is_contractor(user, project) or is_regulator(user, project))


def can_appraise(user, project: Project) -> bool:
    """The contractor of the site, or the officer who watches it."""
    return project.is_open and (is_contractor(user, project) or is_regulator(user, project))


def can_withdraw(user, appraisal: Appraisal) -> bool:
    """Who said it, or the officer: no contractor takes back what the officer put on record."""
    project = appraisal.project
    own = appraisal.by.organization_id == user.organization_id and is_contractor(user, project)
    return project.is_open and not appraisal.withdrawn_at and (own or is_regulator(user, project))


def can_change_card(user, worker: Worker) -> bool:
    """Whoever keeps the person's register, or the officer of a project of theirs: it is how a card that was registered
    for the wrong person gets free. Where the person is on site now, the contractor of an earlier site has no say: the
    wages of the present one would have nowhere to go."""
    stays = list(worker.engagements.select_related("project").standing())
    staying = [stay for stay in stays if not stay.exited_on] or stays
    regulated = any(is_regulator(user, stay.project) for stay in stays)
    return regulated or any(can_keep_register(user, stay.project) for stay in staying)
