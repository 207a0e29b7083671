"""Payment guarantees (P11): on a project, and over all projects of a jurisdiction."""

from io import BytesIO

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core import attachments, audit
from core.access import access, read_or_write
from core.spreadsheets.writer import write_table
from projects import permissions, selectors, services
from projects.forms import GuaranteeForm
from projects.models import PaymentGuarantee
from projects.pages import form_page, project_in_scope, refuse_unless, rows_in_scope
from projects.permissions import PAPER_READERS, WRITERS
from projects.selectors.guarantees import with_guarantees
from projects.tables.guarantees import GUARANTEE_HEADERS, GuaranteeFilters, GuaranteeTable, guarantee_rows


@require_GET
@access(*PAPER_READERS)
def guarantee_list(request):
    filters = GuaranteeFilters(request.GET, user=request.user)
    table = GuaranteeTable(filters.apply(_projects(request.user)), request)
    context = {
        "filters": filters,
        "table": table,
        "export_url": f"{reverse('projects:guarantee_export')}?{request.GET.urlencode()}",
    }
    return render(request, "projects/guarantee_list.html", context)


def _projects(user):
    return with_guarantees(selectors.open_projects(user), timezone.localdate())


@require_POST
@access.changes_nothing
@access(*PAPER_READERS)
def guarantee_export(request):
    """The filtered list as .xlsx, on record."""
    filters = GuaranteeFilters(request.GET, user=request.user)
    buffer = BytesIO()
    title = f"工程款支付担保清单（{timezone.localtime():%Y-%m-%d %H:%M}）"
    rows = write_table(buffer, title, GUARANTEE_HEADERS, guarantee_rows(filters.apply(_projects(request.user))))
    asked = {name: str(value) for name, value in filters.values.items()}
    audit.record("guarantee.export", by=request.user, rows=rows, filters=asked)
    return attachments.download(buffer.getvalue(), f"工程款支付担保-{timezone.localdate():%Y%m%d}.xlsx")


@read_or_write
@access(*WRITERS)
def guarantee_add(request, project_pk):
    project = project_in_scope(request, project_pk)
    return _guarantee_form(request, PaymentGuarantee(project=project), "登记工程款支付担保")


@read_or_write
@access(*WRITERS)
def guarantee_edit(request, pk):
    return _guarantee_form(request, _held(request, pk), "编辑工程款支付担保")


@read_or_write
@access(*WRITERS)
def guarantee_renew(request, pk):
    """The next one begins where this one ends; this one stays on record."""
    held = _held(request, pk)
    if held.is_renewed:
        if not permissions.can_edit_guarantee(request.user, held.project) and held.project.is_open:
            raise PermissionDenied
        messages.info(request, "该担保已经续保。")
        return redirect(held.project)
    again = PaymentGuarantee(
        project=held.project,
        renews=held,
        kind=held.kind,
        guarantor_name=held.guarantor_name,
        guarantor_uscc=held.guarantor_uscc,
        amount=held.amount,
        starts_on=held.ends_on,
    )
    return _guarantee_form(request, again, "工程款支付担保续保")


def _held(request, pk) -> PaymentGuarantee:
    return get_object_or_404(rows_in_scope(PaymentGuarantee, request).select_related("renewed_by"), pk=pk)


def _guarantee_form(request, guarantee: PaymentGuarantee, title: str):
    project = guarantee.project
    if refused := refuse_unless(request, project, permissions.can_edit_guarantee(request.user, project)):
        return refused
    form = GuaranteeForm(request.POST or None, request.FILES or None, instance=guarantee)

    def save():
        saved = services.save_guarantee(guarantee, by=request.user, **form.cleaned_data)
        messages.success(request, "工程款支付担保已保存。")
        if saved.is_late:
            messages.warning(request, f"收到担保文书后应于 {saved.record_due_on:%Y-%m-%d} 前录入，已标记为逾期录入。")
        return project

    return form_page(request, form, save, title=title, project=project)
