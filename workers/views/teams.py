"""Teams of a project."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core.access import access, read_or_write
from projects.models import Project
from projects.pages import dialog_answer, project_in_scope, refuse_unless
from workers import permissions, selectors, services
from workers.forms import MoveForm, TeamForm
from workers.forms.teams import TeamExitForm
from workers.models import Team
from workers.pages import form_page
from workers.permissions import READERS, WRITERS
from workers.selectors import crews
from workers.tables import EngagementTable
from workers.tables.stays import TeamTable


def _team_in_scope(request, pk) -> Team:
    teams = Team.objects.visible_to(request.user)
    return get_object_or_404(teams.select_related("project__jurisdiction", "employer__organization"), pk=pk)


def _list_of(project: Project) -> str:
    return reverse("workers:team_list", args=[project.pk])


@require_GET
@access(*READERS)
def team_list(request, project_pk):
    project = project_in_scope(request, project_pk)
    may_write = permissions.can_keep_register(request.user, project)
    action = ("新建班组", reverse("workers:team_add", args=[project.pk])) if may_write else None
    teams = crews.with_people(Team.objects.visible_to(request.user).filter(project=project), timezone.localdate())
    table = TeamTable(teams, request, empty_action=action)
    return render(request, "workers/team_list.html", {"project": project, "table": table, "may_write": may_write})


@require_GET
@access(*READERS)
def team_detail(request, pk):
    team, today = _team_in_scope(request, pk), timezone.localdate()
    project = project_in_scope(request, team.project_id)
    people = selectors.engagements_for(request.user).filter(team=team)
    context = {
        "team": team,
        "project": project,
        "table": EngagementTable(selectors.with_rows(people), request),
        "trades": crews.trades_of(people.on_site(today)),
        "wages": crews.wages_of(people.on_site(today)),
        "on_site": people.on_site(today).count(),
        "month": crews.attendance_of(people, today),
        "may_write": permissions.can_keep_register(request.user, project),
        "masked_leader": f"{'*' * 14}{team.leader_id_last4}",
        "exit_form": TeamExitForm(prefix="exit"),
    }
    return render(request, "workers/team_detail.html", context)


@read_or_write
@access(*WRITERS)
def team_add(request, project_pk):
    project = project_in_scope(request, project_pk)
    return _team_form(request, Team(project=project), "新建班组")


@read_or_write
@access(*WRITERS)
def team_edit(request, pk):
    return _team_form(request, _team_in_scope(request, pk), "编辑班组")


def _team_form(request, team: Team, title: str):
    project = team.project
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    form = TeamForm(request.POST or None, instance=team)

    def save():
        saved = services.save_team(team, by=request.user, **form.facts())
        messages.success(request, "班组已保存。")
        return saved

    trail = [("花名册", reverse("workers:register", args=[project.pk])), ("班组", _list_of(project))]
    back = team.get_absolute_url() if team.pk else _list_of(project)
    return form_page(request, form, save, title=title, project=project, back=back, trail=trail)


@read_or_write
@access(*WRITERS)
def team_move(request, pk):
    """People of this team go to another."""
    team = _team_in_scope(request, pk)
    project = team.project
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    form = MoveForm(request.POST or None, team=team)

    def save():
        to = form.cleaned_data["to"]
        moved = services.move_people(project, form.cleaned_data["people"], to=to, by=request.user)
        messages.success(request, f"已将 {moved} 人调到 {to.name}。")
        return to

    trail = [("花名册", reverse("workers:register", args=[project.pk])), ("班组", _list_of(project))]
    return form_page(
        request,
        form,
        save,
        title=f"调整人员 · {team.name}",
        submit="调整",
        project=project,
        back=team.get_absolute_url(),
        trail=trail,
    )


@require_POST
@access(*WRITERS)
def team_exit(request, pk):
    team = _team_in_scope(request, pk)
    if refused := refuse_unless(request, team.project, permissions.can_keep_register(request.user, team.project)):
        return refused
    form = TeamExitForm(request.POST, prefix="exit")

    def leave():
        services.exit_team(team, by=request.user, **form.cleaned_data)

    return dialog_answer(request, team, form, leave, f"已登记 {team.name} 退场。")


@require_POST
@access(*WRITERS)
def team_return(request, pk):
    """Undo a team's exit."""
    team = _team_in_scope(request, pk)
    if refused := refuse_unless(request, team.project, permissions.can_keep_register(request.user, team.project)):
        return refused
    done = f"已撤销 {team.name} 的退场。"
    return dialog_answer(request, team, None, lambda: services.return_team(team, by=request.user), done)
