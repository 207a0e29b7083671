"""Wage deposits: the lists, a project's deposit, declaring and assessing it."""

from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import permissions
from accounts.enums import InstrumentState
from accounts.filters import DepositFilters, UndeclaredFilters
from accounts.forms import ApplyForm, AssessForm, ReasonForm
from accounts.models import (
    Deposit,
    DepositAssessment,
    DepositInstrument,
    DepositMovement,
    DepositRefund,
    DepositUse,
)
from accounts.permissions import DEPOSIT_READERS, PROJECT_READERS
from accounts.selectors import deposits as selectors
from accounts.services import deposits as services
from accounts.services.deposit_assessment import Assessed
from accounts.tables import DepositTable, UndeclaredTable, WaitingTable
from core import attachments
from core.access import access, read_or_write
from core.indicators import Gap
from organizations.enums import Role
from projects.models import Project
from projects.pages import bare_project, form_page, project_in_scope, refuse_unless
from projects.selectors import with_parties

SHOWN = 10  # of what waits


@require_GET
@access(*DEPOSIT_READERS)
def deposit_list(request):
    filters = DepositFilters(request.GET, user=request.user)
    today = timezone.localdate()
    rows = selectors.with_instrument(filters.apply(Deposit.objects.visible_to(request.user)))
    waiting = selectors.waiting_for(request.user, today)
    context = {
        "filters": filters,
        "table": DepositTable(rows.annotate(standing=selectors.standing(today)), request),
        "waiting": WaitingTable(waiting[:SHOWN], request) if waiting else None,
        "waiting_hint": f"共 {len(waiting)} 项，按期限先后",
        "sees_projects": request.user.role in PROJECT_READERS,
    }
    return render(request, "accounts/deposit_list.html", context)


@require_GET
@access(*PROJECT_READERS)
def undeclared_list(request):
    filters = UndeclaredFilters(request.GET, user=request.user)
    projects = selectors.without_deposit(Project.objects.visible_to(request.user))
    table = UndeclaredTable(filters.apply(with_parties(projects)), request)
    return render(request, "accounts/deposit_undeclared.html", {"filters": filters, "table": table})


@require_GET
@access(*PROJECT_READERS)
def project_deposit(request, project_pk):
    """The project's only deposit; where it has none, or several by a merge, what there is."""
    project = project_in_scope(request, project_pk)
    deposits = list(Deposit.objects.visible_to(request.user).filter(project=project).order_by("-id"))
    if len(deposits) == 1:
        return redirect(deposits[0])
    term = selectors.with_deposit_deadline(Project.objects.visible_to(request.user)).get(pk=project.pk)
    context = {
        "project": project,
        "deposits": deposits,
        "due_on": term.deposit_due_on,
        "is_late": term.deposit_due_on is not None and term.deposit_due_on < timezone.localdate(),
        "can_apply": permissions.can_apply(request.user, project),
        "gaps": _gaps(request.user, project, deposits),
    }
    return render(request, "accounts/project_deposit.html", context)


@read_or_write
@access(Role.CLERK)
def deposit_apply(request, project_pk):
    project = project_in_scope(request, project_pk)
    if refused := refuse_unless(request, project, permissions.can_apply(request.user, project)):
        return refused
    form = ApplyForm(request.POST or None, request.FILES or None, payer=request.user.organization)

    def save():
        deposit = services.apply_deposit(
            project, by=request.user, payer=request.user.organization, **form.cleaned_data
        )
        messages.success(request, "工资保证金已申报，待人社部门核定存储金额。")
        return deposit

    return form_page(request, form, save, title="申报工资保证金", project=project, submit="申报", back=_back(project))


def _gaps(user, project: Project, deposits: list[Deposit]) -> list[tuple[Gap, bool]]:
    """What the annex still lacks of them, and whether it is the user's to fill in."""
    may = {
        Deposit: any(permissions.can_assess(user, one) for one in deposits),
        DepositInstrument: any(permissions.can_offer(user, one) for one in deposits),
    }
    if not deposits:
        may[Deposit] = permissions.can_apply(user, project)
    return [(gap, may.get(gap.group.model, False)) for gap in selectors.deposit_gaps(project)]


def _back(project: Project) -> str:
    return reverse("deposits:project_deposit", args=[project.pk])


def deposit_in_scope(request, pk) -> Deposit:
    deposits = Deposit.objects.visible_to(request.user).select_related("project__jurisdiction", "payer")
    return get_object_or_404(deposits, pk=pk)


