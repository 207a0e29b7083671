from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from core import attachments, audit
from core.access import access, read_or_write
from core.spreadsheets import annotated_name
from organizations.enums import Role
from projects import imports
from projects.enums import ImportState
from projects.forms.imports import BatchFilters, ColumnsForm, ProblemFilters, SiteFilters, UploadForm
from projects.imports import SheetImport
from projects.imports.permissions import (
    can_apply,
    can_decide,
    can_import,
    can_open_file,
    importable,
    may_send,
    resembling,
)
from projects.models import ImportBatch, Project
from projects.pages import bare_project, refuse_unless
from projects.permissions import SHEET_READERS
from projects.selectors import with_parties
from projects.services import CLOSED
from projects.tables.imports import BatchTable, ProblemTable, ProjectBatchTable, SiteTable, kind_title, state_tone

SENDERS = (Role.CLERK, Role.BANK)
NEWEST = 12  # projects offered at once; the others are searched for
HANDLERS = (*SENDERS, Role.OFFICER, Role.INDUSTRY)  # of one sheet: authorities send some that belong to no project


def decides(view):
    """Hands the view the sheet this user may decide on, as it is now; a completed project says why nobody may."""

    @wraps(view)
    def decided(request, pk):
        found = _batch(request, pk)
        if can_import(request.user, found.project, found.kind):
            return view(request, found)
        if found.project is None or not can_open_file(request.user, found):
            raise PermissionDenied
        return refuse_unless(request, found.project, False)

    return decided


# --- a project's sheets --------------------------------------------------------------------------------------------


@require_GET
@access(*SHEET_READERS)
def batch_list(request):
    """Every sheet that was sent, of all the projects one sees."""
    filters = BatchFilters(request.GET)
    batches = ImportBatch.objects.visible_to(request.user).filter(project__isnull=False)
    table = BatchTable(filters.apply(batches.select_related("file", "by", "project")), request)
    context = {"filters": filters, "table": table, "own_projects": []}
    if request.user.role in SENDERS:
        context["own_projects"] = _sites(request).order_by("-pk")[:NEWEST]
    return render(request, "imports/batch_list.html", context)


@require_GET
@access(*SENDERS)
def site_list(request):
    """Every project one may upload for: a bank has thousands."""
    filters = SiteFilters(request.GET)
    table = SiteTable(filters.apply(with_parties(_sites(request))), request)
    return render(request, "imports/site_list.html", {"filters": filters, "table": table})


def _sites(request):
    return Project.objects.visible_to(request.user).under_supervision()


@require_GET
@access(*SHEET_READERS)
def center(request, project_pk):
    project = bare_project(request, project_pk)
    sends = importable(request.user) if may_send(request.user, project) else []
    batches = ImportBatch.objects.visible_to(request.user).filter(project=project)
    context = {
        "project": project,
        "kinds": [{"kind": kind, "sends": kind in sends} for kind in imports.project_kinds().values()],
        "sends": bool(sends),
        "closed": CLOSED,
        "table": ProjectBatchTable(batches.select_related("file", "by"), request),
    }
    return render(request, "imports/center.html", context)


@require_GET
@access(*SHEET_READERS)
def template(request, project_pk, kind):
    project, kind = bare_project(request, project_pk), _kind(kind)
    return attachments.download(kind.template(project), f"{kind.title}模板.xlsx")


@read_or_write
@access(*SENDERS)
def upload(request, project_pk, kind):
    project, kind = bare_project(request, project_pk), _kind(kind)
    if not (kind.may_upload(request.user) and may_send(request.user, project)):
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        batch = _receive(request, project, kind, form)
        if batch:
            batch = _unless_busy(request, imports.examine_soon, batch)
            return redirect("imports:columns" if batch.state == ImportState.MAPPING else "imports:batch", batch.pk)
    may_import = can_import(request.user, project, kind.kind)
    context = {"project": project, "kind": kind, "form": form, "may_import": may_import, "closed": CLOSED}
    return render(request, "imports/upload.html", context)


def _receive(request, project: Project, kind: type[SheetImport], form: UploadForm) -> ImportBatch | None:
    file = form.cleaned_data["file"]
    try:
        return imports.receive(project, kind.kind, content=file.read(), filename=file.name, by=request.user)
    except ValidationError as error:
        form.add_error("file", error)


# --- one sheet -----------------------------------------------------------------------------------------------------


@require_GET
@access(*SHEET_READERS)
def batch(request, pk):
    found = _batch(request, pk)
    context = _batch_context(request, found)
    if not found.is_busy and found.state != ImportState.MAPPING:
        filters = ProblemFilters(request.GET)
        problems = filters.apply(found.problems.all())
        context |= {"filters": filters, "table": ProblemTable(problems, request), "has_problems": _has_problems(found)}
    return render(request, "imports/batch.html", context)


def _batch_context(request, found: ImportBatch) -> dict:
    heads = _preview_heads(found)
    preview = [(row["sheet"], row["row"], dict(row["cells"])) for row in found.preview]
    return {
        "batch": found,
        "project": found.project,
        "home": _home(found),
        "kind_title": kind_title(found),
        "kind": imports.kinds().get(found.kind),
        "state_tone": state_tone(found),
        "own_job": found.job and found.job.owner_id == request.user.pk,
        "can_apply": can_apply(request.user, found),
        "can_decide": can_decide(request.user, found) and not found.is_busy,
        "resembles": resembling(request.user, found),
        "can_open_file": can_open_file(request.user, found),
        "changes": found.outcome.get("created", 0) + found.outcome.get("updated", 0),
        "preview_heads": heads,
        "preview": [(sheet, row, [cells.get(head, "") for head in heads]) for sheet, row, cells in preview],
        "preview_sheets": len({row["sheet"] for row in found.preview}) > 1,
        "may_send": can_import(request.user, found.project, found.kind),
        "imported_before": _imported_before(request, found),
        "next_step": _next_step(found),
    }


