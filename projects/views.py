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
from core.identity import normalize_id
from core.spreadsheets.writer import write_table
from organizations.enums import Role
from organizations.models import Organization
from projects import permissions, selectors, services
from projects.enums import ParticipantType, StatusAct
from projects.filters import ProjectFilters
from projects.forms import ClerkForm, DayForm, PartyForm, PermitForm, ProjectForm, StatusForm
from projects.indicators import group_of
from projects.models import Participation, Permit, Project, WageClerk
from projects.tables import EXPORT_HEADERS, ProjectTable, add_completeness, export_row, with_parties, with_rows

READERS = (Role.OFFICER, Role.INDUSTRY, Role.CLERK, Role.BANK)
WRITERS = (Role.OFFICER, Role.CLERK)
PARTY_TYPES = {
    "construction_unit": ParticipantType.CONSTRUCTION_UNIT,
    "general_contractor": ParticipantType.GENERAL_CONTRACTOR,
}


# --- list and export -------------------------------------------------------------------------------------------------


@require_GET
@access(*READERS)
def project_list(request):
    filters = ProjectFilters(request.GET, user=request.user)
    may_file = permissions.can_file(request.user)
    table = ProjectTable(
        filters.apply(selectors.projects_for(request.user)),
        request,
        empty_action=("项目建档", reverse("projects:project_create")) if may_file else None,
    )
    context = {
        "filters": filters,
        "table": table,
        "can_file": may_file,
        "can_export": permissions.can_export(request.user),
        "export_url": f"{reverse('projects:project_export')}?{request.GET.urlencode()}",
    }
    return render(request, "projects/project_list.html", context)


@require_POST
@access(Role.OFFICER, Role.INDUSTRY, Role.CLERK)
def project_export(request):
    """The filtered list as .xlsx; who took how many rows, by which filters, is on record."""
    filters = ProjectFilters(request.GET, user=request.user)
    projects = list(with_rows(filters.apply(selectors.projects_for(request.user))).order_by("-id"))
    add_completeness(projects)
    buffer = BytesIO()
    title = f"项目清单（{timezone.localtime():%Y-%m-%d %H:%M}）"
    rows = write_table(buffer, title, EXPORT_HEADERS, map(export_row, projects))
    asked = {name: str(value) for name, value in filters.values.items()}
    audit.record("project.export", by=request.user, rows=rows, filters=asked)
    return attachments.download(buffer.getvalue(), f"项目清单-{timezone.localdate():%Y%m%d}.xlsx")


# --- one project -----------------------------------------------------------------------------------------------------


@require_GET
@access(*READERS)
def project_detail(request, pk):
    project = _project(request, pk)
    add_completeness([project])
    user = request.user
    gaps = selectors.gaps_of(project)
    context = {
        "project": project,
        "gaps": gaps,
        "parties": _parties(user, project, gaps),
        "permits": project.permits.all(),
        "clerks": [(clerk, DayForm(prefix=f"leave-{clerk.pk}")) for clerk in project.wage_clerks.all()],
        "clerk_gaps": selectors.clerk_gaps_of(project),
        "status_changes": project.status_changes.select_related("by").order_by("-id"),
        "status_acts": [(act, _status_form(act)) for act in permissions.status_acts(user, project)],
        "can_edit": permissions.can_edit(user, project),
        "can_edit_parties": permissions.can_edit_parties(user, project),
        "can_change_contractor": permissions.can_change_contractor(user, project),
    }
    return render(request, "projects/project_detail.html", context)


def _parties(user, project: Project, gaps: list) -> list[dict]:
    lacking = {gap.row.pk: 0 for gap in gaps if isinstance(gap.row, Participation)}
    for gap in gaps:
        if isinstance(gap.row, Participation):
            lacking[gap.row.pk] += 1
    may_move = {kind: permissions.can_add_party(user, project, kind) for kind in ParticipantType}
    rows = project.participations.all()
    is_venture = sum(party.participant_type == ParticipantType.GENERAL_CONTRACTOR for party in rows) > 1
    return [
        {
            "party": party,
            "leads": party.is_lead and is_venture,
            "lacking": lacking.get(party.pk, 0),
            "can_move": may_move[party.participant_type],
            "exit_form": DayForm(prefix=f"exit-{party.pk}"),
        }
        for party in rows
    ]


