"""Wage deposits, mounted at /deposits/."""

from django.urls import path

from accounts.permissions import DEPOSIT_READERS
from accounts.views import deposit_decisions as decisions
from accounts.views import deposit_instruments as instruments
from accounts.views import deposit_standards as standards
from accounts.views import deposits
from core.navigation import NavItem

app_name = "deposits"

navigation = [NavItem("工资保证金", "deposits:deposit_list", "shield", DEPOSIT_READERS, order=46)]

urlpatterns = [
    path("", deposits.deposit_list, name="deposit_list"),
    path("undeclared/", deposits.undeclared_list, name="undeclared_list"),
    path("projects/<int:project_pk>/", deposits.project_deposit, name="project_deposit"),
    path("projects/<int:project_pk>/new/", deposits.deposit_apply, name="deposit_apply"),
    path("<int:pk>/", deposits.deposit_detail, name="deposit_detail"),
    path("<int:pk>/assess/", deposits.deposit_assess, name="deposit_assess"),
    path("<int:pk>/instrument/", instruments.instrument_offer, name="instrument_offer"),
    path("<int:pk>/use/", decisions.use_propose, name="use_propose"),
    path("<int:pk>/refund/", decisions.refund_apply, name="refund_apply"),
    path("instruments/<int:pk>/edit/", instruments.instrument_edit, name="instrument_edit"),
    path("instruments/<int:pk>/confirm/", instruments.instrument_confirm, name="instrument_confirm"),
    path("instruments/<int:pk>/refuse/", instruments.instrument_refuse, name="instrument_refuse"),
    path("uses/<int:pk>/", decisions.use_detail, name="use_detail"),
    path("uses/<int:pk>/notice/", decisions.use_notice, name="use_notice"),
    path("uses/<int:pk>/approve/", decisions.use_approve, name="use_approve"),
    path("uses/<int:pk>/refuse/", decisions.use_refuse, name="use_refuse"),
    path("uses/<int:pk>/pay/", decisions.use_pay, name="use_pay"),
    path("uses/<int:pk>/refill/", decisions.use_refill, name="use_refill"),
    path("refunds/<int:pk>/", decisions.refund_detail, name="refund_detail"),
    path("refunds/<int:pk>/notice/", decisions.refund_notice, name="refund_notice"),
    path("refunds/<int:pk>/propose/", decisions.refund_propose, name="refund_propose"),
    path("refunds/<int:pk>/approve/", decisions.refund_approve, name="refund_approve"),
    path("refunds/<int:pk>/refuse/", decisions.refund_refuse, name="refund_refuse"),
    path("refunds/<int:pk>/done/", decisions.refund_done, name="refund_done"),
    path("standards/", standards.standard_list, name="standard_list"),
    path("standards/new/", standards.standard_change, name="standard_change"),
]
