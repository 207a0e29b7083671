"""The 34 project indicators, the three of the wage-affairs clerk (54–56) and five of payment guarantees (140–144)."""

from django.db.models import Q

from core.indicators import Indicator, IndicatorGroup, only_when
from projects.enums import SUBCONTRACTORS, Category, ParticipantType, ParticipationStatus, Status
from projects.models import Participation, PaymentGuarantee, Permit, Project, WageClerk

COMPLETED = only_when("status", Status.COMPLETED)
EXITED = only_when("status", ParticipationStatus.EXITED)
BUILDING_OR_MUNICIPAL = only_when("project__category", Category.BUILDING, Category.MUNICIPAL)

BASIC = IndicatorGroup(
    "basic",
    "基本信息",
    Project,
    [
        Indicator(1, "address"),
        Indicator(2, "category"),
        Indicator(3, "contract_start_on"),
        Indicator(4, "actual_start_on"),
        Indicator(7, "completed_on", COMPLETED),
    ],
    project_path="pk",
    edit="projects:project_edit",
)

PERMIT = IndicatorGroup(
    "permit",
    "施工许可证",
    Permit,
    [
        Indicator(5, "number", BUILDING_OR_MUNICIPAL),
        Indicator(6, "issued_on", BUILDING_OR_MUNICIPAL),
    ],
    expected=Q(permit_exempt=False),
    edit="projects:permit_edit",
    row_label="number",
    add="projects:permit_add",
)

CONSTRUCTION_UNIT = IndicatorGroup(
    "construction_unit",
    "建设单位信息",
    Participation,
    [
        Indicator(8, "organization__uscc"),
        Indicator(9, "organization__name"),
        Indicator(10, "organization__unit_nature"),
        Indicator(11, "organization__region"),
        Indicator(12, "organization__registered_address"),
        Indicator(13, "organization__legal_representative"),
    ],
    rows=Q(participant_type=ParticipantType.CONSTRUCTION_UNIT),
    expected=Q(),
    edit="projects:party_edit",
    row_label="organization__name",
    add="projects:construction_unit_add",
)

GENERAL_CONTRACTOR = IndicatorGroup(
    "general_contractor",
    "施工总承包单位信息",
    Participation,
    [
        Indicator(14, "organization__name"),
        Indicator(15, "organization__unit_nature"),
        Indicator(16, "organization__region"),
        Indicator(17, "organization__registered_address"),
        Indicator(18, "organization__legal_representative"),
        Indicator(19, "organization__legal_representative_id"),
        Indicator(20, "entered_on"),
        Indicator(21, "exited_on", EXITED),
    ],
    rows=Q(participant_type=ParticipantType.GENERAL_CONTRACTOR),
    expected=Q(),
    edit="projects:party_edit",
    row_label="organization__name",
    add="projects:general_contractor_add",
)

# A project need not have subcontractors; those it has must be complete.
SUBCONTRACTOR = IndicatorGroup(
    "subcontractor",
    "施工分包（承建）单位信息",
    Participation,
    [
        Indicator(22, "organization__name"),
        Indicator(23, "organization__uscc"),
        Indicator(24, "organization__unit_nature"),
        Indicator(25, "organization__office_address"),
        Indicator(26, "organization__region"),
        Indicator(27, "organization__legal_representative"),
        Indicator(28, "organization__legal_representative_id"),
        Indicator(29, "manager"),
        Indicator(30, "manager_id"),
        Indicator(31, "participant_type"),
        Indicator(32, "status"),
        Indicator(33, "entered_on"),
        Indicator(34, "exited_on", EXITED),
    ],
    rows=Q(participant_type__in=SUBCONTRACTORS),
    edit="projects:party_edit",
    row_label="organization__name",
    add="projects:subcontractor_add",
)

PROJECT_GROUPS = (BASIC, PERMIT, CONSTRUCTION_UNIT, GENERAL_CONTRACTOR, SUBCONTRACTOR)

WAGE_CLERK = IndicatorGroup(
    "labour_clerk",
    "劳资专管员信息",
    WageClerk,
    [
        Indicator(54, "name"),
        Indicator(55, "id_number"),
        Indicator(56, "phone"),
    ],
    rows=Q(left_on__isnull=True),
    expected=Q(),
    edit="projects:clerk_edit",
    row_label="name",
    add="projects:clerk_add",
)

# Of any project that has one; which projects must is the rule GUAR-01's to say, by the contract's amount.
PAYMENT_GUARANTEE = IndicatorGroup(
    "payment_guarantee",
    "工程款支付担保信息",
    PaymentGuarantee,
    [
        Indicator(140, "guarantor_name"),
        Indicator(141, "guarantor_uscc"),
        Indicator(142, "amount"),
        Indicator(143, "starts_on"),
        Indicator(144, "ends_on"),
    ],
    edit="projects:guarantee_edit",
    row_label="guarantor_name",
    add="projects:guarantee_add",
)

_OF_PARTY = {
    ParticipantType.CONSTRUCTION_UNIT: CONSTRUCTION_UNIT,
    ParticipantType.GENERAL_CONTRACTOR: GENERAL_CONTRACTOR,
}


def group_of(participant_type: str) -> IndicatorGroup | None:
    """The group a party is judged by; surveyors, designers and supervisors have none."""
    return SUBCONTRACTOR if participant_type in SUBCONTRACTORS else _OF_PARTY.get(participant_type)
