"""The list of projects, its export, and one project."""

from io import BytesIO

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core import attachments, audit
from core.access import access, read_or_write
from core.spreadsheets.writer import write_table
from organizations.enums import Role
from projects import permissions, selectors, services
from projects.enums import GuaranteeState, ParticipantType, StatusAct
from projects.filters import ProjectFilters
from projects.forms import DayForm, ProjectForm, StatusForm
from projects.models import Participation, Project
from projects.pages import dialog_answer, form_page, project_in_scope, refuse_unless
from projects.permissions import READERS, WRITERS
from projects.selectors import course
from projects.selectors.guarantees import guarantee_state
from projects.tables import EXPORT_HEADERS, ProjectTable, add_completeness, add_filing, export_row, with_rows

BOARDS = 3  # the latest photographs of the notice board; the earlier ones stay on record


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
@access.changes_nothing
@access(Role.OFFICER, Role.INDUSTRY, Role.CLERK)
def project_export(request):
    """The filtered list as .xlsx; who took how many rows, by which filters, is on record."""
    filters = ProjectFilters(request.GET, user=request.user)
    projects = list(with_rows(filters.apply(selectors.projects_for(request.user))).order_by("-id"))
    add_completeness(projects)
    add_filing(projects)
    buffer = BytesIO()
    title = f"项目清单（{timezone.localtime():%Y-%m-%d %H:%M}）"
    rows = write_table(buffer, title, EXPORT_HEADERS, map(export_row, projects))
    asked = {name: str(value) for name, value in filters.values.items()}
    audit.record("project.export", by=request.user, rows=rows, filters=asked)
    return attachments.download(buffer.getvalue(), f"项目清单-{timezone.localdate():%Y%m%d}.xlsx")


@require_GET
@access(*READERS)
def project_detail(request, pk):
    project = project_in_scope(request, pk)
    add_completeness([project])
    add_filing([project])
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
        "status_acts": [(act, _status_form(project, act)) for act in permissions.status_acts(user, project)],
        "merged": project.merged(manager="every").order_by("pk"),
        "merges": selectors.merges_of(project),
        "can_merge": permissions.can_merge(user, project, project),
        "can_edit": permissions.can_edit(user, project),
        **_course(user, project),
        "can_edit_parties": permissions.can_edit_parties(user, project),
        "can_change_contractor": permissions.can_change_contractor(user, project),
        "can_read_jurisdiction": permissions.can_read_jurisdiction(user),
    }
    return render(request, "projects/project_detail.html", context)


def _course(user, project: Project) -> dict:
    """The suspension that lasts, what has not been confirmed, and the guarantees. Wages are no business of a bank."""
    today = timezone.localdate()
    stands_still = project.suspensions.filter(ended_on=None).first()
    knows_wages = stands_still is not None and user.role != Role.BANK
    return {
        "today": today,
        "suspension": stands_still,
        "standing": course.standing_of(project, today) if knows_wages else None,
        "unconfirmed": project.milestones.outstanding() if user.role != Role.BANK else [],
        "boards": attachments.with_files(project.notice_boards.all()[:BOARDS]),
        "guarantees": attachments.with_files(project.payment_guarantees.select_related("renewed_by")),
        "guarantee_state": GuaranteeState(guarantee_state(project, today)),
        "can_edit_guarantee": permissions.can_edit_guarantee(user, project),
    }


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

    return form_page(request, form, save, title="项目建档", back=reverse("projects:project_list"), submit="建档")


@read_or_write
@access(*WRITERS)
def project_edit(request, pk):
    project = project_in_scope(request, pk)
    if refused := refuse_unless(request, project, permissions.can_edit(request.user, project)):
        return refused
    supervision = permissions.can_edit_supervision(request.user, project)
    form = ProjectForm(request.POST or None, instance=project, user=request.user, supervision=supervision)

    def save():
        services.update_project(project, by=request.user, **form.facts())
        messages.success(request, "项目信息已保存。")
        return project

    return form_page(request, form, save, title="编辑项目信息", project=project)


@require_POST
@access(*WRITERS)
def project_status(request, pk, act):
    project = project_in_scope(request, pk)
    if act not in StatusAct.values:
        raise Http404
    act = StatusAct(act)
    if not permissions.is_act_of(request.user, project, act):
        raise PermissionDenied
    form = _status_form(project, act, request.POST)
    return dialog_answer(
        request,
        project,
        form,
        lambda: services.change_status(project, act, by=request.user, **form.cleaned_data),
        f"已办理{act.label}。",
    )


def _status_form(project: Project, act: StatusAct, data=None) -> StatusForm:
    """Completion without the confirmed acceptance says why."""
    unaccepted = act == StatusAct.COMPLETE and not services.is_accepted(project)
    form = StatusForm(data, prefix=act.value, needs_reason=act.needs_reason or unaccepted)
    if unaccepted:
        form.fields["reason"].help_text = services.UNACCEPTED
    return form
