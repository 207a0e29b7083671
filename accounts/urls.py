from django.urls import path

from accounts.permissions import ARREARS_READERS, BANK_READERS, COST_READERS, NOTICE_READERS
from accounts.views import (
    accounts,
    advances,
    arrears,
    banks,
    closing,
    entries,
    exits,
    forecast,
    labour_cost,
    money,
    notices,
    payrolls,
    settled,
)
from core import converters  # noqa: F401 - registers <month:…>
from core.navigation import NavItem
from organizations.enums import AUTHORITIES
from projects.permissions import READERS

app_name = "accounts"

navigation = [
    NavItem("工资专户", "accounts:account_list", "bank", READERS, order=40),
    NavItem("人工费拨付", "accounts:labour_cost_list", "wallet", COST_READERS, order=41),
    NavItem("资金预测", "accounts:forecast_list", "chart", AUTHORITIES, order=43),
    NavItem("工资发放", "accounts:payroll_list", "wallet", READERS, order=42),
    NavItem("工资公示", "accounts:notice_list", "print", NOTICE_READERS, order=44),
    NavItem("月结月清", "accounts:settled_list", "check", ARREARS_READERS, order=46),
    NavItem("欠薪台账", "accounts:arrears", "alert", ARREARS_READERS, order=47),
    NavItem("垫付追偿", "accounts:advance_list", "scale", ARREARS_READERS, order=48),
    NavItem("协议银行", "accounts:bank_list", "bank", BANK_READERS, order=46),
]

urlpatterns = [
    path("", accounts.account_list, name="account_list"),
    path("new/", accounts.account_record, name="account_record"),
    path("<int:pk>/", accounts.ledger, name="ledger"),
    path("<int:pk>/edit/", accounts.account_edit, name="account_edit"),
    path("<int:pk>/closing/", closing.closing, name="closing"),
    path("<int:pk>/closing/begin/", closing.closing_begin, name="closing_begin"),
    path("<int:pk>/closing/withdraw/", closing.closing_withdraw, name="closing_withdraw"),
    path("<int:pk>/closing/surplus/", closing.closing_surplus, name="closing_surplus"),
    path("<int:pk>/cancel/", closing.account_cancel, name="account_cancel"),
    path("<int:pk>/projects/<int:project_pk>/agreement/", accounts.agreement_add, name="agreement_add"),
    path("entries/<int:pk>/", entries.entry, name="entry"),
    path("entries/<int:pk>/reverse/", entries.entry_reverse, name="entry_reverse"),
    path("entries/<int:pk>/reclassify/", entries.entry_reclassify, name="entry_reclassify"),
    path("projects/<int:project_pk>/", money.project_money, name="project_money"),
    path("projects/<int:project_pk>/new/", accounts.account_add, name="account_add"),
    path("forecast/", forecast.forecast_list, name="forecast_list"),
    path("labour-cost/", labour_cost.labour_cost_list, name="labour_cost_list"),
    path("projects/<int:project_pk>/labour-cost/", labour_cost.labour_cost, name="labour_cost"),
    path("projects/<int:project_pk>/labour-cost/terms/new/", labour_cost.term_add, name="term_add"),
    path("labour-cost/terms/<int:pk>/edit/", labour_cost.term_edit, name="term_edit"),
    path("projects/<int:project_pk>/labour-cost/<month:month>/", labour_cost.measured_edit, name="measured_edit"),
    path("banks/", banks.bank_list, name="bank_list"),
    path("banks/agreements/new/", banks.bank_agreement_add, name="bank_agreement_add"),
    path("banks/agreements/<int:pk>/edit/", banks.bank_agreement_edit, name="bank_agreement_edit"),
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
