"""垫付: what one unit paid for another, and what came back of it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import permissions, services
from accounts.enums import AdvanceStep
from accounts.forms import AdvanceForm, RecoverForm, UndoForm
from accounts.models import Advance, AdvanceMovement
from accounts.permissions import ADVANCE_WRITERS, ARREARS_READERS
from accounts.selectors import advances as selected
from accounts.tables import AdvanceTable
from core import attachments
from core.access import access, read_or_write
from projects.filters import OversightFilters
from projects.models import Project
from projects.pages import dialog_answer, project_in_scope, refuse_unless, rows_in_scope

AT_ONCE = 200  # lines on one form


@require_GET
@access(*ARREARS_READERS)
def advance_list(request):
    """Over the projects in sight: what is outstanding between which units, and every advance."""
    filters = OversightFilters(request.GET, user=request.user)
    projects = filters.narrow(Project.objects.visible_to(request.user))
    rows = _advances(request).filter(project__in=projects.values("pk"))
    context = {"filters": filters, "table": AdvanceTable(rows, request), "sums": selected.sums(rows)}
    return render(request, "accounts/advance_list.html", context)


def _advances(request):
    rows = Advance.objects.visible_to(request.user).select_related("project", "payer", "debtor")
    return rows.prefetch_related("movements")


@require_GET
@access(*ARREARS_READERS)
def project_advances(request, project_pk):
    project, today = project_in_scope(request, project_pk), timezone.localdate()
    rows = _advances(request).filter(project=project)
    context = {
        "project": project,
        "pairs": selected.pairs(rows, today),
        "table": AdvanceTable(rows, request),
        "may_record": permissions.can_record_advance(request.user, project),
    }
    return render(request, "accounts/project_advances.html", context)


@read_or_write
@access(*ADVANCE_WRITERS)
def advance_new(request, project_pk):
    project = project_in_scope(request, project_pk)
    if refused := refuse_unless(request, project, permissions.can_record_advance(request.user, project)):
        return refused
    payer = request.user.organization
    lines = list(selected.open_lines(project)[: AT_ONCE + 1])
    form = AdvanceForm(
        request.POST or None,
        request.FILES or None,
        units=services.debtors_of(project, payer),
        lines=lines[:AT_ONCE],
    )
    if request.method == "POST" and form.is_valid():
        try:
            advance = services.record_advance(project, payer=payer, by=request.user, **form.facts())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, "垫付已登记。")
            return redirect(advance)
    context = {"project": project, "form": form, "cut": len(lines) > AT_ONCE, "payer": payer}
    return render(request, "accounts/advance_new.html", context, status=422 if form.errors else 200)


@require_GET
@access(*ARREARS_READERS)
def advance(request, pk):
    found = get_object_or_404(
        rows_in_scope(Advance, request).select_related("payer", "debtor", "by").prefetch_related("movements__by"),
        pk=pk,
    )
    may = permissions.can_recover(request.user, found)
    movements = list(found.movements.all())
    files = attachments.of_all(movements)
    undone = {movement.reverses_id for movement in movements}
    undoable = [move for move in movements if may and move.step == AdvanceStep.RECOVERED and move.pk not in undone]
    context = {
        "advance": found,
        "project": found.project,
        "items": found.items.select_related("line__team").order_by("id"),
        "proofs": attachments.of(found),
        "movements": [(move, files.get(move.pk, []), move in undoable) for move in movements],
        "undo_forms": [(move, UndoForm(prefix=move.dialog_id)) for move in undoable],
        "age": (timezone.localdate() - found.on).days,
        "may_recover": may and found.outstanding > 0,
        "may_undo": may and not found.is_undone and not found.recovered,
        "recover_form": RecoverForm(prefix="recover", initial={"amount": found.outstanding}),
        "undo_form": UndoForm(prefix="undo"),
    }
    return render(request, "accounts/advance.html", context)


@require_POST
@access(*ADVANCE_WRITERS)
def advance_recover(request, pk):
    found = _writable(request, pk)
    form = RecoverForm(request.POST, request.FILES, prefix="recover")
    return _answer(request, found, form, lambda: services.recover_advance(found, by=request.user, **form.cleaned_data))


@require_POST
@access(*ADVANCE_WRITERS)
def advance_undo(request, pk):
    found = _writable(request, pk)
    form = UndoForm(request.POST, prefix="undo")
    return _answer(request, found, form, lambda: services.undo_advance(found, by=request.user, **form.cleaned_data))


@require_POST
@access(*ADVANCE_WRITERS)
def recovery_undo(request, pk):
    movement = get_object_or_404(rows_in_scope(AdvanceMovement, request).select_related("advance__project"), pk=pk)
    form = UndoForm(request.POST, prefix=movement.dialog_id)
    return _answer(
        request,
        movement.advance,
        form,
        lambda: services.undo_recovery(movement, by=request.user, **form.cleaned_data),
    )


def _writable(request, pk) -> Advance:
    return get_object_or_404(rows_in_scope(Advance, request).prefetch_related("movements"), pk=pk)


def _answer(request, found: Advance, form, act):
    if refused := refuse_unless(request, found.project, permissions.can_recover(request.user, found)):
        return refused
    return dialog_answer(request, found, form, act, "已登记。")
