from django.urls import include, path

from core.reference import site

urlpatterns = [
    path("", include("core.urls")),
    path("", include("reports.urls")),
    path("", include("organizations.urls")),
    path("projects/", include("projects.urls")),
    path("imports/", include("projects.import_urls")),
    path("logins/", include("projects.login_urls")),
    path("workers/", include("workers.urls")),
    path("my/", include("workers.my_urls")),
    path("my/wages/", include("accounts.my_urls")),
    path("wage-accounts/", include("accounts.urls")),
    path("payrolls/", include("accounts.payroll_urls")),
    path("deposits/", include("accounts.deposit_urls")),
    path("payouts/", include("accounts.payout_urls")),
    path("alerts/", include("alerts.urls")),
    path("reference/", site.urls),
    path("", include("django_prometheus.urls")),  # /metrics
]

handler400 = "core.errors.bad_request"
