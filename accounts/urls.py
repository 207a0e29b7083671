from django.urls import path

from accounts import views
from core.navigation import NavItem
from organizations.enums import Role

app_name = "accounts"

_READERS = (Role.OFFICER, Role.INDUSTRY, Role.CLERK, Role.BANK)

navigation = [
    NavItem("工资专户", "accounts:account_list", "bank", _READERS, order=40),
    NavItem("工资发放", "accounts:payroll_list", "wallet", _READERS, order=42),
]

urlpatterns = [
    path("", views.account_list, name="account_list"),
    path("new/", views.account_record, name="account_record"),
    path("<int:pk>/", views.ledger, name="ledger"),
    path("<int:pk>/edit/", views.account_edit, name="account_edit"),
    path("<int:pk>/cancel/", views.account_cancel, name="account_cancel"),
    path("projects/<int:project_pk>/", views.project_money, name="project_money"),
    path("projects/<int:project_pk>/new/", views.account_add, name="account_add"),
    path("payrolls/", views.payroll_list, name="payroll_list"),
    path("payrolls/<int:pk>/", views.payroll, name="payroll"),
]
