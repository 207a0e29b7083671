"""Writes that concern projects. Whoever writes supervised data calls `mark_changed` in the same transaction."""

from projects.services.changes import CLOSED, ProjectClosed, lock, lock_open, mark_changed
from projects.services.clerks import leave_clerk, save_clerk
from projects.services.filing import file_project, update_project
from projects.services.parties import (
    add_party,
    enter_unit,
    exit_party,
    find_unit,
    make_lead,
    return_party,
    save_unit,
    update_party,
)
from projects.services.permits import save_permit
from projects.services.status import change_status

__all__ = [
    "CLOSED",
    "ProjectClosed",
    "add_party",
    "change_status",
    "enter_unit",
    "exit_party",
    "file_project",
    "find_unit",
    "leave_clerk",
    "lock",
    "lock_open",
    "make_lead",
    "mark_changed",
    "return_party",
    "save_clerk",
    "save_permit",
    "save_unit",
    "update_party",
    "update_project",
]
