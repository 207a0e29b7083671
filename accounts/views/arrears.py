"""欠薪台账: one list, in sums, as a sheet and on paper; and the amounts of the crime of refusing to pay."""

from io import BytesIO
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import permissions, services
from accounts.filters import ArrearsFilters
from accounts.forms import ThresholdForm
from accounts.models import ArrearsThreshold
from accounts.permissions import ARREARS_READERS, OVERSEERS
from accounts.selectors import arrears as selected
from accounts.tables import ARREARS_HEADERS, ArrearsTable, arrears_rows
from core import attachments, audit
from core.access import access, read_or_write
from core.spreadsheets.writer import write_table
from organizations.enums import Role
from projects.pages import form_page

ON_PAPER = 2000  # rows; more are for the sheet
GROUPS_SHOWN = 500


@require_GET
@access(*ARREARS_READERS)
def arrears(request):
    today = timezone.localdate()
    filters = ArrearsFilters(request.GET, user=request.user)
    rows = filters.apply(request.user, today)
    context = _common(request, filters, rows, today) | {"table": ArrearsTable(rows, request, today=today)}
    return render(request, "accounts/arrears.html", context)


@require_GET
@access(*ARREARS_READERS)
def arrears_by(request, by):
    """The same, summed by project, unit, place or person; the largest first."""
    if by not in selected.GROUPS:
        raise Http404
    today = timezone.localdate()
    filters = ArrearsFilters(request.GET, user=request.user)
    rows = filters.apply(request.user, today)
    debts = selected.grouped(rows, by, today, most=GROUPS_SHOWN)
    context = _common(request, filters, rows, today)
    count = context["totals"]["people"] if by == "worker" else len(debts)
    context |= {
        "by": by,
        "label": selected.GROUPS[by][0],
        "debts": [(debt, _rows_of(request, by, debt)) for debt in debts[:GROUPS_SHOWN]],
        "count": count,
        "cut": count > GROUPS_SHOWN,
        "reaching": sum(1 for debt in debts if debt.reaches),
        "amounts": selected.amounts_on(today),
    }
    return render(request, "accounts/arrears_by.html", context)


def _common(request, filters, rows, today) -> dict:
    query = request.GET.copy()
    query.pop("cursor", None)
    asked = f"?{query.urlencode()}"
    groups = [(key, label, reverse("accounts:arrears_by", args=[key]) + asked) for key, (label, *_) in GROUPS]
    return {
        "filters": filters,
        "totals": selected.totals(rows, today),
        "groups": groups,
        "list_url": reverse("accounts:arrears") + asked,
        "export_url": reverse("accounts:arrears_export") + asked,
        "print_url": reverse("accounts:arrears_print") + asked,
        "thresholds": request.user.role in OVERSEERS,
        "today": today,
    }


GROUPS = tuple(selected.GROUPS.items())


def _rows_of(request, by: str, debt) -> str:
    """The list's address narrowed to this group."""
    if debt.of is None:
        return ""
    narrowed = {"place": debt.of.pk} if by == "place" else {}
    if by in ("project", "contractor", "unit"):
        narrowed = {by: debt.of.pk}
    if by == "worker":
        narrowed = {"worker": debt.of.worker_id} if debt.of.worker_id else {"q": debt.of.name}
    asked = {name: value for name, value in request.GET.items() if name not in ("cursor", "sort")}
    return f"{reverse('accounts:arrears')}?{urlencode(asked | narrowed)}"


@require_POST
@access.changes_nothing
@access(*ARREARS_READERS)
def arrears_export(request):
    """The filtered ledger as .xlsx, on record."""
    today = timezone.localdate()
    filters = ArrearsFilters(request.GET, user=request.user)
    buffer = BytesIO()
    title = f"欠薪台账（截至 {today:%Y-%m-%d}）"
    rows = write_table(buffer, title, ARREARS_HEADERS, arrears_rows(filters.apply(request.user, today), today))
    asked = {name: str(value) for name, value in filters.values.items()}
    audit.record("arrears.export", by=request.user, rows=rows, filters=asked)
    return attachments.download(buffer.getvalue(), f"欠薪台账-{today:%Y%m%d}.xlsx")


@require_GET
@access(*ARREARS_READERS)
def arrears_print(request):
    today = timezone.localdate()
    rows = ArrearsFilters(request.GET, user=request.user).apply(request.user, today)
    shown = list(arrears_rows(rows, today))[: ON_PAPER + 1]
    context = {
        "rows": shown[:ON_PAPER],
        "cut": len(shown) > ON_PAPER,
        "totals": selected.totals(rows, today),
        "today": today,
        "back": f"{reverse('accounts:arrears')}?{request.GET.urlencode()}",
    }
    return render(request, "accounts/arrears_print.html", context)


# --- amounts ---------------------------------------------------------------------------------------------------------


@require_GET
@access(*OVERSEERS)
def threshold_list(request):
    context = {
        "thresholds": ArrearsThreshold.objects.select_related("by"),
        "amounts": selected.amounts_on(timezone.localdate()),
        "may_change": permissions.can_change_threshold(request.user),
    }
    return render(request, "accounts/threshold_list.html", context)


@read_or_write
@access(Role.OFFICER)
def threshold_change(request):
    if not permissions.can_change_threshold(request.user):
        raise PermissionDenied
    form = ThresholdForm(request.POST or None)
    back = reverse("accounts:threshold_list")

    def save():
        services.change_threshold(by=request.user, **form.cleaned_data)
        messages.success(request, "数额标准已保存。")
        return back

    return form_page(request, form, save, title="登记数额标准", back=back, trail=[("拒付数额标准", back)])
