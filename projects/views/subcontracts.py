"""分包合同备案 (P9): the contracts of a project's subcontractors, put on record by the general contractor."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from core import attachments
from core.access import access, read_or_write
from projects import permissions, services
from projects.enums import SUBCONTRACTORS
from projects.forms import SubcontractForm, WithdrawForm
from projects.models import Participation, Subcontract
from projects.pages import dialog_answer, form_page, project_in_scope, refuse_unless, rows_in_scope
from projects.permissions import PAPER_READERS, WRITERS


@require_GET
@access(*PAPER_READERS)
def subcontract_list(request, project_pk):
    """By subcontractor; those without a contract on record stand out."""
    project = project_in_scope(request, project_pk)
    contracts = Subcontract.objects.visible_to(request.user).filter(participation__project=project)
    files = attachments.of_all(contract for contract in contracts if contract.may_open_files(request.user))
    rows = {party.pk: [] for party in project.participations.all() if party.participant_type in SUBCONTRACTORS}
    for contract in contracts.select_related("filed_by"):
        row = (contract, files.get(contract.pk, []), WithdrawForm(prefix=f"withdraw-{contract.pk}"))
        rows.setdefault(contract.participation_id, []).append(row)
    context = {
        "project": project,
        "parties": [(party, rows[party.pk]) for party in project.participations.all() if party.pk in rows],
        "can_edit": permissions.can_edit_parties(request.user, project),
    }
    return render(request, "projects/subcontract_list.html", context)


@read_or_write
@access(*WRITERS)
def subcontract_add(request, party_pk):
    parties = rows_in_scope(Participation, request).filter(participant_type__in=SUBCONTRACTORS)
    party = get_object_or_404(parties.select_related("organization"), pk=party_pk)
    return _form(request, Subcontract(participation=party), "登记分包合同")


@read_or_write
@access(*WRITERS)
def subcontract_edit(request, pk):
    return _form(request, _contract(request, pk), "更正分包合同")


def _contract(request, pk: int) -> Subcontract:
    contracts = Subcontract.objects.visible_to(request.user)
    return get_object_or_404(
        contracts.select_related("participation__project__jurisdiction", "participation__organization"), pk=pk
    )


def _form(request, contract: Subcontract, title: str):
    party = contract.participation
    if refused := refuse_unless(request, party.project, permissions.can_edit_parties(request.user, party.project)):
        return refused
    form = SubcontractForm(request.POST or None, request.FILES or None, instance=contract)
    back = reverse("projects:subcontract_list", args=[party.project_id])

    def save():
        services.file_subcontract(contract, by=request.user, **form.cleaned_data)
        messages.success(request, "分包合同已备案。")
        return back

    trail = [("分包合同备案", back)]
    title = f"{title} · {party.organization.name}"
    return form_page(request, form, save, title=title, project=party.project, back=back, trail=trail, submit="备案")


@require_POST
@access(*WRITERS)
def subcontract_withdraw(request, pk):
    contract = _contract(request, pk)
    project = contract.participation.project
    if refused := refuse_unless(request, project, permissions.can_edit_parties(request.user, project)):
        return refused
    form = WithdrawForm(request.POST, prefix=f"withdraw-{pk}")
    back = reverse("projects:subcontract_list", args=[project.pk])
    return dialog_answer(
        request,
        back,
        form,
        lambda: services.withdraw_subcontract(contract, by=request.user, **form.cleaned_data),
        "已撤销备案。",
    )