@read_or_write
@access(*WRITERS)
def project_create(request):
    user = request.user
    form = ProjectForm(request.POST or None, user=user, supervision=user.role == Role.OFFICER)

    def save():
        project = services.file_project(by=user, contractor=form.contractor, **form.facts())
        messages.success(request, f"已建档，项目编码 {project.code}。请继续补充下列缺项。")
        return project

    return _form_page(request, form, save, title="项目建档", back=reverse("projects:project_list"), submit="建档")


@read_or_write
@access(*WRITERS)
def project_edit(request, pk):
    project = _project(request, pk)
    if refused := _refused(request, project, permissions.can_edit(request.user, project)):
        return refused
    supervision = permissions.can_edit_supervision(request.user, project)
    form = ProjectForm(request.POST or None, instance=project, user=request.user, supervision=supervision)

    def save():
        services.update_project(project, by=request.user, **form.facts())
        messages.success(request, "项目信息已保存。")
        return project

    return _form_page(request, form, save, title="编辑项目信息", project=project)


@require_POST
@access(*WRITERS)
def project_status(request, pk, act):
    project = _project(request, pk)
    if act not in StatusAct.values:
        raise Http404
    act = StatusAct(act)
    if not permissions.is_act_of(request.user, project, act):
        raise PermissionDenied
    form = _status_form(act, request.POST)
    return _dialog_answer(
        request,
        project,
        form,
        lambda: services.change_status(project, act, by=request.user, **form.cleaned_data),
        f"已办理{act.label}。",
    )


def _status_form(act: StatusAct, data=None) -> StatusForm:
    return StatusForm(data, prefix=act.value, needs_reason=act.needs_reason)


# --- parties ---------------------------------------------------------------------------------------------------------


@require_GET
@access(*WRITERS)
def unit_lookup(request):
    """Which unit bears a code: a line under the field, whatever the field is called."""
    typed = normalize_id(next(iter(request.GET.values()), ""))
    unit = Organization.objects.filter(uscc=typed).select_related("region__parent__parent").first() if typed else None
    return render(request, "projects/_unit_found.html", {"typed": typed, "unit": unit})


@read_or_write
@access(*WRITERS)
def party_add(request, project_pk, group):
    project = _project(request, project_pk)
    kind = PARTY_TYPES.get(group, ParticipantType.LABOUR_SUBCONTRACTOR)
    if refused := _refused(request, project, permissions.can_add_party(request.user, project, kind)):
        return refused
    form = PartyForm(request.POST or None, group=group, user=request.user)

    def save():
        facts = {"participant_type": kind} | form.party_facts()
        services.enter_unit(project, by=request.user, unit_facts=form.unit_facts(), **facts)
        messages.success(request, "参建单位已登记。")
        return project

    titles = {"construction_unit": "登记建设单位", "general_contractor": "登记施工总承包单位"}
    return _form_page(request, form, save, title=titles.get(group, "登记分包单位"), project=project)


@read_or_write
@access(*WRITERS)
def party_edit(request, pk):
    party = get_object_or_404(_rows(Participation, request).select_related("organization__region"), pk=pk)
    project = party.project
    if refused := _refused(request, project, permissions.can_edit_parties(request.user, project)):
        return refused
    group = group_of(party.participant_type)
    form = PartyForm(request.POST or None, group=group.key if group else "", party=party, user=request.user)

    def save():
        services.update_party(party, by=request.user, unit_facts=form.unit_facts(), **form.party_facts())
        messages.success(request, "参建单位信息已保存。")
        return project

    return _form_page(request, form, save, title=f"编辑{party.get_participant_type_display()}", project=project)


