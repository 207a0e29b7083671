"""One person's wages while their sheet is a draft, and what they were paid in advance."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import permissions, services
from accounts.forms import CorrectAdvanceForm, LineForm, WageAdvanceForm
from accounts.models import PayrollLine, PayrollSheet, WageAdvance
from accounts.permissions import SHEET_READERS
from accounts.tables import WageAdvanceTable
from accounts.views.sheets import refuse_edit, sheet_in_scope
from core.access import access, read_or_write
from organizations.enums import Role
from projects.pages import bare_project, dialog_answer, form_page, refuse_unless
from workers.models import BankCard, Engagement


@read_or_write
@access(Role.CLERK)
def line_add(request, pk):
    sheet = sheet_in_scope(request, pk)
    if refused := refuse_edit(request, sheet):
        return refused
    line = PayrollLine(
        sheet=sheet,
        payroll=sheet.payroll,
        project=sheet.project,
        month=sheet.payroll.month,
        is_back_pay=sheet.is_back_pay,
    )
    form = LineForm(request.POST or None, line=line, sheet=sheet)

    def save():
        _take_person(form.fill(), form.cleaned_data["engagement"])
        services.save_line(line, by=request.user)
        messages.success(request, f"{line.name} 已列入工资表。")
        return sheet

    return _page(request, form, save, sheet, "添加人员")


def _take_person(line: PayrollLine, engagement: Engagement) -> None:
    """Name, number and card as the register has them."""
    worker = engagement.worker
    card = BankCard.objects.unscoped("of somebody on the project").filter(worker=worker, is_current=True).first()
    line.engagement, line.team = engagement, engagement.team
    line.name, line.id_number = worker.name, worker.id_number
    if card:
        line.card_number, line.card_last4, line.bank_name = card.number, card.last4, card.bank_name


@read_or_write
@access(Role.CLERK)
def line_edit(request, pk):
    line = _line(request, pk)
    if refused := refuse_edit(request, line.sheet):
        return refused
    form = LineForm(request.POST or None, line=line, sheet=line.sheet)

    def save():
        services.save_line(form.fill(), by=request.user)
        messages.success(request, f"{line.name} 的工资已修改。")
        return line.sheet

    return _page(
        request, form, save, line.sheet, f"修改工资 · {line.name}", facts="accounts/_line_facts.html", line=line
    )


def _line(request, pk) -> PayrollLine:
    lines = PayrollLine.objects.visible_to(request.user).select_related(
        "sheet__payroll", "sheet__project", "engagement"
    )
    return get_object_or_404(lines, pk=pk)


def _page(request, form, save, sheet: PayrollSheet, title: str, **extra):
    back = sheet.get_absolute_url()
    return form_page(
        request, form, save, title=title, project=sheet.project, back=back, trail=[(str(sheet), back)], **extra
    )


@require_POST
@access(Role.CLERK)
def line_remove(request, pk):
    line = _line(request, pk)
    if refused := refuse_edit(request, line.sheet):
        return refused
    try:
        services.remove_line(line, by=request.user)
        messages.success(request, f"{line.name} 已移出工资表。")
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    return redirect(line.sheet)


# --- advances --------------------------------------------------------------------------------------------------------


@read_or_write
@access(*SHEET_READERS)
def advances(request, project_pk):
    """What was paid ahead, and the form for one more."""
    project = bare_project(request, project_pk)
    may_record = permissions.can_make_sheets(request.user, project)
    form = WageAdvanceForm(request.POST or None, project=project) if may_record else None
    if request.method == "POST":
        if refused := refuse_unless(request, project, may_record):
            return refused
        if form.is_valid():
            try:
                services.record_wage_advance(project, by=request.user, **form.cleaned_data)
                messages.success(request, "预支已登记，下次编制工资表时扣回。")
                return redirect("payrolls:advances", project.pk)
            except ValidationError as error:
                form.refuse(error)
    rows = WageAdvance.objects.visible_to(request.user).filter(project=project)
    rows = rows.select_related("engagement__worker", "by", "corrected_by")
    context = {"project": project, "form": form, "table": WageAdvanceTable(rows, request)}
    return render(request, "accounts/wage_advances.html", context, status=422 if form and form.errors else 200)


@read_or_write
@access(*SHEET_READERS)
def advance(request, pk):
    rows = WageAdvance.objects.visible_to(request.user).select_related(
        "engagement__worker", "project__jurisdiction", "by"
    )
    found = get_object_or_404(rows, pk=pk)
    back = reverse("payrolls:advances", args=[found.project_id])
    may_correct = permissions.can_make_sheets(request.user, found.project)
    if request.method == "POST":
        if refused := refuse_unless(request, found.project, may_correct):
            return refused
        form = CorrectAdvanceForm(request.POST)
        done = "已更正，这笔预支不再扣回。"
        return dialog_answer(
            request,
            back,
            form,
            lambda: services.correct_wage_advance(found, by=request.user, **form.cleaned_data),
            done,
        )
    context = {"advance": found, "project": found.project, "may_correct": may_correct, "form": CorrectAdvanceForm()}
    context |= {"outstanding": services.outstanding_advance(found.engagement), "back": back}
    return render(request, "accounts/wage_advance.html", context)
