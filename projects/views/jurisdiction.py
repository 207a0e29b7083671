"""管辖属地 (P4): what waits to be confirmed, one project's place with what was asked and answered, and the acts."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from core.access import access, read_or_write
from organizations.enums import AUTHORITIES, Role
from projects import permissions, selectors
from projects.enums import RequestState
from projects.forms import ConfirmForm, ExtensionForm, MoveForm, RequestAnswerForm
from projects.models import JurisdictionEntry, JurisdictionRequest, Project
from projects.pages import project_in_scope, refuse_unless
from projects.selectors import jurisdiction as places
from projects.services import jurisdiction as services
from projects.tables.jurisdiction import RequestTable, UnconfirmedFilters, UnconfirmedTable, term_text, term_tone


@require_GET
@access(Role.OFFICER)
def jurisdiction_list(request):
    filters = UnconfirmedFilters(request.GET, user=request.user)
    projects = filters.apply(places.with_term(selectors.unconfirmed(request.user)))
    table = UnconfirmedTable(projects, request)
    context = {"filters": filters, "table": table, "waiting": places.requests_to_answer(request.user).count()}
    return render(request, "projects/jurisdiction_list.html", context)


@require_POST
@access(Role.OFFICER)
def confirm_many(request):
    """Each as it is proposed."""
    keys = [int(key) for key in request.POST.getlist("chosen") if key.isdecimal() and len(key) < 19]
    chosen = places.with_term(selectors.unconfirmed(request.user)).filter(pk__in=keys, is_moving=False)
    done = sum(_confirmed(project, request.user) for project in chosen.order_by("pk"))
    if done:
        messages.success(request, f"已确认 {done} 个项目的管辖属地。")
    if done < len(keys) or not keys:
        messages.warning(request, "有项目未办理：已由他人确认，或正在提请变更。" if keys else "请先勾选项目。")
    query = request.GET.urlencode()
    return redirect(f"{reverse('projects:jurisdiction_list')}{'?' if query else ''}{query}")


def _confirmed(project: Project, user) -> bool:
    try:
        services.confirm(project, by=user)
    except ValidationError:  # somebody was faster, or it was completed
        return False
    return True


@require_GET
@access(Role.OFFICER)
def request_list(request):
    asked = places.requests_to_answer(request.user)
    asked = asked.select_related("project__jurisdiction", "to_region", "asked_by__organization")
    return render(request, "projects/jurisdiction_requests.html", {"table": RequestTable(asked, request)})


# --- one project -----------------------------------------------------------------------------------------------------


@require_GET
@access(*AUTHORITIES)
def jurisdiction_page(request, pk):
    project, user = project_in_scope(request, pk), request.user
    entries = JurisdictionEntry.objects.visible_to(user).filter(project=project)
    waiting = JurisdictionRequest.objects.visible_to(user).filter(project=project, state=RequestState.WAITING)
    waiting = waiting.select_related("to_region", "asked_by__organization", "answering", "project")
    project.confirm_by = places.confirm_by(project)
    context = {
        "project": project,
        "proposal": places.propose(project.address, project.region),
        "term": term_text(project),
        "term_tone": term_tone(project),
        "entries": entries.select_related("region", "by__organization"),
        "waiting": [(asked, permissions.can_answer(user, asked)) for asked in waiting],
        "forms": _forms(user, project),
    }
    return render(request, "projects/jurisdiction.html", context)


def _forms(user, project: Project, data=None) -> dict:
    """The acts open to this user, by name."""
    last = places.latest_extension(project)
    forms = {}
    if permissions.can_confirm_jurisdiction(user, project):
        forms["confirm"] = ConfirmForm(data, prefix="confirm", user=user, project=project)
    if permissions.can_ask_extension(user, project):
        forms["extend"] = ExtensionForm(data, prefix="extend", last=last)
    if permissions.can_move_jurisdiction(user, project):
        forms["move"] = MoveForm(data, prefix="move", user=user, project=project)
    return forms


@require_POST
@access(Role.OFFICER)
def confirm(request, pk):
    return _act(request, pk, "confirm", services.confirm, "管辖属地已确认。")


@require_POST
@access(Role.OFFICER)
def extend(request, pk):
    return _act(request, pk, "extend", services.ask_extension, "延期申请已提交省人社部门。")


@require_POST
@access(Role.OFFICER)
def move(request, pk):
    """At once where the officer has a say over both places, else a request to the office above them."""

    def act(project, *, by, region, reason):
        if region is not None and region.code.startswith(by.region.prefix):
            services.move(project, by=by, region=region, reason=reason)
            return "管辖属地已变更。"
        asked = services.ask_transfer(project, by=by, region=region, reason=reason)
        return f"已提请{asked.answering.name}人社部门决定，决定前仍由现管辖地负责。"

    return _act(request, pk, "move", act, "")


def _act(request, pk, name: str, act, done: str):
    project = project_in_scope(request, pk)
    form = _forms(request.user, project, request.POST).get(name)
    if form is None:
        return _refused(request, project)
    back = reverse("projects:jurisdiction", args=[pk])
    if not form.is_valid():
        messages.error(request, " ".join(error.message for error in form.error_list()))
        return redirect(back)
    try:
        said = act(project, by=request.user, **form.cleaned_data)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(back)
    messages.success(request, done or said)
    in_sight = Project.objects.visible_to(request.user).filter(pk=pk).exists()
    return redirect(back if in_sight else "projects:jurisdiction_list")


def _refused(request, project: Project):
    """Completed: says so. Confirmed meanwhile: says that. Everything else is 403."""
    if project.is_open and permissions.can_edit_supervision(request.user, project):
        messages.warning(request, services.CONFIRMED)
        return redirect("projects:jurisdiction", project.pk)
    return refuse_unless(request, project, False)


# --- answers ---------------------------------------------------------------------------------------------------------


@read_or_write
@access(Role.OFFICER)
def request_answer(request, pk):
    rows = JurisdictionRequest.objects.visible_to(request.user)
    rows = rows.select_related("project__jurisdiction", "to_region", "asked_by__organization", "answering")
    asked = get_object_or_404(rows, pk=pk)
    if not permissions.can_answer(request.user, asked):
        if asked.is_waiting:
            raise PermissionDenied
        messages.info(request, f"该申请已有结果：{asked.get_state_display()}。")
        return redirect("projects:jurisdiction", asked.project_id)
    form = RequestAnswerForm(request.POST or None, user=request.user, asked=asked)
    if request.method == "POST" and form.is_valid():
        try:
            services.answer(asked, by=request.user, grant=request.POST.get("grant") == "yes", **form.cleaned_data)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, "已答复。")
            return redirect("projects:jurisdiction_requests")
    project = asked.project
    context = {"asked": asked, "form": form, "project": project, "proposal": _proposal(project)}
    return render(request, "projects/jurisdiction_answer.html", context, status=422 if form.errors else 200)


def _proposal(project: Project):
    return places.propose(project.address, project.region)
