from django.urls import path

from core.navigation import NavItem
from organizations.enums import Role
from projects.views import parties, permits, projects

app_name = "projects"

navigation = [
    NavItem(
        "项目",
        "projects:project_list",
        "building",
        (Role.OFFICER, Role.INDUSTRY, Role.CLERK, Role.BANK),
        order=20,
    ),
]


def _add(group: str, address: str):
    return path(f"<int:project_pk>/{address}/new/", parties.party_add, {"group": group}, name=f"{group}_add")


urlpatterns = [
    path("", projects.project_list, name="project_list"),
    path("export/", projects.project_export, name="project_export"),
    path("new/", projects.project_create, name="project_create"),
    path("<int:pk>/", projects.project_detail, name="project_detail"),
    path("<int:pk>/edit/", projects.project_edit, name="project_edit"),
    path("<int:pk>/status/<slug:act>/", projects.project_status, name="project_status"),
    _add("construction_unit", "construction-unit"),
    _add("general_contractor", "general-contractor"),
    _add("subcontractor", "subcontractors"),
    path("units/", parties.unit_lookup, name="unit_lookup"),
    path("parties/<int:pk>/edit/", parties.party_edit, name="party_edit"),
    path("parties/<int:pk>/<slug:move>/", parties.party_move, name="party_move"),
    path("<int:project_pk>/permits/new/", permits.permit_add, name="permit_add"),
    path("permits/<int:pk>/edit/", permits.permit_edit, name="permit_edit"),
    path("<int:project_pk>/clerks/new/", permits.clerk_add, name="clerk_add"),
    path("clerks/<int:pk>/edit/", permits.clerk_edit, name="clerk_edit"),
    path("clerks/<int:pk>/leave/", permits.clerk_leave, name="clerk_leave"),
]
