"""Wage cards and insurance."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from core import attachments
from core.access import access, read_or_write
from organizations.enums import Role
from projects.models import Project
from projects.pages import dialog_answer, project_in_scope, refuse_unless, rows_in_scope
from workers import permissions, selectors, services
from workers.forms import CardForm, InsuranceForm, ReasonForm
from workers.models import BankCard, Insurance
from workers.pages import engagement_in_scope, form_page
from workers.permissions import READERS, WRITERS


@read_or_write
@access(*WRITERS)
def card_bind(request, pk):
    engagement = engagement_in_scope(request, pk)
    project = engagement.project
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    if not permissions.can_change_card(request.user, engagement.worker):
        raise PermissionDenied
    form = CardForm(request.POST or None)

    def save():
        card = services.cards.bind(engagement, by=request.user, **form.cleaned_data)
        messages.success(request, f"已绑定 {card.bank_name or '银行卡'} 尾号 {card.last4}。")
        return engagement.get_absolute_url()

    title, back = f"绑定工资卡 · {engagement.worker.name}", engagement.get_absolute_url()
    return form_page(request, form, save, title=title, project=project, back=back, submit="绑定")


@require_POST
@access(Role.OFFICER, Role.CLERK)
def card_unbind(request, pk):
    card = get_object_or_404(BankCard.objects.visible_to(request.user).select_related("worker"), pk=pk)
    if not permissions.can_change_card(request.user, card.worker):
        raise PermissionDenied
    form = ReasonForm(request.POST, prefix=f"unbind-{pk}")
    return dialog_answer(
        request,
        card.worker,
        form,
        lambda: services.cards.unbind(card, reason=form.cleaned_data["text"], by=request.user),
        "已解除绑定，原卡保留在历史记录中。",
    )


# --- insurance -------------------------------------------------------------------------------------------------------


@require_GET
@access(*READERS)
def insurance_list(request, project_pk):
    project = project_in_scope(request, project_pk)
    rows = Insurance.objects.visible_to(request.user).filter(project=project).select_related("engagement__worker")
    context = {
        "project": project,
        "insurances": attachments.with_files(rows),
        "may_write": permissions.can_keep_register(request.user, project),
    }
    return render(request, "workers/insurance_list.html", context)


@read_or_write
@access(*WRITERS)
def insurance_add(request, project_pk):
    return _form(request, project_in_scope(request, project_pk), None, "登记保险", {})


@read_or_write
@access(*WRITERS)
def insurance_of(request, pk):
    """A policy for one person."""
    engagement = engagement_in_scope(request, pk)
    return _form(request, engagement.project, None, "登记保险", {"engagement": engagement.pk})


@read_or_write
@access(*WRITERS)
def insurance_edit(request, pk):
    insurance = get_object_or_404(rows_in_scope(Insurance, request), pk=pk)
    return _form(request, insurance.project, insurance, "编辑保险", {})


def _form(request, project: Project, insurance: Insurance | None, title: str, initial: dict):
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    people = selectors.engagements_for(request.user).filter(project=project).select_related("worker")
    form = InsuranceForm(
        request.POST or None, request.FILES or None, instance=insurance, initial=initial, people=people
    )
    back = reverse("workers:insurance_list", args=[project.pk])

    def save():
        files = form.cleaned_data["policy"]
        services.save_insurance(project, by=request.user, insurance=insurance, files=files, **form.facts())
        messages.success(request, "保险已保存。")
        return back

    trail = [("花名册", reverse("workers:register", args=[project.pk])), ("保险", back)]
    return form_page(request, form, save, title=title, project=project, back=back, trail=trail)
