"""A worker's own wages, mounted at /my/wages/."""

from django.urls import path

from accounts.views import my
from core.navigation import NavItem
from organizations.enums import Role

app_name = "my_wages"

navigation = [NavItem("工资", "my_wages:list", "wallet", (Role.WORKER,), order=2)]

urlpatterns = [
    path("", my.wage_list, name="list"),
    path("<int:pk>/", my.wage_detail, name="detail"),
    path("<int:pk>/answer/", my.answer, name="answer"),
]
