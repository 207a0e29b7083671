from django.urls import path

from accounts.permissions import NOTICE_READERS
from accounts.views import accounts, money, notices, payrolls
from core import converters  # noqa: F401 - registers <month:…>
from core.navigation import NavItem
from projects.permissions import READERS

app_name = "accounts"

navigation = [
    NavItem("工资专户", "accounts:account_list", "bank", READERS, order=40),
    NavItem("工资发放", "accounts:payroll_list", "wallet", READERS, order=42),
    NavItem("工资公示", "accounts:notice_list", "print", NOTICE_READERS, order=44),
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
    path("notices/", notices.notice_list, name="notice_list"),
    path("notices/<int:pk>/withdraw/", notices.notice_withdraw, name="notice_withdraw"),
    path("projects/<int:project_pk>/notices/", notices.project_notices, name="project_notices"),
    path("projects/<int:project_pk>/notices/<month:month>/", notices.notice_post, name="notice_post"),
    path("projects/<int:project_pk>/notices/<month:month>/<slug:sheet>/", notices.notice_sheet, name="notice_sheet"),
    path("projects/<int:project_pk>/notices/<month:month>/<slug:sheet>.pdf", notices.notice_pdf, name="notice_pdf"),
]
