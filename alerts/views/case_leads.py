"""Case leads: what was handed over for filing or mediation."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from alerts import permissions, selectors, services
from alerts.filters import CaseLeadFilters
from alerts.forms import CaseLeadForm, ProlongForm
from alerts.models import CaseLead
from alerts.tables import LEAD_TONES, CaseLeadTable
from core.access import access, read_or_write
from organizations.enums import AUTHORITIES, Role
from projects.pages import dialog_answer


@require_GET
@access(*AUTHORITIES)
def case_lead_list(request):
    today = timezone.localdate()
    filters = CaseLeadFilters(request.GET, today=today)
    leads = CaseLead.objects.visible_to(request.user)
    leads = leads.select_related("project__jurisdiction", "warning", "opened_by").defer("warning__evidence")
    return render(
        request,
        "alerts/case_lead_list.html",
        {"filters": filters, "table": CaseLeadTable(filters.apply(leads), request, today=today)},
    )


@read_or_write
@access(*AUTHORITIES)
def case_lead_detail(request, pk):
    leads = CaseLead.objects.visible_to(request.user)
    lead = get_object_or_404(
        leads.select_related("project__jurisdiction", "warning", "opened_by__organization", "closed_by"), pk=pk
    )
    may = permissions.can_update_case_lead(request.user, lead)
    form = CaseLeadForm(request.POST or None, lead=lead) if may else None
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        if form.is_valid() and _moved(request, lead, form):
            return redirect(lead)
    context = {
        "lead": lead,
        "tone": LEAD_TONES.get(lead.state, "grey"),
        "form": form,
        "is_overdue": lead.is_overdue(timezone.localdate()),
        "prolong_form": ProlongForm() if permissions.can_prolong_case_lead(request.user, lead) else None,
        "move_title": "撤销结案" if lead.state == CaseLead.State.CLOSED else "登记办理结果",
        "thread": selectors.thread(lead.warning, with_notes=True),
    }
    return render(request, "alerts/case_lead_detail.html", context, status=422 if form and form.errors else 200)


def _moved(request, lead: CaseLead, form) -> bool:
    try:
        services.move_case_lead(lead=lead, by=request.user, **form.cleaned_data)
    except services.Overtaken as overtaken:
        messages.error(request, overtaken.message)
        return True
    except ValidationError as error:
        form.refuse(error)
        return False
    messages.success(request, "案源办理结果已保存。")
    return True


@require_POST
@access(Role.OFFICER)
def case_lead_prolong(request, pk):
    lead = get_object_or_404(CaseLead.objects.visible_to(request.user).select_related("project"), pk=pk)
    if not permissions.can_prolong_case_lead(request.user, lead):
        raise PermissionDenied
    form = ProlongForm(request.POST)
    return dialog_answer(
        request,
        lead.get_absolute_url(),
        form,
        lambda: services.prolong_case_lead(lead=lead, by=request.user, **form.cleaned_data),
        "办理期限已延长 30 个工作日。",
    )
