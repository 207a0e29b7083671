from django.urls import path

from core.navigation import NavItem
from workers.permissions import READERS
from workers.views import attendance, contracts, live, register

app_name = "workers"

navigation = [
    NavItem("工人", "workers:worker_list", "users", READERS, order=30),
    NavItem("考勤", "workers:attendance_list", "calendar", READERS, order=32),
    NavItem("实时现场", "workers:live", "clock", READERS, order=33),
]

urlpatterns = [
    path("", register.worker_list, name="worker_list"),
    path("<int:pk>/", register.worker_detail, name="worker_detail"),
    path("projects/<int:project_pk>/", register.register, name="register"),
    path("projects/<int:project_pk>/new/", register.enrol, name="enrol"),
    path("engagements/<int:pk>/edit/", register.engagement_edit, name="engagement_edit"),
    path("engagements/<int:pk>/exit/", register.engagement_exit, name="engagement_exit"),
    path("engagements/<int:pk>/return/", register.engagement_return, name="engagement_return"),
    path("engagements/<int:engagement_pk>/contracts/new/", contracts.contract_add, name="contract_add"),
    path("contracts/<int:pk>/edit/", contracts.contract_edit, name="contract_edit"),
    path("live/", live.live, name="live"),
    path("live/people/", live.live_people, name="live_people"),
    path("attendance/", attendance.attendance_list, name="attendance_list"),
    path("projects/<int:project_pk>/attendance/", attendance.attendance, name="attendance"),
    path("engagements/<int:pk>/attendance/<str:day>/", attendance.attendance_correct, name="attendance_correct"),
]
