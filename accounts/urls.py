from django.urls import path

from accounts.permissions import BANK_READERS, COST_READERS, NOTICE_READERS
from accounts.views import accounts, banks, closing, entries, labour_cost, money, notices, payrolls
from core import converters  # noqa: F401 - registers <month:…>
from core.navigation import NavItem
from projects.permissions import READERS

app_name = "accounts"

navigation = [
    NavItem("工资专户", "accounts:account_list", "bank", READERS, order=40),
    NavItem("人工费拨付", "accounts:labour_cost_list", "wallet", COST_READERS, order=41),
    NavItem("工资发放", "accounts:payroll_list", "wallet", READERS, order=42),
    NavItem("工资公示", "accounts:notice_list", "print", NOTICE_READERS, order=44),
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
    path("notices/", notices.notice_list, name="notice_list"),
    path("notices/<int:pk>/withdraw/", notices.notice_withdraw, name="notice_withdraw"),
    path("projects/<int:project_pk>/notices/", notices.project_notices, name="project_notices"),
    path("projects/<int:project_pk>/notices/<month:month>/", notices.notice_post, name="notice_post"),
    path("projects/<int:project_pk>/notices/<month:month>/<slug:sheet>/", notices.notice_sheet, name="notice_sheet"),
    path("projects/<int:project_pk>/notices/<month:month>/<slug:sheet>.pdf", notices.notice_pdf, name="notice_pdf"),
]
