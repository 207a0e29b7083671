from io import BytesIO

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from alerts import permissions, selectors, services
from alerts.enums import DemandKind, DemandState
from alerts.evidence import evidence_of, parameters_of
from alerts.filters import WarningFilters
from alerts.forms import ACTS, ReleaseForm, SaveFilterForm
from alerts.forms.base import ActForm
from alerts.models import CaseLead, Demand, SavedFilter, Warning
from alerts.tables import (
    EXPORT_HEADERS,
    LEVEL_TONES,
    STATE_TONES,
    OwnDemandTable,
    ProjectWarningTable,
    WarningTable,
    age_text,
    export_row,
    term_text,
    term_tone,
    with_rows,
)
from alerts.views.acts import act_done
from core import attachments, audit, formats
from core.access import access, read_or_write
from core.spreadsheets.writer import write_table
from organizations.enums import AUTHORITIES, Role
from projects.pages import bare_project

READERS = (Role.OFFICER, Role.INDUSTRY, Role.CLERK, Role.CONSTRUCTION_UNIT, Role.BANK)
EXPORT_LIMIT = 50_000


# --- the desk --------------------------------------------------------------------------------------------------------


@require_GET
@access(*READERS)
def warning_list(request):
    today = timezone.localdate()
    visible = Warning.objects.visible_to(request.user)
    filters = WarningFilters(request.GET, user=request.user, today=today)
    is_officer = request.user.role == Role.OFFICER
    table = WarningTable(with_rows(filters.apply(visible)), request, today=today, choose=is_officer)
    summary = selectors.summary(visible, today, request.user)
    context = {
        "filters": filters,
        "table": table,
        "summary": summary,
        "waiting": _waiting(visible, summary, request.user),
        "can_choose": is_officer and table.can_choose,
        "can_export": permissions.can_export(request.user),
        "saved": list(SavedFilter.objects.visible_to(request.user)),
        "save_form": SaveFilterForm() if filters.active_count else None,
        "asked": request.GET.urlencode(),
        "can_see_bulletin": permissions.can_see_bulletin(request.user),
        "can_see_case_leads": permissions.can_see_case_leads(request.user),
    }
    return render(request, "alerts/warning_list.html", context)


def _waiting(visible, summary: selectors.Summary, user) -> tuple[str, int, str] | None:
    """The tile of what waits for the user's own office, and the list it counts."""
    match user.role:
        case Role.OFFICER:
            return "待本级签收", summary.waiting, "?state=new&desk=office"
        case Role.INDUSTRY if user.industry:
            return "待我部门答复", selectors.asked_of(visible.open(), user).count(), "?desk=asked"
    return None


@require_POST
@access.changes_nothing
@access(*AUTHORITIES)
def warning_export(request):
    """The filtered list as .xlsx; who took how many rows, by which filters, is on record."""
    filters = WarningFilters(request.GET, user=request.user, today=timezone.localdate())
    chosen = filters.apply(Warning.objects.visible_to(request.user)).order_by("due_on", "id").defer("evidence")
    chosen = chosen.select_related("project__jurisdiction", "handler", "setting")
    if chosen.count() > EXPORT_LIMIT:
        messages.error(request, f"超过 {EXPORT_LIMIT:,} 条，请缩小筛选范围后再导出。")
        return redirect(f"{request.path.removesuffix('export/')}?{request.GET.urlencode()}")
    buffer = BytesIO()
    title = f"预警清单（{timezone.localtime():%Y-%m-%d %H:%M}）"
    rows = write_table(buffer, title, EXPORT_HEADERS, map(export_row, chosen.iterator(chunk_size=2000)))
    asked = {name: str(value) for name, value in filters.values.items()}
    audit.record("warning.export", by=request.user, rows=rows, filters=asked)
    return attachments.download(buffer.getvalue(), f"预警清单-{timezone.localdate():%Y%m%d}.xlsx")


@require_POST
@access(Role.OFFICER)
def warning_accept_many(request):
    keys = [key for key in request.POST.getlist("warning") if key.isdecimal()]
    chosen = Warning.objects.visible_to(request.user).filter(pk__in=keys)
    accepted, left = services.accept_many(warnings=chosen, by=request.user)
    if accepted:
        messages.success(request, f"已签收 {accepted} 条预警。")
    if left:
        messages.warning(request, f"{left} 条未签收：已由他人处理，或不由本级处置。")
    if not keys:
        messages.warning(request, "请先勾选要签收的预警。")
    query = request.GET.urlencode()
    return redirect(f"{request.path.removesuffix('accept/')}{'?' if query else ''}{query}")


