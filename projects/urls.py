from django.urls import path

from core.navigation import NavItem
from organizations.enums import Role
from projects import views

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
    return path(f"<int:project_pk>/{address}/new/", views.party_add, {"group": group}, name=f"{group}_add")


urlpatterns = [
    path("", views.project_list, name="project_list"),
    path("export/", views.project_export, name="project_export"),
    path("new/", views.project_create, name="project_create"),
    path("<int:pk>/", views.project_detail, name="project_detail"),
    path("<int:pk>/edit/", views.project_edit, name="project_edit"),
    path("<int:pk>/status/<slug:act>/", views.project_status, name="project_status"),
    _add("construction_unit", "construction-unit"),
    _add("general_contractor", "general-contractor"),
    _add("subcontractor", "subcontractors"),
    path("units/", views.unit_lookup, name="unit_lookup"),
    path("parties/<int:pk>/edit/", views.party_edit, name="party_edit"),
    path("parties/<int:pk>/<slug:move>/", views.party_move, name="party_move"),
    path("<int:project_pk>/permits/new/", views.permit_add, name="permit_add"),
    path("permits/<int:pk>/edit/", views.permit_edit, name="permit_edit"),
    path("<int:project_pk>/clerks/new/", views.clerk_add, name="clerk_add"),
    path("clerks/<int:pk>/edit/", views.clerk_edit, name="clerk_edit"),
    path("clerks/<int:pk>/leave/", views.clerk_leave, name="clerk_leave"),
]
