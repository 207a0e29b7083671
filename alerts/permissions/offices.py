"""Whose a warning is."""

from alerts.enums import WarningState
from alerts.models import Warning
from organizations.enums import RegionLevel, Role
from projects.models import Project

IN_HAND = (WarningState.ACCEPTED, WarningState.VERIFYING, WarningState.CORRECTING, WarningState.CORRECTED)


def can_handle(user, warning: Warning) -> bool:
    """Whether this is the user's to dispose of, whatever state it is in."""
    return (
        user.role == Role.OFFICER
        and user.level is not None
        and warning.office_level <= user.level <= warning.home_level
        and covers(user, warning.project)
    )


def can_end(user, warning: Warning) -> bool:
    """What ends a warning is said by the office it has come up to; those below ask it."""
    return can_handle(user, warning) and user.level == warning.office_level


def covers(user, project: Project) -> bool:
    return user.region is not None and project.jurisdiction_id.startswith(user.region.prefix)


def is_above(user, warning: Warning) -> bool:
    """An officer of an office above the one the warning belongs to."""
    return (
        user.role == Role.OFFICER
        and user.level is not None
        and RegionLevel.PROVINCE <= user.level < warning.home_level
        and covers(user, warning.project)
    )
