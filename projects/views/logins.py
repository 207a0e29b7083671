"""Project accounts (P6): issued, reset and closed by the offices of human resources. One-time passwords are in the
answer to the POST that made them and nowhere else: never stored in clear, never cached."""

from io import BytesIO

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core import attachments, audit
from core.access import access, read_or_write
from core.spreadsheets.writer import write_table
from organizations.enums import Role
from organizations.models import User
from organizations.selectors import acts_on
from organizations.services import reset_password, set_active
from projects import selectors
from projects.forms import HolderForm, QueryHolderForm
from projects.pages import dialog_answer
from projects.selectors import logins
from projects.selectors.logins import Side
from projects.services import logins as services
from projects.tables.logins import (
    FIRST_LOGIN,
    SLIP_HEADERS,
    LoginFilters,
    LoginTable,
    UnitFilters,
    UnitLoginTable,
    UnitTable,
    slip_row,
    state_and_use,
)


@require_GET
@access(Role.OFFICER)
def unit_list(request, side):
    filters, units = _units(request, side)
    context = {
        "side": side,
        "filters": filters,
        "table": UnitTable(units, request, side=side),
        "waiting": units.filter(login_count=0).count(),
        "most": services.MOST_AT_ONCE,
        "query": request.GET.urlencode(),
    }
    return render(request, "projects/unit_logins.html", context)


def _units(request, side: Side):
    filters = UnitFilters(request.GET)
    everyone = logins.with_logins(logins.units_for(request.user, side), request.user, side)
    return filters, filters.apply(everyone)


@never_cache
@require_POST
@access(Role.OFFICER)
def issue_many(request, side):
    """For the chosen units, or for all that the filter shows."""
    if "everyone" in request.POST:
        chosen = _units(request, side)[1].filter(login_count=0).order_by("name", "pk")
        chosen = list(chosen.values_list("pk", flat=True)[: services.MOST_AT_ONCE])
    else:
        chosen = _chosen(request)
    back = reverse(side.list_url)
    return _handed_over(request, lambda: services.issue_to_units(chosen, by=request.user, side=side), back)


@never_cache
@require_POST
@access(Role.OFFICER)
def reissue_many(request):
    chosen, back = _chosen(request), reverse("logins:login_list")
    return _handed_over(request, lambda: services.reissue(chosen, by=request.user), back)


def _chosen(request) -> list[int]:
    return [int(key) for key in request.POST.getlist("chosen") if key.isdecimal() and len(key) < 19]


def _handed_over(request, issue, back: str):
    """The slips; back where nobody could be given one."""
    try:
        issued = issue()
    except services.NobodyLeft as nobody:
        messages.warning(request, " ".join(nobody.messages))
        return redirect(f"{back}?{request.GET.urlencode()}" if request.GET else back)
    return _slips(request, issued, back)


def _slips(request, issued: list[tuple[User, str]], back: str):
    context = {
        "issued": issued,
        "back": back,
        "address": request.build_absolute_uri("/"),
        "first_login": FIRST_LOGIN,
        "sealed": services.seal(issued, by=request.user),
    }
    return render(request, "projects/login_slips.html", context)


@never_cache
@require_POST
@access(Role.OFFICER)
def slip_workbook(request):
    """The slips of the page this comes from as a table; the page holds them sealed, the server does not."""
    issued = services.unseal(request.POST.get("sealed", ""), by=request.user)
    if not issued:
        messages.error(request, "账号单已过期，请为这些账号重置密码。")
        return redirect("logins:login_list")
    buffer, address = BytesIO(), request.build_absolute_uri("/")
    title = f"账号与一次性密码（{timezone.localtime():%Y-%m-%d %H:%M}，{request.user.organization}）"
    rows = (slip_row(login, password, address) for login, password in issued)
    audit.record("user.slips", by=request.user, rows=write_table(buffer, title, SLIP_HEADERS, rows, in_memory=True))
    return attachments.download(buffer.getvalue(), f"账号单-{timezone.localtime():%Y%m%d-%H%M}.xlsx")


