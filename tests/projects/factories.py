"""Objects for tests; every argument has a plain default."""

from datetime import date
from decimal import Decimal
from itertools import count

from organizations.enums import Industry
from organizations.models import Organization
from projects.enums import BoardItem, Category, MilestoneKind, ParticipantType, Status
from projects.models import (
    ListedPermit,
    Milestone,
    NoticeBoard,
    Participation,
    PaymentGuarantee,
    Permit,
    Project,
    Subcontract,
    Suspension,
)
from tests.organizations.factories import organization, region, uscc

_serial = count(1)


def project(*, at: str = "530902", contractor: Organization | None = None, **fields) -> Project:
    """A project in progress with its general contractor."""
    number = next(_serial)
    defaults = {
        "code": f"{at}2026{number:06d}",
        "name": f"项目{number}",
        "category": Category.BUILDING,
        "industry": Industry.HOUSING,
        "region": region(at),
        "jurisdiction": region(at),
        "status": Status.IN_PROGRESS,
        "contract_start_on": date(2026, 7, 1),
        "actual_start_on": date(2026, 7, 20),
        "supervised_from": date(2026, 7, 1),
    }
    made = Project.objects.create(**(defaults | fields))
    participation(made, contractor or organization(at=at), is_lead=True)
    return made


def participation(of: Project, unit: Organization, kind=ParticipantType.GENERAL_CONTRACTOR, **fields) -> Participation:
    fields = {"entered_on": of.actual_start_on} | fields
    return Participation.objects.create(project=of, organization=unit, participant_type=kind, **fields)


def permit(of: Project, **fields) -> Permit:
    fields = {"number": f"53090220260{next(_serial):04d}", "issued_on": date(2026, 6, 20)} | fields
    return Permit.objects.create(project=of, **fields)


def suspension(of: Project, began_on: date, ended_on: date | None = None, **fields) -> Suspension:
    """The span alone; the acts make it with its changes of status."""
    return Suspension.objects.create(project=of, began_on=began_on, ended_on=ended_on, **({"reason": "停工"} | fields))


def guarantee(of: Project, **fields) -> PaymentGuarantee:
    defaults = {
        "guarantor_name": "临沧农村商业银行",
        "guarantor_uscc": uscc(next(_serial)),
        "amount": Decimal("500000"),
        "starts_on": date(2026, 7, 1),
        "ends_on": date(2027, 6, 30),
        "received_on": date(2026, 7, 1),
        "record_due_on": date(2026, 7, 6),
        "number": f"保{next(_serial):06d}",
    }
    return PaymentGuarantee.objects.create(project=of, **(defaults | fields))


def notice_board(of: Project, **fields) -> NoticeBoard:
    """One that says all the law asks for."""
    facts = {"checked_on": of.actual_start_on, "place": "工地大门右侧", "items": BoardItem.values}
    return NoticeBoard.objects.create(project=of, **(facts | fields))


def milestone(of: Project, **fields) -> Milestone:
    return Milestone.objects.create(project=of, **({"kind": MilestoneKind.START, "on": of.actual_start_on} | fields))


def listed_permit(*, at: str = "530902", **fields) -> ListedPermit:
    """On the department's list, and on no project."""
    number = next(_serial)
    defaults = {
        "number": f"{at}20261012{number:04d}",
        "project_name": f"许可工程{number}",
        "region": region(at),
        "issued_on": date(2026, 10, 12),
        "industry": Industry.HOUSING,
    }
    return ListedPermit.objects.create(**(defaults | fields))


def subcontract(party: Participation, **fields) -> Subcontract:
    facts = {"number": f"分包{next(_serial)}", "amount": Decimal("500000"), "labour_share": Decimal("60")}
    return Subcontract.objects.create(participation=party, **(facts | {"signed_on": date(2026, 7, 25)} | fields))
