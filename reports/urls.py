from django.urls import path

from core.navigation import NavItem
from organizations.enums import Role
from reports import views

app_name = "reports"

navigation = [
    NavItem("工作台", "reports:home", "home", tuple(role for role in Role if role != Role.WORKER), order=0),
    NavItem("我的", "reports:home", "user", (Role.WORKER,), order=0),
    NavItem("统计", "reports:statistics", "chart", (Role.OFFICER, Role.INDUSTRY), order=50),
    NavItem("月报", "reports:workbook_list", "table", (Role.OFFICER, Role.INDUSTRY), order=52),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("reports/months/", views.workbook_list, name="workbook_list"),
    path("reports/months/new/", views.workbook_start, name="workbook_start"),
    path("reports/figures/", views.statistics, name="statistics"),
    path("reports/figures/projects/", views.figure_projects, name="figure_projects"),
]
