"""Labour contracts of the people on site."""

from datetime import timedelta

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core.access import access, read_or_write
from projects.pages import dialog_answer, project_in_scope, refuse_unless
from workers import permissions, selectors, services
from workers.filters.stays import CONTRACT_STATES, ContractFilters
from workers.forms import ContractEndForm, ContractForm, ScansForm
from workers.models import Engagement, LabourContract
from workers.pages import engagement_in_scope, form_page
from workers.permissions import READERS, WRITERS
from workers.selectors import contracts
from workers.services import scans
from workers.tables.stays import ContractTable


@require_GET
@access(*READERS)
def contract_list(request, project_pk):
    """Everybody of a project with the latest contract, and how many have none, an old one, a late one."""
    project = project_in_scope(request, project_pk)
    teams = selectors.teams_of(project).values_list("pk", "name")
    filters = ContractFilters(request.GET, teams=teams)
    people = selectors.engagements_for(request.user).filter(project=project)
    rows = contracts.with_scan(filters.apply(people)).select_related("worker", "team").prefetch_related("contracts")
    context = {
        "project": project,
        "filters": filters,
        "table": ContractTable(rows.defer("worker__id_number", "worker__phone"), request),
        "tiles": _tiles(project, people),
        "may_write": permissions.can_keep_register(request.user, project),
    }
    return render(request, "workers/contract_list.html", context)


def _tiles(project, people) -> list[dict]:
    counts = contracts.contract_counts(people, timezone.localdate())
    address, total = reverse("workers:contract_list", args=[project.pk]), counts.pop("on_site")
    labels = dict(CONTRACT_STATES)
    return [
        {
            "label": labels[state],
            "count": count,
            "hint": f"在场 {total} 人",
            "url": f"{address}?state=on_site&contract={state}",
        }
        for state, count in counts.items()
    ]


def _contract_in_scope(request, pk) -> LabourContract:
    visible = LabourContract.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("engagement__worker", "engagement__project", "project"), pk=pk)


# --- sign, correct, renew --------------------------------------------------------------------------------------------


@read_or_write
@access(*WRITERS)
def contract_add(request, engagement_pk):
    engagement = engagement_in_scope(request, engagement_pk)
    initial = {"starts_on": engagement.entered_on, "pay_day": engagement.project.wage_pay_day}
    return _contract_form(request, engagement, None, "登记劳动合同", initial)


@read_or_write
@access(*WRITERS)
def contract_edit(request, pk):
    contract = _contract_in_scope(request, pk)
    return _contract_form(request, contract.engagement, contract, "编辑劳动合同", {})


def _contract_form(request, engagement: Engagement, contract: LabourContract | None, title: str, initial: dict):
    project = engagement.project
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    form = ContractForm(
        request.POST or None, request.FILES or None, instance=contract, initial=initial, engagement=engagement
    )

    def save():
        services.sign_contract(
            engagement, by=request.user, contract=contract, scans=form.cleaned_data["scans"], **form.facts()
        )
        messages.success(request, "劳动合同已保存。")
        return engagement.get_absolute_url()

    title = f"{title} · {engagement.worker.name}"
    return form_page(request, form, save, title=title, project=project, back=engagement.get_absolute_url())


@read_or_write
@access(*WRITERS)
def contract_renew(request, pk):
    """The next contract, with the terms of the one before."""
    contract = _contract_in_scope(request, pk)
    project, engagement = contract.project, contract.engagement
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    form = ContractForm(
        request.POST or None,
        request.FILES or None,
        initial=_next_terms(contract),
        engagement=engagement,
        renewed=contract,
    )

    def save():
        services.renew_contract(contract, by=request.user, scans=form.cleaned_data["scans"], **form.facts())
        messages.success(request, "续签的劳动合同已保存。")
        return engagement.get_absolute_url()

    return form_page(
        request,
        form,
        save,
        title=f"续签劳动合同 · {engagement.worker.name}",
        project=project,
        back=engagement.get_absolute_url(),
    )


def _next_terms(contract: LabourContract) -> dict:
    """As long as the one before, from the day after it; one without an end is followed from today."""
    today = timezone.localdate()
    starts_on = contract.follows_on() or max(today, contract.starts_on + timedelta(1))
    length = contract.ends_on - contract.starts_on if contract.ends_on else None
    same = {name: getattr(contract, name) for name in ("kind", "wage_method", "wage_rate", "wage_unit", "pay_day")}
    return same | {"signed_on": today, "starts_on": starts_on, "ends_on": length and starts_on + length}


# --- end -------------------------------------------------------------------------------------------------------------


@read_or_write
@access(*WRITERS)
def contract_end(request, pk):
    contract = _contract_in_scope(request, pk)
    project, engagement = contract.project, contract.engagement
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    form = ContractEndForm(request.POST or None)

    def save():
        services.end_contract(contract, by=request.user, **form.cleaned_data)
        messages.success(request, f"已登记 {engagement.worker.name} 的劳动合同终止。")
        return engagement.get_absolute_url()

    return form_page(
        request,
        form,
        save,
        title=f"终止劳动合同 · {engagement.worker.name}",
        submit="终止合同",
        project=project,
        back=engagement.get_absolute_url(),
    )


@require_POST
@access(*WRITERS)
def contract_resume(request, pk):
    """Undo an end."""
    contract = _contract_in_scope(request, pk)
    if refused := refuse_unless(
        request, contract.project, permissions.can_keep_register(request.user, contract.project)
    ):
        return refused
    done = f"已撤销 {contract.engagement.worker.name} 的合同终止。"
    return dialog_answer(
        request, contract.engagement, None, lambda: services.resume_contract(contract, by=request.user), done
    )


# --- paper -----------------------------------------------------------------------------------------------------------


@read_or_write
@access(*WRITERS)
def contract_scans(request, project_pk):
    """Many people's pages at once, matched by their file names."""
    project = project_in_scope(request, project_pk)
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    form = ScansForm(request.POST or None, request.FILES or None)
    outcome = None
    if request.method == "POST" and form.is_valid():
        outcome = scans.match_scans(project, form.cleaned_data["scans"], by=request.user)
        form = ScansForm()
    context = {"project": project, "form": form, "outcome": outcome}
    return render(request, "workers/contract_scans.html", context, status=422 if form.errors else 200)


@require_GET
@access(*WRITERS)
def contract_print(request, engagement_pk):
    """The province's sample contract with what the register knows; the ID number stays masked."""
    engagement = engagement_in_scope(request, engagement_pk)
    return _paper(request, engagement, id_number="")


@require_POST
@access(*WRITERS)
def contract_print_full(request, engagement_pk):
    """The same with the ID number in full, on record."""
    engagement = engagement_in_scope(request, engagement_pk)
    if not engagement.worker.may_reveal(request.user):
        return redirect("workers:contract_print", engagement.pk)
    services.record_print(engagement, by=request.user)
    return _paper(request, engagement, id_number=engagement.worker.id_number)


def _paper(request, engagement: Engagement, *, id_number: str):
    contract = engagement.contracts.order_by("-starts_on", "-pk").first()
    context = {
        "engagement": engagement,
        "worker": engagement.worker,
        "project": engagement.project,
        "employer": contracts.employer_of(engagement),
        "contract": contract,
        "id_number": id_number,
        "phone": id_number and engagement.worker.phone,
    }
    return render(request, "workers/contract_print.html", context)
