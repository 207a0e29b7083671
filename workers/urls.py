from django.urls import path

from core.navigation import NavItem
from workers.permissions import READERS
from workers.views import attendance, cards, certificates, contracts, days, gates, live, people, register, training

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
    path("<int:pk>/photo/", people.worker_photo, name="worker_photo"),
    path("engagements/<int:pk>/photo/", people.photo_edit, name="photo_edit"),
    path("engagements/<int:pk>/card/", cards.card_bind, name="card_bind"),
    path("cards/<int:pk>/unbind/", cards.card_unbind, name="card_unbind"),
    path("engagements/<int:engagement_pk>/certificates/new/", certificates.certificate_add, name="certificate_add"),
    path("certificates/<int:pk>/edit/", certificates.certificate_edit, name="certificate_edit"),
    path("projects/<int:project_pk>/summary/", people.people_summary, name="people_summary"),
    path("projects/<int:project_pk>/managers/", people.managers, name="managers"),
    path("projects/<int:project_pk>/training/", training.training_list, name="training_list"),
    path("projects/<int:project_pk>/training/new/", training.training_add, name="training_add"),
    path("engagements/<int:pk>/training/", training.training_of, name="training_of"),
    path("training/<int:pk>/", training.training_detail, name="training_detail"),
    path("training/<int:pk>/edit/", training.training_edit, name="training_edit"),
    path("projects/<int:project_pk>/insurance/", cards.insurance_list, name="insurance_list"),
    path("projects/<int:project_pk>/insurance/new/", cards.insurance_add, name="insurance_add"),
    path("engagements/<int:pk>/insurance/", cards.insurance_of, name="insurance_of"),
    path("insurance/<int:pk>/edit/", cards.insurance_edit, name="insurance_edit"),
    path("engagements/<int:engagement_pk>/appraisals/new/", people.appraisal_add, name="appraisal_add"),
    path("appraisals/<int:pk>/statement/", people.appraisal_statement, name="appraisal_statement"),
    path("appraisals/<int:pk>/withdraw/", people.appraisal_withdraw, name="appraisal_withdraw"),
    path("attendance/", attendance.attendance_list, name="attendance_list"),
    path("projects/<int:project_pk>/attendance/", attendance.attendance, name="attendance"),
    path("projects/<int:project_pk>/attendance/day/", days.attendance_day, name="attendance_day"),
    path("projects/<int:project_pk>/attendance/export/", days.attendance_export, name="attendance_export"),
    path("projects/<int:project_pk>/attendance/corrections/", days.correction_list, name="correction_list"),
    path(
        "projects/<int:project_pk>/attendance/corrections/new/",
        days.attendance_correct_team,
        name="attendance_correct_team",
    ),
    path("projects/<int:project_pk>/attendance/recompute/", gates.attendance_recompute, name="attendance_recompute"),
    path("projects/<int:project_pk>/devices/", gates.device_list, name="device_list"),
    path("projects/<int:project_pk>/devices/new/", gates.device_add, name="device_add"),
    path("devices/<int:pk>/edit/", gates.device_edit, name="device_edit"),
    path("projects/<int:project_pk>/strays/", gates.stray_list, name="stray_list"),
    path("projects/<int:project_pk>/strays/take-in/", gates.stray_take_in, name="stray_take_in"),
    path("attendance/standards/", gates.standard_list, name="standard_list"),
    path("attendance/standards/new/", gates.standard_change, name="standard_change"),
    path("engagements/<int:pk>/attendance/", days.attendance_person, name="attendance_person"),
    path("engagements/<int:pk>/punches/<str:day>/", days.punch_day, name="punch_day"),
    path("engagements/<int:pk>/attendance/<str:day>/", attendance.attendance_correct, name="attendance_correct"),
]
