"""The register of a project and the people in it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from core import attachments
from core.access import access, read_or_write
from projects.models import Participation, Project
from projects.services import CLOSED
from workers import permissions, selectors, services
from workers.filters import EngagementFilters
from workers.forms import ContractForm, EngagementForm, EnrolForm, ExitForm
from workers.indicators import WORKER
from workers.models import BankCard, Engagement, LabourContract, Worker
from workers.permissions import READERS, WRITERS
from workers.tables import EngagementTable, WorkerTable, state_of


@require_GET
@access(*READERS)
def worker_list(request):
    """Everybody on all projects in scope."""
    filters = EngagementFilters(request.GET)
    people = filters.apply(selectors.engagements_for(request.user))
    table = WorkerTable(selectors.with_rows(people), request)
    return render(request, "workers/worker_list.html", {"filters": filters, "table": table})


@require_GET
@access(*READERS)
def register(request, project_pk):
    project = project_in_scope(request, project_pk)
    teams = selectors.teams_of(project).values_list("pk", "name")
    filters = EngagementFilters(request.GET, teams=teams)
    people = filters.apply(selectors.engagements_for(request.user).filter(project=project))
    may_write = permissions.can_keep_register(request.user, project)
    action = ("登记人员", reverse("workers:enrol", args=[project.pk])) if may_write else None
    table = EngagementTable(selectors.with_rows(people), request, empty_action=action)
    context = {"project": project, "filters": filters, "table": table, "may_write": may_write}
    return render(request, "workers/register.html", context)


@require_GET
@access(*READERS)
def worker_detail(request, pk):
    user = request.user
    worker = get_object_or_404(Worker.objects.visible_to(user), pk=pk)
    engagements = list(
        selectors.engagements_for(user)
        .filter(worker=worker)
        .select_related("worker", "project__jurisdiction", "team")
        .prefetch_related("contracts", "attendance_months")
        .order_by("-entered_on", "-id")
    )
    context = {
        "worker": worker,
        "domicile": selectors.domicile_of(worker),
        "stays": [_stay(user, engagement) for engagement in engagements],
        "cards": BankCard.objects.visible_to(user).filter(worker=worker).defer("number"),
    }
    return render(request, "workers/worker_detail.html", context)


def _stay(user, engagement: Engagement) -> dict:
    return {
        "engagement": engagement,
        "state": state_of(engagement),
        "lacking": [
            (WORKER.label(item), WORKER.fill_url(item, row=engagement, project_id=engagement.project_id))
            for item in WORKER.missing(engagement)
        ],
        "contracts": [(contract, attachments.of(contract)) for contract in engagement.contracts.all()],
        "months": engagement.attendance_months.all()[:12],
        "may_write": permissions.can_keep_register(user, engagement.project),
        "return_id": f"return-{engagement.pk}",
        "exit_form": ExitForm(prefix=f"exit-{engagement.pk}"),
    }


# --- enrol, change, leave --------------------------------------------------------------------------------------------


@read_or_write
@access(*WRITERS)
def enrol(request, project_pk):
    project = project_in_scope(request, project_pk)
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    initial = {"pay_day": None, "wage_method": "day"}
    form = EnrolForm(request.POST or None, initial=initial, project=project, teams=selectors.teams_of(project))

    def save():
        engagement = services.enrol(project, form.entry(), by=request.user, card_confirmed=form.confirmed())
        messages.success(request, f"已登记 {engagement.worker.name}。")
        again = "again" in request.POST
        return reverse("workers:enrol", args=[project.pk]) if again else engagement.get_absolute_url()

    return form_page(request, form, save, title="登记人员", project=project)


@read_or_write
@access(*WRITERS)
def engagement_edit(request, pk):
    engagement = engagement_in_scope(request, pk)
    project = engagement.project
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    form = EngagementForm(request.POST or None, engagement=engagement, teams=selectors.teams_of(project))

    def save():
        services.update_engagement(
            engagement,
            by=request.user,
            person=form.person(),
            terms=form.terms(),
            card=form.new_card(),
            card_confirmed=form.confirmed(),
        )
        messages.success(request, "人员信息已保存。")
        return engagement.get_absolute_url()

    back = engagement.get_absolute_url()
    return form_page(request, form, save, title="编辑人员", project=project, back=back)


@require_POST
@access(*WRITERS)
def engagement_exit(request, pk):
    engagement = engagement_in_scope(request, pk)
    if refused := refuse_unless(
        request, engagement.project, permissions.can_keep_register(request.user, engagement.project)
    ):
        return refused
    form = ExitForm(request.POST, prefix=f"exit-{pk}")
    try:
        if form.is_valid():
            services.exit_engagement(engagement, on=form.cleaned_data["on"], by=request.user)
            messages.success(request, f"已登记 {engagement.worker.name} 退场。")
        else:
            messages.error(request, " ".join(error.message for error in form.error_list()))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(engagement)


@require_POST
@access(*WRITERS)
def engagement_return(request, pk):
    """Undo an exit."""
    engagement = engagement_in_scope(request, pk)
    project = engagement.project
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    try:
        services.return_engagement(engagement, by=request.user)
        messages.success(request, f"已撤销 {engagement.worker.name} 的退场，恢复在场。")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(engagement)


# --- contracts -------------------------------------------------------------------------------------------------------


@read_or_write
@access(*WRITERS)
def contract_add(request, engagement_pk):
    engagement = engagement_in_scope(request, engagement_pk)
    initial = {"starts_on": engagement.entered_on, "pay_day": engagement.project.wage_pay_day}
    return _contract_form(request, engagement, None, "登记劳动合同", initial)


@read_or_write
@access(*WRITERS)
def contract_edit(request, pk):
    contract = get_object_or_404(
        LabourContract.objects.visible_to(request.user).select_related("engagement__worker", "engagement__project"),
        pk=pk,
    )
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
            engagement, by=request.user, contract=contract, scan=form.cleaned_data["scan"], **form.facts()
        )
        messages.success(request, "劳动合同已保存。")
        return engagement.get_absolute_url()

    title = f"{title} · {engagement.worker.name}"
    return form_page(request, form, save, title=title, project=project, back=engagement.get_absolute_url())


# --- what the views share --------------------------------------------------------------------------------------------


def project_in_scope(request, pk) -> Project:
    parties = Participation.objects.unscoped("parties of a project in scope").select_related("organization")
    projects = Project.objects.visible_to(request.user).select_related("jurisdiction")
    return get_object_or_404(projects.prefetch_related(Prefetch("participations", parties)), pk=pk)


def engagement_in_scope(request, pk) -> Engagement:
    engagements = selectors.engagements_for(request.user).select_related("worker", "team", "project__jurisdiction")
    return get_object_or_404(engagements, pk=pk)


def refuse_unless(request, project: Project, allowed: bool):
    """None when allowed; a completed project says why it refuses, everything else is 403."""
    if allowed:
        return None
    if project.is_open:
        raise PermissionDenied
    messages.error(request, CLOSED)
    return redirect(project)


def form_page(request, form, save, *, title: str, project: Project, back: str = "", extra: dict | None = None):
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(save())
        except ValidationError as error:
            form.refuse(error)
    back = back or reverse("workers:register", args=[project.pk])
    context = {"form": form, "title": title, "project": project, "back": back} | (extra or {})
    return render(request, "workers/form_page.html", context, status=422 if form.errors else 200)
