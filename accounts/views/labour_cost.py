"""Labour cost (人工费): a project's page, its terms and measured values, and what is overdue over all projects."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import permissions, selectors, services
from accounts.filters import LabourCostFilters
from accounts.forms import MeasuredForm, TermForm
from accounts.models import LabourCostTerm, MeasuredValue
from accounts.permissions import COST_READERS
from accounts.tables import LabourCostTable
from core import attachments, formats
from core.access import access, read_or_write
from core.charts import Chart, bar_chart
from core.money import CENT
from organizations.enums import Role
from projects.models import Project
from projects.pages import form_page, project_in_scope, refuse_unless, rows_in_scope
from projects.permissions import WRITERS
from projects.selectors import with_parties

SHOWN = 24  # months


@require_GET
@access(*COST_READERS)
def labour_cost_list(request):
    today = timezone.localdate()
    projects = with_parties(Project.objects.visible_to(request.user)).select_related("jurisdiction")
    filters = LabourCostFilters(request.GET, user=request.user)
    rows = filters.apply(selectors.with_labour_cost(projects, today))
    table = LabourCostTable(rows, request, today=today)
    return render(request, "accounts/labour_cost_list.html", {"filters": filters, "table": table})


@require_GET
@access(*COST_READERS)
def labour_cost(request, project_pk):
    project = project_in_scope(request, project_pk)
    cost = selectors.LabourCost(project, timezone.localdate())
    terms = LabourCostTerm.objects.visible_to(request.user).filter(project=project).select_related("by")
    values = MeasuredValue.objects.visible_to(request.user).filter(project=project).select_related("by")
    context = {
        "project": project,
        "cost": cost,
        "gap_tone": "red" if cost.gap else "",
        "chart": _chart(cost),
        "terms": attachments.with_files(terms),
        "values": attachments.with_files(values[:SHOWN]),
        "wanted": [each.month for each in cost.months if each.wants_value][-SHOWN:],
        "may_set": permissions.can_set_terms(request.user, project),
        "may_measure": permissions.can_record_measured(request.user, project),
    }
    return render(request, "accounts/labour_cost.html", context)


def _chart(cost: selectors.LabourCost) -> Chart | None:
    """Due, paid in, paid out and balance; beside it the same as a table, whose rows add up to the balance."""
    rows = [
        (f"{m.month:%Y-%m}", *(_cents(value) for value in (m.due, m.came, m.other, m.went, m.balance, m.gap)))
        for m in cost.months[-SHOWN:]
    ]
    head = ["月份", "应拨", "到账", "其他进账", "支出", "月末余额", "累计欠拨"]
    if not rows:
        return None
    chart = bar_chart("labour-cost", "人工费应拨、到账、支出与余额（元）", head, rows)
    for series in chart.option["series"][4:]:
        series |= {"type": "line", "symbolSize": 6}
    return chart


def _cents(value):
    return None if value is None else value.quantize(CENT)


@read_or_write
@access(*WRITERS)
def term_add(request, project_pk):
    project = project_in_scope(request, project_pk)
    return _term_form(request, LabourCostTerm(project=project), "登记人工费约定")


@read_or_write
@access(*WRITERS)
def term_edit(request, pk):
    return _term_form(request, get_object_or_404(rows_in_scope(LabourCostTerm, request), pk=pk), "更正人工费约定")


def _term_form(request, term: LabourCostTerm, title: str):
    project = term.project
    if refused := refuse_unless(request, project, permissions.can_set_terms(request.user, project)):
        return refused
    form = TermForm(request.POST or None, request.FILES or None, instance=term)

    def save():
        services.save_term(term, by=request.user, **form.cleaned_data)
        messages.success(request, "人工费约定已保存。")
        return _page(project)

    return form_page(request, form, save, title=title, project=project, back=_page(project), trail=_trail(project))


@read_or_write
@access(Role.CLERK, Role.CONSTRUCTION_UNIT)
def measured_edit(request, project_pk, month):
    project = project_in_scope(request, project_pk)
    if refused := refuse_unless(request, project, permissions.can_record_measured(request.user, project)):
        return refused
    if month > timezone.localdate():
        raise Http404
    known = MeasuredValue.objects.visible_to(request.user).filter(project=project, month=month).first()
    initial = {"amount": known.amount} if known else {}
    form = MeasuredForm(request.POST or None, request.FILES or None, initial=initial)

    def save():
        services.record_measured(project, month, by=request.user, **form.cleaned_data)
        messages.success(request, f"{formats.month(month)}计量产值已登记。")
        return _page(project)

    title, back = f"登记计量产值 · {formats.month(month)}", _page(project)
    return form_page(request, form, save, title=title, project=project, back=back, trail=_trail(project))


def _page(project: Project) -> str:
    return reverse("accounts:labour_cost", args=[project.pk])


def _trail(project: Project) -> list[tuple[str, str]]:
    return [("人工费", _page(project))]
