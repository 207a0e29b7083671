"""Payrolls and their lines."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts import selectors
from accounts.filters import PayrollFilters, PayrollLineFilters
from accounts.models import Payroll, PayrollLine, PayrollSheet
from accounts.permissions import SHEET_READERS, can_make_sheets
from accounts.tables import (
    PayrollLineTable,
    PayrollTable,
    ProjectSheetTable,
)
from core import formats
from core.access import access
from projects.permissions import READERS


@require_GET
@access(*READERS)
def payroll_list(request):
    filters = PayrollFilters(request.GET)
    payrolls = Payroll.objects.visible_to(request.user).select_related("project")
    table = PayrollTable(filters.apply(selectors.with_totals(payrolls)), request)
    return render(request, "accounts/payroll_list.html", {"filters": filters, "table": table})


@require_GET
@access(*READERS)
def payroll(request, pk):
    payrolls = Payroll.objects.visible_to(request.user).select_related("project__jurisdiction")
    found = get_object_or_404(selectors.with_totals(payrolls), pk=pk)
    filters = PayrollLineFilters(request.GET)
    lines = PayrollLine.objects.visible_to(request.user).filter(payroll=found).select_related("team")
    table = PayrollLineTable(filters.apply(selectors.with_attendance(lines)), request)
    context = {
        "payroll": found,
        "project": found.project,
        "heading": f"{formats.month(found.month)}工资",
        "filters": filters,
        "table": table,
        "sheets": _sheets(request, found) if request.user.role in SHEET_READERS else None,
        "can_make": can_make_sheets(request.user, found.project),
    }
    return render(request, "accounts/payroll.html", context)


def _sheets(request, payroll: Payroll) -> ProjectSheetTable:
    sheets = PayrollSheet.objects.visible_to(request.user).filter(payroll=payroll).select_related("payroll", "team")
    rows = list(selectors.with_sums(sheets).order_by("pk"))
    return ProjectSheetTable(rows, request, hidden=("project", "month"))
