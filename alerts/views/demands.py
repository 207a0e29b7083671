"""What is asked of units within disposals: corrections, opinions, supervision, interviews, extensions."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET

from alerts import permissions, recheck, selectors
from alerts.enums import DemandKind
from alerts.filters import DemandFilters
from alerts.forms import DEMAND_ACTS
from alerts.models import Demand
from alerts.tables import DemandTable
from alerts.views.acts import act_done
from core import attachments, audit, pdf
from core.access import access, read_or_write


@require_GET
@access(*permissions.READERS)
def demand_list(request):
    today = timezone.localdate()
    filters = DemandFilters(request.GET, user=request.user, today=today)
    rows = Demand.objects.visible_to(request.user).select_related("warning__project", "of", "office")
    table = DemandTable(filters.apply(rows.defer("warning__evidence")), request, today=today)
    return render(request, "alerts/demand_list.html", {"filters": filters, "table": table})


@require_GET
@access(*permissions.READERS)
def demand_detail(request, pk):
    demand = _demand(request, pk)
    user = request.user
    context = {
        "demand": demand,
        "is_overdue": demand.is_overdue(timezone.localdate()),
        "forms": [form(demand=demand) for form in DEMAND_ACTS.values() if form.may(user, demand)],
        "found": recheck.still_found(demand.warning, timezone.localdate()) if _is_to_review(demand, user) else None,
        "can_confirm": permissions.can_confirm(user, demand),
        "thread": selectors.demand_thread(demand, user),
        "with_notes": permissions.can_read_notes(user),
    }
    return render(request, "alerts/demand_detail.html", context)


@read_or_write
@access(*permissions.READERS)
def demand_act(request, pk, act):
    """One of the acts. The demand's page opens it as a dialog; what is wrong with it is shown here."""
    demand = _demand(request, pk)
    form_class = DEMAND_ACTS.get(act)
    if form_class is None:
        raise Http404
    if request.method != "POST":
        if not form_class.may(request.user, demand):
            raise PermissionDenied
        return _act_page(request, form_class(demand=demand))
    form = form_class(request.POST, request.FILES, demand=demand)
    if form.is_valid() and act_done(request, form):
        return redirect(demand)
    return _act_page(request, form, status=422)


@require_GET
@access(*permissions.READERS)
def demand_paper(request, pk):
    """The order, summons or letter as it is printed on A4."""
    return render(request, "alerts/demand_paper.html", _paper(request, pk))


@require_GET
@access(*permissions.READERS)
def demand_pdf(request, pk) -> HttpResponse:
    """The same paper as a file; without the extra, the page that the browser prints."""
    context = _paper(request, pk)
    if not pdf.is_available():
        return redirect("alerts:demand_paper", pk)
    demand = context["demand"]
    content = pdf.from_html(render_to_string("alerts/demand_paper.html", context, request))
    audit.record("demand.export", by=request.user, target=demand, number=demand.number)
    return attachments.download(content, f"{demand.number}.pdf", "application/pdf")


def _paper(request, pk) -> dict:
    demand = _demand(request, pk)
    if not demand.has_paper:
        raise Http404
    return {"demand": demand, "title": selectors.PAPERS[demand.kind], "can_pdf": pdf.is_available()}


def _is_to_review(demand: Demand, user) -> bool:
    return demand.kind == DemandKind.RELEASE and demand.is_waiting and permissions.can_read_notes(user)


def _act_page(request, form, status: int = 200):
    return render(request, "alerts/demand_act.html", {"form": form, "demand": form.demand}, status=status)


def _demand(request, pk) -> Demand:
    related = ("warning__project__jurisdiction", "of", "office__region", "asked_by", "acknowledged_by", "answered_by")
    rows = Demand.objects.visible_to(request.user).select_related(*related).defer("warning__evidence")
    return get_object_or_404(rows, pk=pk)