@require_GET
@access(*READERS)
def project_warnings(request, project_pk):
    project = bare_project(request, project_pk)
    today = timezone.localdate()
    own = Warning.objects.visible_to(request.user).filter(project=project)
    context = {
        "project": project,
        "open": ProjectWarningTable(list(with_rows(own.open()).order_by("due_on", "id")), request, today=today),
        "closed": ProjectWarningTable(list(with_rows(own.closed()).order_by("-id")[:50]), request, today=today),
        "summary": selectors.summary(own, today),
    }
    return render(request, "alerts/project_warnings.html", context)


# --- one warning -----------------------------------------------------------------------------------------------------


@require_GET
@access(*READERS)
def warning_detail(request, pk):
    warning = _warning(request, pk)
    user, today = request.user, timezone.localdate()
    with_notes = permissions.can_read_notes(user)
    lead = CaseLead.objects.visible_to(user).filter(warning=warning).first()
    demands = (
        Demand.objects.visible_to(user)
        .filter(warning=warning)
        .select_related("of", "office", "asked_by", "warning__project")
    )
    demands = list(demands.order_by("-id"))
    asked = next((one for one in demands if one.kind == DemandKind.RELEASE and one.is_waiting), None)
    forms = _acts_of(warning, user, but=ReleaseForm if asked else None)
    read = {"with_notes": with_notes, "with_replies": permissions.can_read_replies(user)}
    context = {
        "warning": warning,
        "level_tone": LEVEL_TONES[warning.level],
        "state_tone": STATE_TONES[warning.state],
        "age": age_text(warning, today),
        "term": term_text(warning, today),
        "term_tone": term_tone(warning, today),
        "evidence": evidence_of(warning, user),
        "seen": formats.moment(warning.seen_at),
        "parameters": parameters_of(warning),
        "thread": selectors.thread(warning, **read),
        "earlier": selectors.earlier_threads(warning, **read),
        "demands": OwnDemandTable(demands, request, today=today) if demands else None,
        "with_notes": with_notes,
        "lead": lead if permissions.can_see_case_leads(user) else None,
        "forms": forms,
        "release_asked": asked,
        "unmet": next((one for one in demands if one.unmet and one.is_waiting), None),
        "recheck": next((form for form in forms if form.key == ReleaseForm.key), None),
        "more_forms": [form for form in forms if form.is_more],
        "handles": permissions.can_handle(user, warning),
    }
    return render(request, "alerts/warning_detail.html", context)


def _acts_of(warning: Warning, user, but: type[ActForm] | None) -> list[ActForm]:
    return [form(warning=warning, by=user) for form in ACTS.values() if form is not but and form.may(user, warning)]


@read_or_write
@access(*AUTHORITIES, Role.CLERK)
def warning_act(request, pk, act):
    """One of the acts. The detail page opens it as a dialog; what is wrong with it is shown here."""
    warning = _warning(request, pk)
    form_class = ACTS.get(act)
    if form_class is None:
        raise Http404
    if request.user.role not in form_class.roles:
        raise PermissionDenied
    if request.method != "POST":
        if not form_class.may(request.user, warning):
            raise PermissionDenied
        return _act_page(request, form_class(warning=warning, by=request.user))
    form = form_class(request.POST, request.FILES, warning=warning, by=request.user)
    if form.is_valid() and act_done(request, form):
        return redirect(warning)
    return _act_page(request, form, status=422)


def _act_page(request, form, status: int = 200):
    """With the report that waits for the second look, when this is one."""
    reports = form.warning.demands.filter(state=DemandState.ANSWERED) if form.key == ReleaseForm.key else ()
    context = {"form": form, "warning": form.warning, "reports": reports}
    return render(request, "alerts/warning_act.html", context, status=status)


def _warning(request, pk) -> Warning:
    related = ("project__jurisdiction", "setting", "handler__organization", "follows")
    return get_object_or_404(Warning.objects.visible_to(request.user).select_related(*related), pk=pk)