def _home(found: ImportBatch) -> tuple[str, str]:
    """The page the sheet was uploaded from, and where the next one would be."""
    if found.project_id:
        return "资料导入", reverse("imports:center", args=[found.project_id])
    label, url_name = imports.kinds()[found.kind].home
    return label, reverse(url_name)


def _preview_heads(found: ImportBatch) -> list[str]:
    """In the kind's own order, without the columns that stay empty."""
    cells = [cell for row in found.preview for cell in row["cells"]]
    filled = {label for label, text in cells if text}
    return [label for label in dict.fromkeys(label for label, _ in cells) if label in filled]


def _has_problems(found: ImportBatch) -> bool:
    return bool(found.notices or found.refused or found.problems.exists())


def _imported_before(request, found: ImportBatch) -> ImportBatch | None:
    """The very same file, imported earlier."""
    same = ImportBatch.objects.visible_to(request.user).filter(
        project=found.project, kind=found.kind, file__sha256=found.file.sha256, state=ImportState.APPLIED
    )
    return same.exclude(pk=found.pk).order_by("-pk").first() if found.state == ImportState.CHECKED else None


def _next_step(found: ImportBatch) -> tuple[str, str] | None:
    step = getattr(imports.kinds().get(found.kind), "next_step", None)
    if step is None:
        return None
    query = {"month": found.outcome["month"]} if found.outcome.get("month") else None
    return step[0], reverse(step[1], args=[found.project_id] if found.project_id else [], query=query)


@read_or_write
@access(*HANDLERS)
@decides
def columns(request, found):
    """A sheet of an unknown shape: which of its columns are ours."""
    if found.is_settled or found.is_busy:
        return redirect(found)
    try:
        importer, layout = imports.columns_of(found)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return redirect(found)
    form = ColumnsForm(request.POST or None, importer=importer, layout=layout)
    if request.method == "POST" and form.is_valid():
        found = imports.remap(found, form.mapping())
        return redirect(_unless_busy(request, imports.examine_soon, found))
    context = {"batch": found, "project": found.project, "form": form, "home": _home(found)}
    context["resembles"] = resembling(request.user, found)
    return render(request, "imports/columns.html", context)


@require_POST
@access(*HANDLERS)
@decides
def answer(request, found):
    """What the sheet could not tell, chosen in the preview; a choice left open stays open."""
    asked = {question["key"]: dict(question["choices"]) for question in found.options.get("questions", [])}
    chosen = {key: request.POST.get(f"answer-{key}", "") for key in asked}
    chosen = {key: value for key, value in chosen.items() if value in asked[key]}
    if not chosen:
        messages.error(request, "请至少选择一项。")
        return redirect(found)
    found = _unless_busy(request, lambda batch, by: imports.answer(batch, chosen), found)
    return redirect(_unless_busy(request, imports.examine_soon, found))


@require_POST
@access(*HANDLERS)
@decides
def move(request, found):
    """Uploaded at the wrong place: on to the kind it resembles, and examined there."""
    if resembling(request.user, found):
        found = _unless_busy(request, imports.move, found)
        found = _unless_busy(request, imports.examine_soon, found)
    return redirect(found)


@require_POST
@access(*HANDLERS)
@decides
def examine(request, found):
    return redirect(_unless_busy(request, imports.examine_soon, found))


@require_POST
@access(*HANDLERS)
@decides
def apply(request, found):
    """Twice is once: a second click, or a colleague's, finds the batch imported."""
    return redirect(_unless_busy(request, imports.apply_soon, found))


@require_POST
@access(*HANDLERS)
@decides
def discard(request, found):
    found = _unless_busy(request, imports.discard, found)
    if found.state != ImportState.DISCARDED:
        return redirect(found)
    messages.success(request, f"已放弃“{found.file.name}”，没有导入任何数据。")
    return redirect(_home(found)[1])


def _unless_busy(request, act, found: ImportBatch) -> ImportBatch:
    """Does it, or says that somebody else's import must end first."""
    try:
        return act(found, by=request.user)
    except imports.Busy as busy:
        messages.error(request, str(busy))
        return found


# --- its files -----------------------------------------------------------------------------------------------------


@read_or_write
@access(*HANDLERS)
def annotated(request, pk):
    found = _openable(request, pk)
    if request.method == "POST" and found.is_large:
        return redirect("core:job", imports.annotate_soon(found, by=request.user).pk)
    content = imports.annotated(found)
    audit.record("import.annotated", by=request.user, target=found)
    return attachments.download(content, annotated_name(found.file.name))


@require_GET
@access(*HANDLERS)
def file(request, pk):
    found = _openable(request, pk)
    return attachments.response(found.file, by=request.user)


# --- finding -------------------------------------------------------------------------------------------------------


def _kind(name: str) -> type[SheetImport]:
    if name not in imports.project_kinds():
        raise Http404
    return imports.project_kinds()[name]


def _batch(request, pk: int) -> ImportBatch:
    batches = ImportBatch.objects.visible_to(request.user)
    return get_object_or_404(batches.select_related("project", "file", "by__organization", "job"), pk=pk)


def _openable(request, pk: int) -> ImportBatch:
    found = _batch(request, pk)
    if not can_open_file(request.user, found):
        raise PermissionDenied
    return found
