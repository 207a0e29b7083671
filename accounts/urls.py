from django.urls import path

from accounts.permissions import READERS
from accounts.views import accounts, money, payrolls
from core.navigation import NavItem

app_name = "accounts"

navigation = [
    NavItem("工资专户", "accounts:account_list", "bank", READERS, order=40),
    NavItem("工资发放", "accounts:payroll_list", "wallet", READERS, order=42),
]

urlpatterns = [
    path("", accounts.account_list, name="account_list"),
    path("new/", accounts.account_record, name="account_record"),
    path("<int:pk>/", accounts.ledger, name="ledger"),
    path("<int:pk>/edit/", accounts.account_edit, name="account_edit"),
    path("<int:pk>/cancel/", accounts.account_cancel, name="account_cancel"),
    path("projects/<int:project_pk>/", money.project_money, name="project_money"),
    path("projects/<int:project_pk>/new/", accounts.account_add, name="account_add"),
    path("payrolls/", payrolls.payroll_list, name="payroll_list"),
    path("payrolls/<int:pk>/", payrolls.payroll, name="payroll"),
]
