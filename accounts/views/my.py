"""A worker's own wages, month by month."""

from itertools import groupby

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.selectors import wages
from core.access import access
from organizations.enums import Role

SHOWN = 36  # wages, about three years


@require_GET
@access(Role.WORKER)
def wage_list(request):
    lines = list(wages.own_lines(request.user)[:SHOWN])
    number, owed = wages.owed_to(request.user)
    context = {
        "years": [(year, list(rows)) for year, rows in groupby(lines, key=lambda line: line.month.year)],
        "unpaid": number,
        "owed": owed,
    }
    return render(request, "my/wage_list.html", context)


@require_GET
@access(Role.WORKER)
def wage_detail(request, pk):
    """One month at one site: how the sum came about, and whether and when it was paid."""
    line = get_object_or_404(wages.own_lines(request.user), pk=pk)
    return render(request, "my/wage_detail.html", {"line": line, "payouts": wages.payouts_of(request.user, line)})
