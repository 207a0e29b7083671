from django.urls import path

from core.navigation import NavItem
from organizations import views
from organizations.enums import Role

app_name = "organizations"

navigation = [
    NavItem("用户", "organizations:user_list", "users", (Role.SYSTEM, Role.SECURITY), order=80),
    NavItem("审计日志", "organizations:audit_log", "list", (Role.AUDIT,), order=90),
]

urlpatterns = [
    path("login/", views.Login.as_view(), name="login"),
    path("worker/", views.WorkerLogin.as_view(), name="worker_login"),
    path("logout/", views.sign_out, name="logout"),
    path("password/", views.password_change, name="password_change"),
    path("users/", views.user_list, name="user_list"),
    path("users/new/", views.user_create, name="user_create"),
    path("users/<int:pk>/", views.user_detail, name="user_detail"),
    path("users/<int:pk>/active/", views.user_activate, name="user_activate"),
    path("users/<int:pk>/reset/", views.user_reset, name="user_reset"),
    path("users/<int:pk>/unlock/", views.user_unlock, name="user_unlock"),
    path("audit/", views.audit_log, name="audit_log"),
]
