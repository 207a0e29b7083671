from django.urls import path

from core.navigation import NavItem
from workers import attendance_views, views
from workers.permissions import READERS

app_name = "workers"

navigation = [
    NavItem("工人", "workers:worker_list", "users", READERS, order=30),
    NavItem("考勤", "workers:attendance_list", "calendar", READERS, order=32),
]

urlpatterns = [
    path("", views.worker_list, name="worker_list"),
    path("<int:pk>/", views.worker_detail, name="worker_detail"),
    path("projects/<int:project_pk>/", views.register, name="register"),
    path("projects/<int:project_pk>/new/", views.enrol, name="enrol"),
    path("engagements/<int:pk>/edit/", views.engagement_edit, name="engagement_edit"),
    path("engagements/<int:pk>/exit/", views.engagement_exit, name="engagement_exit"),
    path("engagements/<int:pk>/return/", views.engagement_return, name="engagement_return"),
    path("engagements/<int:engagement_pk>/contracts/new/", views.contract_add, name="contract_add"),
    path("contracts/<int:pk>/edit/", views.contract_edit, name="contract_edit"),
    path("attendance/", attendance_views.attendance_list, name="attendance_list"),
    path("projects/<int:project_pk>/attendance/", attendance_views.attendance, name="attendance"),
    path("engagements/<int:pk>/attendance/<str:day>/", attendance_views.attendance_correct, name="attendance_correct"),
]
