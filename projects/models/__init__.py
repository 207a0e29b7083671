from projects.models.clerk import WageClerk
from projects.models.course import Milestone, MilestoneAnswer, Suspension
from projects.models.guarantee import PaymentGuarantee
from projects.models.imports import ColumnMapping, ImportBatch, ImportProblem
from projects.models.jurisdiction import JurisdictionEntry, JurisdictionRequest
from projects.models.listed_permit import AcceptedMatch, ListedPermit
from projects.models.merge import MergedRow, MergeStep, ProjectMerge
from projects.models.notice_board import NoticeBoard
from projects.models.participation import Participation
from projects.models.permit import Permit
from projects.models.project import ChangedProject, Project, StatusChange
from projects.models.subcontract import Subcontract

__all__ = [
    "AcceptedMatch",
    "ChangedProject",
    "ColumnMapping",
    "ImportBatch",
    "ImportProblem",
    "JurisdictionEntry",
    "JurisdictionRequest",
    "ListedPermit",
    "MergeStep",
    "MergedRow",
    "Milestone",
    "MilestoneAnswer",
    "NoticeBoard",
    "Participation",
    "PaymentGuarantee",
    "Permit",
    "Project",
    "ProjectMerge",
    "StatusChange",
    "Subcontract",
    "Suspension",
    "WageClerk",
]