# --- one unit, one department ----------------------------------------------------------------------------------


@require_GET
@access(Role.OFFICER)
def unit_detail(request, pk, side):
    user = request.user
    unit = get_object_or_404(logins.units_known_to(user, side).select_related("region"), pk=pk)
    own = selectors.projects_for(user).filter(pk__in=logins.parts_of(unit, user, side).values("project"))
    context = {
        "side": side,
        "unit": unit,
        "table": UnitLoginTable(logins.logins_for(user).filter(organization=unit, role=side.role), request),
        "can_issue": logins.units_for(user, side).filter(pk=pk).exists(),
        "projects": own.select_related("jurisdiction").order_by("status", "-id")[:20],
    }
    return render(request, "projects/unit_login.html", context)


@never_cache
@read_or_write
@access(Role.OFFICER)
def issue_one(request, pk, side):
    unit = get_object_or_404(logins.units_for(request.user, side), pk=pk)
    name, phone = logins.holders_of([unit], request.user, side).get(unit.pk, ("", ""))
    form = HolderForm(request.POST or None, initial={"name": name, "phone": phone})
    back = reverse(side.unit_url, args=[pk])

    def issue():
        return services.issue_to_unit(unit, by=request.user, side=side, **form.cleaned_data)

    return _issue_page(request, form, issue, title="开通账号", lead=unit.name, back=back)


@never_cache
@read_or_write
@access(Role.OFFICER)
def issue_query(request):
    form = QueryHolderForm(request.POST or None, user=request.user)
    back = f"{reverse('logins:login_list')}?kind=query"

    def issue():
        return services.issue_to_department(by=request.user, **form.cleaned_data)

    lead = "行业主管部门：可查询、导出，不能写入"
    return _issue_page(request, form, issue, title="开通查询账号", lead=lead, back=back)


def _issue_page(request, form, issue, *, title: str, lead: str, back: str):
    if request.method == "POST" and form.is_valid():
        try:
            return _slips(request, [issue()], back)
        except ValidationError as error:
            form.refuse(error)
    context = {"form": form, "title": title, "lead": lead, "back": back}
    return render(request, "projects/login_form.html", context, status=422 if form.errors else 200)


# --- logins ----------------------------------------------------------------------------------------------------------


@require_GET
@access(Role.OFFICER)
def login_list(request):
    filters = LoginFilters(request.GET)
    table = LoginTable(filters.apply(logins.logins_for(request.user)), request)
    return render(request, "projects/login_list.html", {"filters": filters, "table": table})


@require_GET
@access(Role.OFFICER)
def login_detail(request, pk):
    login = get_object_or_404(logins.logins_for(request.user), pk=pk)
    side = logins.side_of(login.role)
    state, tone = state_and_use(login)
    context = {
        "login": login,
        "state": state,
        "tone": tone,
        "acts": acts_on(login)[:30],
        "unit_url": reverse(side.unit_url, args=[login.organization_id]) if side else "",
    }
    return render(request, "projects/login_detail.html", context)


@never_cache
@require_POST
@access(Role.OFFICER)
def login_reset(request, pk):
    login = get_object_or_404(logins.logins_for(request.user), pk=pk)
    back = reverse("logins:login_detail", args=[pk])
    try:
        return _slips(request, [(login, reset_password(user=login, by=request.user))], back)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(back)


@require_POST
@access(Role.OFFICER)
def login_active(request, pk):
    login = get_object_or_404(logins.logins_for(request.user), pk=pk)
    active = request.POST.get("active") == "1"
    return dialog_answer(
        request,
        reverse("logins:login_detail", args=[pk]),
        None,
        lambda: set_active(user=login, active=active, by=request.user),
        f"{login.name} 的账号已{'启用' if active else '停用'}。",
    )
