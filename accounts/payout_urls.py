from django.urls import path

from accounts.permissions import PAYOUT_READERS
from accounts.views import payouts
from core.navigation import NavItem

app_name = "payouts"

navigation = [NavItem("银行代发", "payouts:batch_list", "wallet", PAYOUT_READERS, order=43)]

urlpatterns = [
    path("", payouts.batch_list, name="batch_list"),
    path("differences/", payouts.differences, name="differences"),
    path("projects/<int:project_pk>/", payouts.project, name="project"),
    path("projects/<int:project_pk>/compare/", payouts.compare, name="compare"),
    path("<int:pk>/", payouts.batch, name="batch"),
    path("<int:pk>/file/", payouts.batch_file, name="file"),
    path("orders/<int:pk>/", payouts.order, name="order"),
]