@require_POST
@access(*WRITERS)
def party_move(request, pk, move):
    """退场、重新进场、指定牵头人."""
    party = get_object_or_404(_rows(Participation, request), pk=pk)
    if not (party.project.is_open and permissions.can_move_party(request.user, party)):
        return _refused(request, party.project, False)
    form = DayForm(request.POST, prefix=f"exit-{pk}")
    moves = {
        "exit": lambda: services.exit_party(party, by=request.user, **form.cleaned_data),
        "return": lambda: services.return_party(party, by=request.user),
        "lead": lambda: services.make_lead(party, by=request.user),
    }
    if move not in moves:
        raise Http404
    form = form if move == "exit" else None
    return _dialog_answer(request, party.project, form, moves[move], "参建单位状态已更新。")


# --- permits and wage-affairs clerks ---------------------------------------------------------------------------------


@read_or_write
@access(*WRITERS)
def permit_add(request, project_pk):
    return _permit_form(request, Permit(project=_project(request, project_pk)), "登记施工许可证")


@read_or_write
@access(*WRITERS)
def permit_edit(request, pk):
    return _permit_form(request, get_object_or_404(_rows(Permit, request), pk=pk), "编辑施工许可证")


def _permit_form(request, permit: Permit, title: str):
    project = permit.project
    if refused := _refused(request, project, permissions.can_edit(request.user, project)):
        return refused
    form = PermitForm(request.POST or None, instance=permit)

    def save():
        services.save_permit(permit, by=request.user, **form.cleaned_data)
        messages.success(request, "施工许可证已保存。")
        return project

    return _form_page(request, form, save, title=title, project=project)


@read_or_write
@access(*WRITERS)
def clerk_add(request, project_pk):
    return _clerk_form(request, WageClerk(project=_project(request, project_pk)), "登记劳资专管员")


@read_or_write
@access(*WRITERS)
def clerk_edit(request, pk):
    return _clerk_form(request, get_object_or_404(_rows(WageClerk, request), pk=pk), "编辑劳资专管员")


def _clerk_form(request, clerk: WageClerk, title: str):
    project = clerk.project
    if refused := _refused(request, project, permissions.can_edit(request.user, project)):
        return refused
    form = ClerkForm(request.POST or None, clerk=clerk if clerk.pk else None)

    def save():
        services.save_clerk(clerk, by=request.user, **form.facts())
        messages.success(request, "劳资专管员已保存。")
        return project

    return _form_page(request, form, save, title=title, project=project)


@require_POST
@access(*WRITERS)
def clerk_leave(request, pk):
    clerk = get_object_or_404(_rows(WageClerk, request), pk=pk)
    if refused := _refused(request, clerk.project, permissions.can_edit(request.user, clerk.project)):
        return refused
    form = DayForm(request.POST, prefix=f"leave-{pk}")
    return _dialog_answer(
        request,
        clerk.project,
        form,
        lambda: services.leave_clerk(clerk, by=request.user, **form.cleaned_data),
        "已登记离任。",
    )


# --- what the views share --------------------------------------------------------------------------------------------


def _project(request, pk) -> Project:
    return get_object_or_404(with_parties(selectors.projects_for(request.user)), pk=pk)


def _rows(model, request):
    return model.objects.visible_to(request.user).select_related("project__jurisdiction")


def _refused(request, project: Project, allowed: bool):
    """None when allowed; a completed project says why it refuses, everything else is 403."""
    if allowed:
        return None
    if project.is_open:
        raise PermissionDenied
    messages.error(request, services.CLOSED)
    return redirect(project)


def _form_page(request, form, save, *, title: str, project: Project | None = None, back: str = "", submit="保存"):
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(save())
        except ValidationError as error:
            form.refuse(error)
    back = back or project.get_absolute_url()
    context = {"form": form, "title": title, "project": project, "back": back, "submit": submit}
    return render(request, "projects/row_form.html", context, status=422 if form.errors else 200)


def _dialog_answer(request, project: Project, form, act, done: str):
    """A dialog's form: done, or refused with its reasons on the project's page."""
    if form is not None and not form.is_valid():
        messages.error(request, " ".join(error.message for error in form.error_list()))
        return redirect(project)
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect(project)
