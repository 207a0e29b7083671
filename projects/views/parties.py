"""The units of a project: entered, changed, taken out."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from core.access import access, read_or_write
from core.identity import normalize_id
from organizations.models import Organization
from projects import permissions, services
from projects.enums import ParticipantType
from projects.forms import DayForm, PartyForm
from projects.indicators import group_of
from projects.models import Participation
from projects.pages import dialog_answer, form_page, project_in_scope, refuse_unless, rows_in_scope
from projects.permissions import WRITERS

PARTY_TYPES = {
    "construction_unit": ParticipantType.CONSTRUCTION_UNIT,
    "general_contractor": ParticipantType.GENERAL_CONTRACTOR,
}


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
    project = project_in_scope(request, project_pk)
    kind = PARTY_TYPES.get(group, ParticipantType.LABOUR_SUBCONTRACTOR)
    if refused := refuse_unless(request, project, permissions.can_add_party(request.user, project, kind)):
        return refused
    form = PartyForm(request.POST or None, group=group, user=request.user)

    def save():
        facts = {"participant_type": kind} | form.party_facts()
        services.enter_unit(project, by=request.user, unit_facts=form.unit_facts(), **facts)
        messages.success(request, "参建单位已登记。")
        return project

    titles = {"construction_unit": "登记建设单位", "general_contractor": "登记施工总承包单位"}
    return form_page(request, form, save, title=titles.get(group, "登记分包单位"), project=project)


@read_or_write
@access(*WRITERS)
def party_edit(request, pk):
    party = get_object_or_404(rows_in_scope(Participation, request).select_related("organization__region"), pk=pk)
    project = party.project
    if refused := refuse_unless(request, project, permissions.can_edit_parties(request.user, project)):
        return refused
    group = group_of(party.participant_type)
    form = PartyForm(request.POST or None, group=group.key if group else "", party=party, user=request.user)

    def save():
        services.update_party(party, by=request.user, unit_facts=form.unit_facts(), **form.party_facts())
        messages.success(request, "参建单位信息已保存。")
        return project

    return form_page(request, form, save, title=f"编辑{party.get_participant_type_display()}", project=project)


@require_POST
@access(*WRITERS)
def party_move(request, pk, move):
    """退场、重新进场、指定牵头人."""
    party = get_object_or_404(rows_in_scope(Participation, request), pk=pk)
    if not (party.project.is_open and permissions.can_move_party(request.user, party)):
        return refuse_unless(request, party.project, False)
    form = DayForm(request.POST, prefix=f"exit-{pk}")
    moves = {
        "exit": lambda: services.exit_party(party, by=request.user, **form.cleaned_data),
        "return": lambda: services.return_party(party, by=request.user),
        "lead": lambda: services.make_lead(party, by=request.user),
    }
    if move not in moves:
        raise Http404
    form = form if move == "exit" else None
    return dialog_answer(request, party.project, form, moves[move], "参建单位状态已更新。")
