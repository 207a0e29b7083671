from django.urls import path

from core.navigation import NavItem
from organizations.enums import Role
from projects.permissions import PAPER_READERS, READERS
from projects.selectors import jurisdiction as places
from projects.tables.milestones import due_count
from projects.views import (
    course,
    guarantee,
    jurisdiction,
    merge,
    notice_board,
    parties,
    permit_list,
    permits,
    projects,
    subcontracts,
)

app_name = "projects"

navigation = [
    NavItem(
        "项目",
        "projects:project_list",
        "building",
        READERS,
        order=20,
    ),
    NavItem(
        "节点确认",
        "projects:milestone_list",
        "flag",
        (Role.OFFICER, Role.INDUSTRY),
        order=22,
        count=due_count,
    ),
    NavItem(
        "支付担保",
        "projects:guarantee_list",
        "shield",
        PAPER_READERS,
        order=24,
    ),
    NavItem("施工许可比对", "projects:permit_comparison", "search", (Role.OFFICER, Role.INDUSTRY), order=26),
    NavItem(
        "管辖确认",
        "projects:jurisdiction_list",
        "check",
        (Role.OFFICER,),
        order=21,
        count=places.own_work,
    ),
]


def _add(group: str, address: str):
    return path(f"<int:project_pk>/{address}/new/", parties.party_add, {"group": group}, name=f"{group}_add")


urlpatterns = [
    path("", projects.project_list, name="project_list"),
    path("export/", projects.project_export, name="project_export"),
    path("new/", projects.project_create, name="project_create"),
    path("<int:pk>/", projects.project_detail, name="project_detail"),
    path("jurisdiction/", jurisdiction.jurisdiction_list, name="jurisdiction_list"),
    path("jurisdiction/confirm/", jurisdiction.confirm_many, name="jurisdiction_confirm_many"),
    path("jurisdiction/requests/", jurisdiction.request_list, name="jurisdiction_requests"),
    path("jurisdiction/requests/<int:pk>/", jurisdiction.request_answer, name="jurisdiction_answer"),
    path("<int:pk>/jurisdiction/", jurisdiction.jurisdiction_page, name="jurisdiction"),
    path("<int:pk>/jurisdiction/confirm/", jurisdiction.confirm, name="jurisdiction_confirm"),
    path("<int:pk>/jurisdiction/extend/", jurisdiction.extend, name="jurisdiction_extend"),
    path("<int:pk>/jurisdiction/move/", jurisdiction.move, name="jurisdiction_move"),
    path("<int:pk>/edit/", projects.project_edit, name="project_edit"),
    path("<int:pk>/status/<slug:act>/", projects.project_status, name="project_status"),
    _add("construction_unit", "construction-unit"),
    _add("general_contractor", "general-contractor"),
    _add("subcontractor", "subcontractors"),
    path("<int:pk>/merge/", merge.merge_choose, name="merge_choose"),
    path("<int:pk>/merge/<int:source_pk>/", merge.merge_preview, name="merge_preview"),
    path("merges/<int:pk>/", merge.merge_detail, name="merge_detail"),
    path("merges/<int:pk>/undo/", merge.merge_undo, name="merge_undo"),
    path("units/", parties.unit_lookup, name="unit_lookup"),
    path("parties/<int:pk>/edit/", parties.party_edit, name="party_edit"),
    path("parties/<int:pk>/<slug:move>/", parties.party_move, name="party_move"),
    path("<int:project_pk>/permits/new/", permits.permit_add, name="permit_add"),
    path("permits/<int:pk>/edit/", permits.permit_edit, name="permit_edit"),
    path("permits/", permit_list.permit_comparison, name="permit_comparison"),
    path("permits/load/", permit_list.permit_upload, name="permit_upload"),
    path("permits/template/", permit_list.permit_template, name="permit_template"),
    path("permits/list/", permit_list.listed_permit_list, name="listed_permit_list"),
    path("permits/list/export/", permit_list.listed_permit_export, name="listed_permit_export"),
    path("permits/list/<int:pk>/", permit_list.listed_permit_detail, name="listed_permit_detail"),
    path(
        "permits/list/<int:pk>/accept/<int:project_pk>/", permit_list.listed_permit_accept, name="listed_permit_accept"
    ),
    path("permits/list/<int:pk>/take-back/", permit_list.listed_permit_take_back, name="listed_permit_take_back"),
    path("permits/list/<int:pk>/set-aside/", permit_list.listed_permit_set_aside, name="listed_permit_set_aside"),
    path("permits/list/<int:pk>/put-back/", permit_list.listed_permit_put_back, name="listed_permit_put_back"),
    path("permits/list/<int:pk>/file/", permit_list.listed_permit_file, name="listed_permit_file"),
    path("<int:project_pk>/subcontracts/", subcontracts.subcontract_list, name="subcontract_list"),
    path("parties/<int:party_pk>/subcontracts/new/", subcontracts.subcontract_add, name="subcontract_add"),
    path("subcontracts/<int:pk>/edit/", subcontracts.subcontract_edit, name="subcontract_edit"),
    path("subcontracts/<int:pk>/withdraw/", subcontracts.subcontract_withdraw, name="subcontract_withdraw"),
    path("<int:project_pk>/notice-boards/new/", notice_board.board_add, name="board_add"),
    path("<int:project_pk>/clerks/new/", permits.clerk_add, name="clerk_add"),
    path("clerks/<int:pk>/edit/", permits.clerk_edit, name="clerk_edit"),
    path("clerks/<int:pk>/photo/", permits.clerk_photo, name="clerk_photo"),
    path("clerks/<int:pk>/leave/", permits.clerk_leave, name="clerk_leave"),
    path("<int:project_pk>/course/", course.project_course, name="project_course"),
    path("<int:project_pk>/course/acceptance/", course.acceptance_ask, name="acceptance_ask"),
    path("suspensions/<int:pk>/edit/", course.suspension_edit, name="suspension_edit"),
    path("milestones/", course.milestone_list, name="milestone_list"),
    path("milestones/<int:pk>/", course.milestone_detail, name="milestone_detail"),
    path("guarantees/", guarantee.guarantee_list, name="guarantee_list"),
    path("guarantees/export/", guarantee.guarantee_export, name="guarantee_export"),
    path("<int:project_pk>/guarantees/new/", guarantee.guarantee_add, name="guarantee_add"),
    path("guarantees/<int:pk>/edit/", guarantee.guarantee_edit, name="guarantee_edit"),
    path("guarantees/<int:pk>/renew/", guarantee.guarantee_renew, name="guarantee_renew"),
]
