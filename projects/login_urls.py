"""Project accounts, mounted at /logins/: what an office of human resources does with the logins of its contractors
and construction units."""

from django.urls import path

from core.navigation import NavItem
from organizations.enums import Role
from projects.selectors.logins import CONTRACTORS, OWNERS, Side
from projects.views import logins as views

app_name = "logins"

navigation = [NavItem("账号", "logins:contractor_list", "key", (Role.OFFICER,), order=81)]


def _of_side(side: Side, listed: str) -> list:
    facts, one = {"side": side}, f"{side.name}s/<int:pk>/"
    return [
        path(listed, views.unit_list, facts, name=f"{side.name}_list"),
        path(f"{listed}issue/", views.issue_many, facts, name=f"issue_{side.name}s"),
        path(one, views.unit_detail, facts, name=side.name),
        path(f"{one}new/", views.issue_one, facts, name=f"issue_{side.name}"),
    ]


urlpatterns = [
    *_of_side(CONTRACTORS, ""),
    *_of_side(OWNERS, "owners/"),
    path("query/new/", views.issue_query, name="issue_query"),
    path("all/", views.login_list, name="login_list"),
    path("reissue/", views.reissue_many, name="reissue_many"),
    path("slips/", views.slip_workbook, name="slip_workbook"),
    path("<int:pk>/", views.login_detail, name="login_detail"),
    path("<int:pk>/reset/", views.login_reset, name="login_reset"),
    path("<int:pk>/active/", views.login_active, name="login_active"),
]
