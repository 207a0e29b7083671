"""Writes that concern projects. Whoever writes supervised data calls `mark_changed` in the same transaction."""

from projects.services.changes import CLOSED, ProjectClosed, ProjectMerged, lock, lock_open, mark_changed
from projects.services.clerks import leave_clerk, save_clerk
from projects.services.filing import file_project, update_project
from projects.services.guarantees import save_guarantee
from projects.services.merge import merge_projects, undo_merge
from projects.services.milestones import ACCEPTANCES, answer_milestone, ask_for_acceptance, is_accepted
from projects.services.notice_boards import save_board
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
from projects.services.permit_list import accept_match, file_listed, put_back, set_aside, take_back_match
from projects.services.permits import save_permit
from projects.services.status import UNACCEPTED, change_status
from projects.services.subcontracts import file_subcontract, withdraw_subcontract
from projects.services.suspensions import correct_suspension

__all__ = [
    "ACCEPTANCES",
    "CLOSED",
    "UNACCEPTED",
    "ProjectClosed",
    "ProjectMerged",
    "accept_match",
    "add_party",
    "answer_milestone",
    "ask_for_acceptance",
    "change_status",
    "correct_suspension",
    "enter_unit",
    "exit_party",
    "file_listed",
    "file_project",
    "file_subcontract",
    "find_unit",
    "is_accepted",
    "leave_clerk",
    "lock",
    "lock_open",
    "make_lead",
    "mark_changed",
    "merge_projects",
    "put_back",
    "return_party",
    "save_board",
    "save_clerk",
    "save_guarantee",
    "save_permit",
    "save_unit",
    "set_aside",
    "take_back_match",
    "undo_merge",
    "update_party",
    "update_project",
    "withdraw_subcontract",
]
