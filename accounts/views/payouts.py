"""From approved sheets to the bank and back: compared, handed over, the file, the answers, the differences."""

from collections import Counter
from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from accounts import permissions, selectors, services
from accounts.enums import Refusal
from accounts.filters import BatchFilters, ComparedFilters, OrderFilters
from accounts.forms import HandOverForm
from accounts.models import LedgerEntry, Payout, PayoutBatch, PayoutOrder
from accounts.permissions import PAYOUT_READERS
from accounts.selectors.comparison import available
from accounts.selectors.comparison import compare as compare_lines
from accounts.tables import (
    BatchTable,
    ComparedTable,
    DifferenceTable,
    OrderTable,
    ProjectBatchTable,
    UnmatchedTable,
)
from core import attachments
from core.access import access, read_or_write
from organizations.enums import Role
from projects.models import Project
from projects.pages import bare_project, refuse_unless

TEXT = "text/plain; charset=gb18030"


@require_GET
@access(*PAYOUT_READERS)
def batch_list(request):
    filters = BatchFilters(request.GET, user=request.user)
    batches = filters.apply(_batches(request), timezone.localdate())
    return render(
        request, "accounts/payout_batch_list.html", {"filters": filters, "table": BatchTable(batches, request)}
    )


def _batches(request):
    rows = PayoutBatch.objects.visible_to(request.user).select_related("project", "account")
    return selectors.with_progress(rows)


@require_GET
@access(*PAYOUT_READERS)
def project(request, project_pk):
    """What can be handed over, what was, and where it parts from the ledger."""
    user, project = request.user, bare_project(request, project_pk)
    can_hand_over = permissions.can_hand_over(user, project)
    context = {
        "project": project,
        "form": HandOverForm(project=project, user=user) if can_hand_over else None,
        "table": ProjectBatchTable(_batches(request).filter(project=project), request),
        "can_import_result": permissions.can_import_result(user, project),
        **_differences(request, project=project),
    }
    return render(request, "accounts/payout_project.html", context)


@require_GET
@access(*PAYOUT_READERS)
def differences(request):
    """Both sides, of all that one sees: a bank of its own accounts."""
    return render(request, "accounts/payout_differences.html", _differences(request))


def _differences(request, **narrow) -> dict:
    user = request.user
    payouts = Payout.objects.visible_to(user).filter(**narrow).select_related("order__batch")
    found = selectors.Differences.between(payouts, LedgerEntry.objects.visible_to(user).filter(**narrow))
    return {
        "reported": DifferenceTable(found.payouts, request),
        "counts": found.counts(),
        "unmatched": UnmatchedTable(selectors.with_reason(found.movements), request),
    }


# --- compared and handed over ----------------------------------------------------------------------------------------


@read_or_write
@access(Role.CLERK)
def compare(request, project_pk):
    """Each line with its result before anything leaves (F5); posted, the good ones go to the bank."""
    project = bare_project(request, project_pk)
    if refused := refuse_unless(request, project, permissions.can_hand_over(request.user, project)):
        return refused
    form = HandOverForm(request.POST if request.method == "POST" else request.GET, project=project, user=request.user)
    back = reverse("payouts:project", args=[project.pk])
    if not form.is_valid():
        messages.error(request, " ".join(error.message for error in form.error_list()))
        return redirect(back)
    if request.method == "POST":
        return _hand_over(request, project, form.cleaned_data)
    return render(request, "accounts/payout_compare.html", _compared(request, project, form.cleaned_data))


def _hand_over(request, project: Project, chosen: dict):
    sheets = [sheet.pk for sheet in chosen["sheet"]]
    try:
        batch, found = services.make_batch(
            project, chosen["account"], sheets, layout=chosen["layout"], by=request.user
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(f"{request.path}?{_asked(chosen)}")
    kept = sum(not line.is_good for line in found)
    messages.success(request, f"已提交 {batch.count} 笔{f'，{kept} 人比对未通过，没有提交' if kept else ''}。")
    return redirect(batch)


def _asked(chosen: dict) -> str:
    sheets = [("sheet", sheet.pk) for sheet in chosen["sheet"]]
    return urlencode([*sheets, ("account", chosen["account"].pk), ("layout", chosen["layout"])])


def _compared(request, project: Project, chosen: dict) -> dict:
    found = compare_lines(project, [sheet.pk for sheet in chosen["sheet"]])
    good = [line for line in found if line.is_good]
    total, held = sum((line.amount for line in good), Decimal(0)), available(chosen["account"], project)
    refusals = Counter(line.refusal for line in found if not line.is_good)
    filters = ComparedFilters(request.GET)
    return {
        "project": project,
        "chosen": chosen,
        "asked": _hidden(chosen),
        "filters": filters,
        "table": ComparedTable(filters.apply(found), request, project=project),
        "people": len(good),
        "total": total,
        "held": held,
        "short": max(total - held, Decimal(0)),
        "held_tone": "red" if total > held else "green",
        "refused": sum(refusals.values()),
        "refusals": [(Refusal(key).label, number) for key, number in refusals.most_common()],
        "can_send": bool(good) and total <= held,
    }


def _hidden(chosen: dict) -> list[tuple[str, object]]:
    sheets = [("sheet", sheet.pk) for sheet in chosen["sheet"]]
    return [*sheets, ("account", chosen["account"].pk), ("layout", chosen["layout"])]


# --- a batch and what became of it -----------------------------------------------------------------------------------


@require_GET
@access(*PAYOUT_READERS)
def batch(request, pk):
    user = request.user
    batch = get_object_or_404(_batches(request).select_related("project", "account__bank", "made_by"), pk=pk)
    filters = OrderFilters(request.GET)
    orders = filters.apply(PayoutOrder.objects.visible_to(user).filter(batch=batch).select_related("line"))
    again = list(services.sheets_to_try_again(batch)) if permissions.can_hand_over(user, batch.project) else []
    context = {
        "batch": batch,
        "project": batch.project,
        "filters": filters,
        "table": OrderTable(orders, request),
        "waiting_tone": "blue" if batch.waiting_count else "",
        "refused_tone": "red" if batch.refused_count else "green",
        "can_take_file": permissions.can_take_file(user, batch) and batch.waiting_count == batch.count,
        "can_import_result": permissions.can_import_result(user, batch.project) and not batch.is_done,
        "again_url": _again_url(batch, again) if again else "",
    }
    return render(request, "accounts/payout_batch.html", context)


def _again_url(batch: PayoutBatch, sheets: list) -> str:
    asked = {"sheet": sheets, "account": batch.account, "layout": batch.layout}
    return f"{reverse('payouts:compare', args=[batch.project_id])}?{_asked(asked)}"


@require_POST
@access(Role.CLERK, Role.BANK)
def batch_file(request, pk):
    batch = get_object_or_404(PayoutBatch.objects.visible_to(request.user).select_related("project", "account"), pk=pk)
    if not permissions.can_take_file(request.user, batch):
        raise PermissionDenied
    try:
        name, content = services.take_file(batch, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(batch)
    return attachments.download(content, name, TEXT)


@require_GET
@access(*PAYOUT_READERS)
def order(request, pk):
    """One payment with all its attempts, and what the ledger says of each."""
    own = PayoutOrder.objects.visible_to(request.user)
    order = get_object_or_404(own.select_related("batch", "project", "line__payroll", "line__sheet"), pk=pk)
    context = {"order": order, "project": order.project, "attempts": selectors.attempts_of(order, own)}
    return render(request, "accounts/payout_order.html", context)
