"""施工许可比对: which permitted projects are not on the platform (P8)."""

from io import BytesIO

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core import attachments, audit
from core.access import access, read_or_write
from core.spreadsheets.writer import write_table
from organizations.enums import AUTHORITIES, Role
from organizations.models import Region
from projects import imports, permissions, services
from projects.filters import ListedPermitFilters
from projects.forms import AcceptForm, ProjectForm, SetAsideForm
from projects.forms.imports import UploadForm
from projects.imports import PermitImport
from projects.models import AcceptedMatch, ImportBatch, ListedPermit, Project
from projects.pages import dialog_answer, form_page
from projects.selectors.comparison import Comparison
from projects.selectors.suggestions import suggestions
from projects.tables.permits import (
    PERMIT_EXPORT_HEADERS,
    ListedPermitTable,
    PermitBatchTable,
    PermitIndustryTable,
    PermitPlaceTable,
    permit_export_row,
)

RECENT = 5


@require_GET
@access(*AUTHORITIES)
def permit_comparison(request):
    """Issued, on the platform, missing, overdue: by place and by industry."""
    today, region = timezone.localdate(), _region_asked(request)
    found = Comparison(request.user, region, today)
    batches = ImportBatch.objects.visible_to(request.user).filter(kind=PermitImport.kind, project__isnull=True)
    context = {
        "region": region,
        "path": found.path,
        "counts": found.whole.counts,
        "asked": region.code if region != request.user.region else "",
        "places": PermitPlaceTable(found.below(), request),
        "industries": PermitIndustryTable(found.industries(), request) if not request.user.industry else None,
        "batches": PermitBatchTable(list(batches.select_related("file", "by").order_by("-pk")[:RECENT]), request),
        "can_load": permissions.can_load_permits(request.user),
        "today": today,
    }
    return render(request, "projects/permit_comparison.html", context)


def _region_asked(request) -> Region:
    """`?place=` within the user's own region; anything else does not exist for this user."""
    code = request.GET.get("place", "")
    if not code.startswith(request.user.region.prefix) and code:
        raise Http404
    return get_object_or_404(Region.objects.select_related("parent__parent"), code=code or request.user.region.code)


@require_GET
@access(*AUTHORITIES)
def listed_permit_list(request):
    filters = ListedPermitFilters(request.GET, user=request.user)
    context = {
        "filters": filters,
        "table": ListedPermitTable(_listed(request, filters), request, user=request.user),
        "can_export": permissions.can_export(request.user),
        "export_url": f"{reverse('projects:listed_permit_export')}?{request.GET.urlencode()}",
    }
    return render(request, "projects/listed_permit_list.html", context)


def _listed(request, filters: ListedPermitFilters):
    permits = ListedPermit.objects.visible_to(request.user).in_state(timezone.localdate())
    return filters.apply(permits).select_related("region__parent")


@require_POST
@access(*AUTHORITIES)
def listed_permit_export(request):
    """The filtered list as .xlsx; who took how many rows, by which filters, is on record."""
    filters = ListedPermitFilters(request.GET, user=request.user)
    permits, today = list(_listed(request, filters).order_by("issued_on", "pk")), timezone.localdate()
    codes = dict(Project.objects.visible_to(request.user).values_list("pk", "code"))
    buffer = BytesIO()
    title = f"施工许可比对（{timezone.localtime():%Y-%m-%d %H:%M}）"
    table = (permit_export_row(permit, codes, today) for permit in permits)
    rows = write_table(buffer, title, PERMIT_EXPORT_HEADERS, table)
    asked = {name: str(value) for name, value in filters.values.items()}
    audit.record("permit.export", by=request.user, rows=rows, filters=asked)
    return attachments.download(buffer.getvalue(), f"施工许可比对-{today:%Y%m%d}.xlsx")


# --- loading a list --------------------------------------------------------------------------------------------------


@require_GET
@access(*AUTHORITIES)
def permit_template(request):
    return attachments.download(PermitImport.template(), f"{PermitImport.title}模板.xlsx")


@read_or_write
@access(*AUTHORITIES)
def permit_upload(request):
    if not PermitImport.may_upload(request.user):
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = imports.receive(None, PermitImport.kind, content=file.read(), filename=file.name, by=request.user)
            batch = imports.examine_soon(batch, by=request.user)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect("imports:columns" if batch.state == "mapping" else "imports:batch", batch.pk)
    return render(request, "projects/permit_upload.html", {"form": form, "kind": PermitImport})


# --- one permit ------------------------------------------------------------------------------------------------------


