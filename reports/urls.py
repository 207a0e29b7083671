from django.urls import path

from core.navigation import NavItem
from reports import views

app_name = "reports"

navigation = [
    NavItem("工作台", "reports:home", "home", (), order=0),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("reports/projects/", views.figure_projects, name="figure_projects"),
]
