from django.urls import path

from accounts.permissions import ARREARS_READERS, NOTICE_READERS
from accounts.views import accounts, advances, arrears, exits, money, notices, payrolls, settled
from core import converters  # noqa: F401 - registers <month:…>
from core.navigation import NavItem
from projects.permissions import READERS

app_name = "accounts"

navigation = [
    NavItem("工资专户", "accounts:account_list", "bank", READERS, order=40),
    NavItem("工资发放", "accounts:payroll_list", "wallet", READERS, order=42),
    NavItem("工资公示", "accounts:notice_list", "print", NOTICE_READERS, order=44),
    NavItem("月结月清", "accounts:settled_list", "check", ARREARS_READERS, order=46),
    NavItem("欠薪台账", "accounts:arrears", "alert", ARREARS_READERS, order=47),
    NavItem("垫付追偿", "accounts:advance_list", "scale", ARREARS_READERS, order=48),
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
    path("settled/", settled.settled_list, name="settled_list"),
    path("settled/units/", settled.settled_units, name="settled_units"),
    path("projects/<int:project_pk>/months/", settled.project_months, name="project_months"),
    path("projects/<int:project_pk>/months/<month:month>/", settled.month_people, name="month_people"),
    path("arrears/", arrears.arrears, name="arrears"),
    path("arrears/by/<slug:by>/", arrears.arrears_by, name="arrears_by"),
    path("arrears/export/", arrears.arrears_export, name="arrears_export"),
    path("arrears/print/", arrears.arrears_print, name="arrears_print"),
    path("arrears/amounts/", arrears.threshold_list, name="threshold_list"),
    path("arrears/amounts/new/", arrears.threshold_change, name="threshold_change"),
    path("advances/", advances.advance_list, name="advance_list"),
    path("advances/<int:pk>/", advances.advance, name="advance"),
    path("advances/<int:pk>/recover/", advances.advance_recover, name="advance_recover"),
    path("advances/<int:pk>/undo/", advances.advance_undo, name="advance_undo"),
    path("advances/recoveries/<int:pk>/undo/", advances.recovery_undo, name="recovery_undo"),
    path("projects/<int:project_pk>/advances/", advances.project_advances, name="project_advances"),
    path("projects/<int:project_pk>/advances/new/", advances.advance_new, name="advance_new"),
    path("engagements/<int:engagement_pk>/settlement/", exits.settlement, name="settlement"),
    path("notices/", notices.notice_list, name="notice_list"),
    path("notices/<int:pk>/withdraw/", notices.notice_withdraw, name="notice_withdraw"),
    path("projects/<int:project_pk>/notices/", notices.project_notices, name="project_notices"),
    path("projects/<int:project_pk>/notices/<month:month>/", notices.notice_post, name="notice_post"),
    path("projects/<int:project_pk>/notices/<month:month>/<slug:sheet>/", notices.notice_sheet, name="notice_sheet"),
    path("projects/<int:project_pk>/notices/<month:month>/<slug:sheet>.pdf", notices.notice_pdf, name="notice_pdf"),
]