def _permit(request, pk: int) -> ListedPermit:
    permits = ListedPermit.objects.visible_to(request.user).in_state(timezone.localdate())
    return get_object_or_404(permits.select_related("region__parent__parent", "loaded_by", "set_aside_by"), pk=pk)


@require_GET
@access(*AUTHORITIES)
def listed_permit_detail(request, pk):
    listed, user = _permit(request, pk), request.user
    waits = not (listed.is_found or listed.is_set_aside)
    found = suggestions([listed], user).get(listed.pk, []) if waits else []
    accepted = AcceptedMatch.objects.visible_to(user).filter(listed=listed).select_related("by", "permit__project")
    match = accepted.first() if listed.is_found else None
    context = {
        "listed": listed,
        "days": (timezone.localdate() - listed.issued_on).days,
        "project": Project.objects.visible_to(user).filter(pk=listed.project_id).first(),
        "suggestions": [(item, _accept_form(user, item.project)) for item in found],
        "accepted": match,
        "can_take_back": bool(match and permissions.can_accept_match(user, match.permit.project)),
        "set_aside_form": SetAsideForm(prefix="aside"),
        "can_set_aside": permissions.can_set_aside(user, listed),
        "can_file": waits and permissions.can_file_listed(user, listed),
        "waits": waits,
    }
    return render(request, "projects/listed_permit_detail.html", context)


def _accept_form(user, project: Project, data=None) -> AcceptForm | None:
    if not permissions.can_accept_match(user, project):
        return None
    return AcceptForm(data, project=project, prefix=f"accept-{project.pk}")


@require_POST
@access(*AUTHORITIES)
def listed_permit_accept(request, pk, project_pk):
    listed = _permit(request, pk)
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=project_pk)
    form = _accept_form(request.user, project, request.POST)
    if form is None:
        raise PermissionDenied
    return dialog_answer(
        request,
        listed,
        form,
        lambda: services.accept_match(listed, project, by=request.user, **form.cleaned_data),
        f"许可证编号已登记在“{project.name}”。",
    )


@require_POST
@access(*AUTHORITIES)
def listed_permit_take_back(request, pk):
    listed = _permit(request, pk)
    matches = AcceptedMatch.objects.visible_to(request.user).select_related("permit__project", "listed")
    accepted = get_object_or_404(matches, listed=listed)
    if not permissions.can_accept_match(request.user, accepted.permit.project):
        raise PermissionDenied
    return dialog_answer(
        request, listed, None, lambda: services.take_back_match(accepted, by=request.user), "已撤销，恢复为未纳入。"
    )


@require_POST
@access(*AUTHORITIES)
def listed_permit_set_aside(request, pk):
    listed = _permit(request, pk)
    _refuse_others(request, listed)
    form = SetAsideForm(request.POST, prefix="aside")
    return dialog_answer(
        request,
        listed,
        form,
        lambda: services.set_aside(listed, by=request.user, **form.cleaned_data),
        "已列为不纳入，不再计入应纳入数。",
    )


@require_POST
@access(*AUTHORITIES)
def listed_permit_put_back(request, pk):
    listed = _permit(request, pk)
    _refuse_others(request, listed)
    return dialog_answer(
        request, listed, None, lambda: services.put_back(listed, by=request.user), "已恢复，重新计入应纳入数。"
    )


def _refuse_others(request, listed: ListedPermit) -> None:
    if not permissions.can_set_aside(request.user, listed):
        raise PermissionDenied


@read_or_write
@access(Role.OFFICER)
def listed_permit_file(request, pk):
    """建档 with what the list already tells."""
    listed, user = _permit(request, pk), request.user
    if not permissions.can_file_listed(user, listed):
        raise PermissionDenied
    if listed.is_found or listed.is_set_aside:
        messages.error(request, "该许可证已办理，无需再建档。")
        return redirect(listed)
    form = ProjectForm(request.POST or None, user=user, supervision=True, initial=_prefilled(listed))

    def save():
        project = services.file_listed(listed, by=user, contractor=form.contractor, **form.facts())
        messages.success(request, f"已建档，项目编码 {project.code}。请继续补充下列缺项。")
        return project

    trail = [("施工许可比对", reverse("projects:permit_comparison")), (listed.number, listed.get_absolute_url())]
    return form_page(
        request, form, save, title="由许可清单建档", back=listed.get_absolute_url(), submit="建档", trail=trail
    )


def _prefilled(listed: ListedPermit) -> dict:
    return {
        "name": listed.project_name,
        "category": listed.category,
        "region": listed.region_id,
        "address": listed.address,
        "industry": listed.industry,
        "contract_amount": listed.contract_amount,
        "contractor_name": listed.contractor,
    }
