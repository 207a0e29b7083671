"""Project accounts, mounted at /logins/: what an office of human resources does with the logins of its contractors."""

from django.urls import path

from core.navigation import NavItem
from organizations.enums import Role
from projects.views import logins as views

app_name = "logins"

navigation = [NavItem("账号", "logins:contractor_list", "key", (Role.OFFICER,), order=81)]

urlpatterns = [
    path("", views.contractor_list, name="contractor_list"),
    path("issue/", views.issue_many, name="issue_many"),
    path("contractors/<int:pk>/", views.contractor, name="contractor"),
    path("contractors/<int:pk>/new/", views.issue_one, name="issue_one"),
    path("query/new/", views.issue_query, name="issue_query"),
    path("all/", views.login_list, name="login_list"),
    path("reissue/", views.reissue_many, name="reissue_many"),
    path("slips/", views.slip_workbook, name="slip_workbook"),
    path("<int:pk>/", views.login_detail, name="login_detail"),
    path("<int:pk>/reset/", views.login_reset, name="login_reset"),
    path("<int:pk>/active/", views.login_active, name="login_active"),
]
