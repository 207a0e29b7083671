"""What a worker sees of themselves, mounted at /my/. The wages are `accounts.my_urls`, the first page is the desk."""

from django.urls import path

from core import converters  # noqa: F401 - registers <month:…>
from core.navigation import NavItem
from organizations.enums import Role
from workers.views import my

app_name = "my"

OWN = (Role.WORKER,)
navigation = [
    NavItem("考勤", "my:attendance", "calendar", OWN, order=4),
    NavItem("合同", "my:contracts", "file", OWN, order=6),
    NavItem("求助", "my:help", "alert", OWN, order=8),
]

urlpatterns = [
    path("attendance/", my.attendance, name="attendance"),
    path("attendance/<int:pk>/", my.attendance_month, name="attendance_month"),
    path("attendance/<int:pk>/<str:day>/", my.attendance_day, name="attendance_day"),
    path("contracts/", my.contracts, name="contracts"),
    path("help/", my.help_page, name="help"),
    path("account/", my.account, name="account"),
    path("pin/", my.pin, name="pin"),
]