@require_GET
@access(*DEPOSIT_READERS)
def deposit_detail(request, pk):
    deposit, user, today = deposit_in_scope(request, pk), request.user, timezone.localdate()
    instruments = list(DepositInstrument.objects.visible_to(user).filter(deposit=deposit).select_related("keeper"))
    movements = DepositMovement.objects.visible_to(user).filter(instrument__deposit=deposit)
    offered = next((one for one in instruments if one.state == InstrumentState.OFFERED), None)
    sees_project = user.role in PROJECT_READERS
    context = {
        "deposit": deposit,
        "today": today,
        "late_days": deposit.days_late(today),
        "project": bare_project(request, deposit.project_id) if sees_project else deposit.project,
        "sees_project": sees_project,
        "assessments": list(_assessments(user, deposit)),
        "files": attachments.of(deposit) if sees_project else [],
        "instruments": attachments.with_files(instruments),
        "held": next((one for one in instruments if one.state == InstrumentState.IN_FORCE), None),
        "offered": offered,
        "is_expiring": any(one.is_expiring(today) for one in instruments),
        "movements": movements.select_related("instrument", "by").order_by("id"),
        "uses": _decisions(user, DepositUse, deposit, today),
        "refunds": _decisions(user, DepositRefund, deposit, today),
        "can_confirm": offered is not None and permissions.can_confirm(user, offered),
        "can_correct": offered is not None and permissions.can_offer(user, deposit),
        "refuse_form": ReasonForm(prefix="refuse"),
        "gaps": _gaps(user, deposit.project, [deposit]) if sees_project else [],
    }
    return render(request, "accounts/deposit_detail.html", context | _acts(user, deposit))


def _assessments(user, deposit: Deposit):
    rows = DepositAssessment.objects.visible_to(user).filter(deposit=deposit)
    return rows.select_related("standard", "by")


def _decisions(user, model, deposit: Deposit, today) -> list:
    rows = model.objects.visible_to(user).filter(deposit=deposit).select_related("office")
    return [(row, row.is_late(today)) for row in rows]


def _acts(user, deposit: Deposit) -> dict:
    return {
        "can_assess": permissions.can_assess(user, deposit),
        "can_offer": permissions.can_offer(user, deposit),
        "can_propose_use": permissions.can_propose_use(user, deposit),
        "can_ask_back": permissions.can_ask_back(user, deposit),
    }


@read_or_write
@access(Role.OFFICER)
def deposit_assess(request, pk):
    """Nothing is saved that the officer has not seen: where the facts stated change the result, it is shown first."""
    deposit, today = deposit_in_scope(request, pk), timezone.localdate()
    if deposit.is_stored:
        messages.info(request, "工资保证金已存储，不再重新核定。")
        return redirect(deposit)
    if refused := refuse_unless(request, deposit.project, permissions.can_assess(request.user, deposit)):
        return refused
    try:
        derived = services.derived_facts(deposit, today)
        standard, result = services.preview(deposit, derived, today)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(deposit)
    form = AssessForm(request.POST or None, request.FILES or None, facts=derived)
    if request.method == "POST" and form.is_valid():
        result = services.preview(deposit, replace(derived, **form.stated()), today)[1]
        if _assessed(request, deposit, form, result):
            return redirect(deposit)
    form.show(result.steps)
    record = selectors.payment_record(deposit.payer, today)
    context = {"deposit": deposit, "form": form, "standard": standard, "result": result, "record": record}
    return render(request, "accounts/deposit_assess.html", context, status=422 if form.errors else 200)


def _assessed(request, deposit: Deposit, form: AssessForm, result: Assessed) -> bool:
    if not form.has_shown(result.steps):
        said = f"按所填情况，差异化缴存金额为 {result.differential:,.2f} 元，请核对计算步骤后再次提交。"
        form.add_error(None, said)
        return False
    values = form.cleaned_data
    try:
        services.assess_deposit(
            deposit, by=request.user, stated=form.stated(), reason=values["reason"], files=values["files"]
        )
    except ValidationError as error:
        form.refuse(error)
        return False
    messages.success(request, "存储金额已核定。")
    return True


def refuse_act(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


def deposit_form_page(request, form, save, deposit: Deposit, *, title: str, **context):
    """As `projects.pages.form_page`, for readers who may not see the project. `template` for a form of another shape,
    `facts` a template shown above it."""
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(save())
        except ValidationError as error:
            form.refuse(error)
    context = {"submit": "保存", "facts": "", "template": "accounts/deposit_form.html"} | context
    context |= {"form": form, "title": title, "deposit": deposit}
    return render(request, context["template"], context, status=422 if form.errors else 200)
