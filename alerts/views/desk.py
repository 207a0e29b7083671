"""Beside the list of warnings: filters kept under a name, and the month's bulletin."""

from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from alerts import selectors, services
from alerts.filters import BulletinFilters, WarningFilters
from alerts.forms import SaveFilterForm
from alerts.models import SavedFilter, Warning
from alerts.tables import BulletinTable
from alerts.views.warnings import READERS
from core.access import access
from organizations.enums import AUTHORITIES
from projects.pages import dialog_answer


@require_POST
@access.changes_nothing
@access(*READERS)
def filter_save(request):
    """The conditions of the list as it is asked now, without what is not a condition."""
    filters = WarningFilters(request.GET, user=request.user, today=timezone.localdate())
    form = SaveFilterForm(request.POST)
    query = _query(request.GET, filters)
    back = f"{reverse('alerts:warning_list')}{'?' if query else ''}{query}"
    return dialog_answer(
        request,
        back,
        form,
        lambda: services.save_filter(query=query, by=request.user, **form.cleaned_data),
        "常用筛选已保存。",
    )


def _query(asked: QueryDict, filters: WarningFilters) -> str:
    """Only what the form knows and took."""
    kept = QueryDict(mutable=True)
    for name in filters.values:
        kept.setlist(name, asked.getlist(name))
    return kept.urlencode()[:500]


@require_POST
@access.changes_nothing
@access(*READERS)
def filter_forget(request, pk):
    saved = get_object_or_404(SavedFilter.objects.visible_to(request.user), pk=pk)
    services.forget_filter(saved=saved)
    messages.success(request, f"常用筛选“{saved.name}”已删除。")
    return redirect("alerts:warning_list")


@require_GET
@access(*AUTHORITIES)
def bulletin(request):
    """通报: whose warnings went past their deadline in a month."""
    today = timezone.localdate()
    filters = BulletinFilters(request.GET)
    month = filters.values.get("month") or today.replace(day=1)
    rows = selectors.bulletin(Warning.objects.visible_to(request.user), month, today)
    table = BulletinTable(rows, request, month=month)
    return render(request, "alerts/bulletin.html", {"filters": filters, "table": table, "month": month})
