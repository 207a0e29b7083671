import time

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core import audit
from core.access import access, read_or_write
from core.models import AuditEntry
from organizations import permissions, services
from organizations.enums import Role
from organizations.filters import AuditFilters, UserFilters
from organizations.forms import LoginForm, PasswordChangeForm, UserForm, WorkerLoginForm
from organizations.middleware import OWN_PIN, STARTED
from organizations.selectors import state_of, users
from organizations.tables import AuditTable, UserTable


@access.public("the login comes before any role")
class Login(LoginView):
    template_name = "organizations/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_invalid(self, form):
        locked = getattr(self.request, "axes_locked_out", False) or form.has_error("__all__", "throttled")
        audit.record("login.locked" if locked else "login.failed", by=None, username=form.login_name)
        return super().form_invalid(form)

    def form_valid(self, form):
        user = form.get_user()
        login(self.request, user)
        self.request.session[STARTED] = int(time.time())
        audit.record("login", by=user)
        return redirect("/" if user.role == Role.WORKER else self.get_success_url())


@access.public("the login comes before any role")
class WorkerLogin(Login):
    """The same for people on site: an ID number, large fields, no user name."""

    template_name = "organizations/worker_login.html"
    authentication_form = WorkerLoginForm


@require_POST
@access.changes_nothing
@access.signed_in
def sign_out(request):
    audit.record("logout", by=request.user)
    page = "organizations:worker_login" if request.user.role == Role.WORKER else "organizations:login"
    logout(request)
    return redirect(page)


@read_or_write
@access.changes_nothing
@access.signed_in
def password_change(request):
    if request.user.role == Role.WORKER:
        return redirect(OWN_PIN)
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.change_password(user=request.user, password=form.cleaned_data["new_password"])
        update_session_auth_hash(request, request.user)
        messages.success(request, "密码已修改。")
        return redirect("/")
    lead = "首次登录或密码被重置后，须先修改密码" if request.user.must_change_password else ""
    return render(request, "organizations/password_change.html", {"form": form, "lead": lead})


@require_GET
@access(Role.SYSTEM, Role.SECURITY)
def user_list(request):
    filters = UserFilters(request.GET)
    table = UserTable(filters.apply(users()), request)
    context = {"filters": filters, "table": table, "can_manage": permissions.can_manage_users(request.user)}
    return render(request, "organizations/user_list.html", context)


@require_GET
@access(Role.SYSTEM, Role.SECURITY)
def user_detail(request, pk):
    person = get_object_or_404(users(), pk=pk)
    state, tone = state_of(person)
    context = {
        "person": person,
        "state": state,
        "tone": tone,
        "can_activate": permissions.can_manage_users(request.user) and not person.is_active,
        "can_deactivate": person.is_active and permissions.can_deactivate(request.user, person),
        "can_reset": permissions.can_reset_password(request.user, person),
        "can_unlock": permissions.can_unlock(request.user),
    }
    return render(request, "organizations/user_detail.html", context)


@never_cache
@read_or_write
@access(Role.SYSTEM)
def user_create(request):
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user, password = services.create_user(by=request.user, **form.cleaned_data)
        return render(request, "organizations/user_password.html", {"person": user, "password": password})
    return render(request, "organizations/user_create.html", {"form": form})


@require_POST
@access(Role.SYSTEM)
def user_activate(request, pk):
    user = get_object_or_404(users(), pk=pk)
    active = request.POST.get("active") == "1"
    if not active and not permissions.can_deactivate(request.user, user):
        raise PermissionDenied
    services.set_active(user=user, active=active, by=request.user)
    messages.success(request, f"{user.name} 的账号已{'启用' if active else '停用'}。")
    return redirect("organizations:user_detail", pk)


@never_cache
@require_POST
@access(Role.SECURITY)
def user_reset(request, pk):
    user = get_object_or_404(users(), pk=pk)
    if not permissions.can_reset_password(request.user, user):
        raise PermissionDenied
    if not user.is_active:
        messages.error(request, services.CLOSED)
        return redirect("organizations:user_detail", pk)
    password = services.reset_password(user=user, by=request.user)
    return render(request, "organizations/user_password.html", {"person": user, "password": password})


@require_POST
@access(Role.SECURITY)
def user_unlock(request, pk):
    user = get_object_or_404(users(), pk=pk)
    services.unlock(user=user, by=request.user)
    messages.success(request, f"{user.name} 的账号已解除锁定。")
    return redirect("organizations:user_detail", pk)


@require_GET
@access(Role.AUDIT)
def audit_log(request):
    filters = AuditFilters(request.GET)
    table = AuditTable(filters.apply(AuditEntry.objects.all()), request)
    return render(request, "organizations/audit_log.html", {"filters": filters, "table": table})
