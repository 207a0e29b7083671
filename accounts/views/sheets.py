"""Wage sheets on their way to the bank."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts import permissions, selectors, services
from accounts.enums import SheetState, StepMeans
from accounts.filters import SheetFilters, SheetLineFilters
from accounts.forms import BackForm, BackPayForm, ExplainForm, MakeForm, StepForm
from accounts.models import PayrollLine, PayrollSheet
from accounts.permissions import SHEET_READERS
from accounts.tables import SheetLineTable, SheetTable
from core import attachments, formats
from core.access import access, read_or_write
from organizations.enums import Role
from projects.pages import bare_project, dialog_answer, form_page, refuse_unless

S = SheetState
# What the step that follows is called, and said once it is done.
NEXT = {
    S.DRAFT: (S.CONFIRMING, "提交工人确认", "已提交，工人可在手机上确认，也可打印签字。"),
    S.CONFIRMING: (S.CONFIRMED, "登记班组确认", "班组已确认，待总包审核。"),
    S.CONFIRMED: (S.REVIEWED, "总包审核通过", "已审核，待建设单位审核。"),
    S.REVIEWED: (S.APPROVED, "建设单位审核通过", "已审核，可以提交银行代发。"),
}


@require_GET
@access(*SHEET_READERS)
def sheet_list(request):
    filters = SheetFilters(request.GET, user=request.user)
    sheets = PayrollSheet.objects.visible_to(request.user).select_related("project", "payroll", "team")
    table = SheetTable(filters.apply(selectors.with_sums(sheets)), request)
    return render(request, "accounts/sheet_list.html", {"filters": filters, "table": table})


def sheet_in_scope(request, pk) -> PayrollSheet:
    sheets = PayrollSheet.objects.visible_to(request.user)
    sheets = sheets.select_related("project__jurisdiction", "payroll", "team", "created_by")
    return get_object_or_404(selectors.with_sums(sheets), pk=pk)


@require_GET
@access(*SHEET_READERS)
def sheet(request, pk):
    found, user = sheet_in_scope(request, pk), request.user
    lines = PayrollLine.objects.visible_to(user).filter(sheet=found)
    filters = SheetLineFilters(request.GET)
    editable = permissions.can_edit_sheet(user, found)
    table = SheetLineTable(filters.apply(selectors.with_differences(lines)), request, editable=editable)
    context = {
        "sheet": found,
        "project": found.project,
        "filters": filters,
        "table": table,
        "steps": attachments.with_files(found.steps.select_related("by__organization")),
        "editable": editable,
        "objections": list(_objections(user, found)),
        "can_send": found.state in services.PAYABLE and permissions.can_make_sheets(user, found.project),
        **_acts(user, found),
    }
    return render(request, "accounts/sheet.html", context)


def _objections(user, sheet: PayrollSheet):
    lines = PayrollLine.objects.visible_to(user).filter(sheet=sheet, answer="objected").prefetch_related("answers__by")
    return ((line, line.answers.all()[0]) for line in lines.order_by("pk"))


def _acts(user, sheet: PayrollSheet) -> dict:
    """The dialogs this user gets."""
    seen = {"seen": sheet.state}
    acts: dict = {"step_form": None, "back_form": None, "explain_form": None, "step_label": ""}
    if permissions.can_step_on(user, sheet):
        acts |= {"step_label": NEXT[S(sheet.state)][1], "step_form": _step_form(user, sheet, initial=seen)}
    if permissions.can_step_back(user, sheet):
        acts["back_form"] = BackForm(prefix="back", initial=seen)
    if sheet.unlike and permissions.can_edit_sheet(user, sheet):
        acts["explain_form"] = ExplainForm(prefix="explain")
    return acts


def _step_form(user, sheet: PayrollSheet, *data, **kwargs) -> StepForm:
    on_paper = sheet.state == S.REVIEWED and user.role == Role.CLERK
    confirming = sheet.state == S.CONFIRMING
    silent = sheet.people > sheet.confirmed
    kwargs |= {"takes_scans": confirming or on_paper, "needs_scans": on_paper or (confirming and silent)}
    return StepForm(*data, prefix="step", **kwargs)


@require_POST
@access(*SHEET_READERS)
def sheet_step(request, pk):
    found = sheet_in_scope(request, pk)
    if refused := refuse_unless(request, found.project, permissions.can_step_on(request.user, found)):
        return refused
    if request.POST.get("step-seen", found.state) != found.state:
        messages.error(request, "该工资表已经办理到下一步，请核对后再继续。")
        return redirect(found)
    to, _, done = NEXT[S(found.state)]
    form = _step_form(request.user, found, request.POST, request.FILES)

    def act():
        values = form.cleaned_data
        files = values.get("files") or []
        services.take_step(
            found,
            to,
            by=request.user,
            text=values["text"],
            files=files,
            means=StepMeans.PAPER if files else StepMeans.PORTAL,
            seen=values["seen"],
        )

    return dialog_answer(request, found, form, act, done)


@require_POST
@access(*SHEET_READERS)
def sheet_back(request, pk):
    found = sheet_in_scope(request, pk)
    if refused := refuse_unless(request, found.project, permissions.can_step_back(request.user, found)):
        return refused
    form = BackForm(request.POST, prefix="back")

    def act():
        services.take_step(found, S.DRAFT, by=request.user, **form.cleaned_data)

    return dialog_answer(request, found, form, act, "已退回编制，原有确认和审核失效。")


@require_POST
@access(Role.CLERK)
def sheet_explain(request, pk):
    found = sheet_in_scope(request, pk)
    if refused := refuse_unless(request, found.project, permissions.can_edit_sheet(request.user, found)):
        return refused
    form = ExplainForm(request.POST, prefix="explain")

    def act():
        services.explain(found, by=request.user, **form.cleaned_data)

    return dialog_answer(request, found, form, act, "差异原因已填写。")


@require_GET
@access(*SHEET_READERS)
def sheet_print(request, pk):
    """A4, a row to sign for everybody."""
    found = sheet_in_scope(request, pk)
    lines = PayrollLine.objects.visible_to(request.user).filter(sheet=found).select_related("engagement__worker")
    return render(request, "accounts/sheet_print.html", {"sheet": found, "project": found.project, "lines": lines})


# --- made ----------------------------------------------------------------------------------------------------------


@read_or_write
@access(Role.CLERK)
def make(request, project_pk):
    project = bare_project(request, project_pk)
    if refused := refuse_unless(request, project, permissions.can_make_sheets(request.user, project)):
        return refused
    form = MakeForm(request.POST or None, project=project)

    def save():
        made = services.make_sheets(project, by=request.user, **form.cleaned_data)
        changed = f"，更新 {made.followed} 人" if made.followed else ""
        messages.success(request, f"{formats.month(made.payroll.month)}工资表：新编制 {made.created} 人{changed}。")
        return made.payroll

    back = reverse("accounts:project_money", args=[project.pk])
    extra = {"submit": "编制", "trail": [("专户与工资", back)]}
    return form_page(request, form, save, title="编制工资表", project=project, back=back, **extra)


@read_or_write
@access(Role.CLERK)
def back_pay(request, project_pk):
    project = bare_project(request, project_pk)
    if refused := refuse_unless(request, project, permissions.can_make_sheets(request.user, project)):
        return refused
    form = BackPayForm(request.POST or None, project=project)

    def save():
        sheet = services.start_back_pay(project, by=request.user, **form.cleaned_data)
        messages.success(request, "补发工资表已建立，请逐人添加。")
        return reverse("payrolls:line_add", args=[sheet.pk])

    back = reverse("accounts:project_money", args=[project.pk])
    extra = {"submit": "下一步", "trail": [("专户与工资", back)]}
    return form_page(request, form, save, title="补发以前月份的工资", project=project, back=back, **extra)


def refuse_edit(request, sheet: PayrollSheet):
    """A sheet under way is nobody's to write; a wrong person gets 403 as well."""
    return refuse_unless(request, sheet.project, permissions.can_edit_sheet(request.user, sheet))
