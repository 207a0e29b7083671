"""Construction permits and wage-affairs clerks of a project."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from core.access import access, read_or_write
from organizations.enums import Role
from projects import permissions, services
from projects.forms import ClerkForm, DayForm, PermitForm
from projects.models import Permit, WageClerk
from projects.pages import dialog_answer, form_page, picture, project_in_scope, refuse_unless, rows_in_scope
from projects.permissions import WRITERS


@read_or_write
@access(*WRITERS)
def permit_add(request, project_pk):
    return _permit_form(request, Permit(project=project_in_scope(request, project_pk)), "登记施工许可证")


@read_or_write
@access(*WRITERS)
def permit_edit(request, pk):
    return _permit_form(request, get_object_or_404(rows_in_scope(Permit, request), pk=pk), "编辑施工许可证")


def _permit_form(request, permit: Permit, title: str):
    project = permit.project
    if refused := refuse_unless(request, project, permissions.can_edit(request.user, project)):
        return refused
    form = PermitForm(request.POST or None, instance=permit)

    def save():
        services.save_permit(permit, by=request.user, **form.cleaned_data)
        messages.success(request, "施工许可证已保存。")
        return project

    return form_page(request, form, save, title=title, project=project)


@read_or_write
@access(*WRITERS)
def clerk_add(request, project_pk):
    return _clerk_form(request, WageClerk(project=project_in_scope(request, project_pk)), "登记劳资专管员")


@read_or_write
@access(*WRITERS)
def clerk_edit(request, pk):
    return _clerk_form(request, get_object_or_404(rows_in_scope(WageClerk, request), pk=pk), "编辑劳资专管员")


def _clerk_form(request, clerk: WageClerk, title: str):
    project = clerk.project
    if refused := refuse_unless(request, project, permissions.can_edit(request.user, project)):
        return refused
    form = ClerkForm(request.POST or None, request.FILES or None, clerk=clerk if clerk.pk else None)

    def save():
        given = {name: form.cleaned_data[name] for name in ("photo", "papers")}
        services.save_clerk(clerk, by=request.user, **given, **form.facts())
        messages.success(request, "劳资专管员已保存。")
        return project

    return form_page(request, form, save, title=title, project=project, facts="projects/_shrink.html")


@require_GET
@access(Role.OFFICER, Role.INDUSTRY, Role.CLERK)
def clerk_photo(request, pk):
    clerk = get_object_or_404(rows_in_scope(WageClerk, request).select_related("photo"), pk=pk)
    if clerk.photo is None:
        raise Http404
    return picture(clerk.photo)


@require_POST
@access(*WRITERS)
def clerk_leave(request, pk):
    clerk = get_object_or_404(rows_in_scope(WageClerk, request), pk=pk)
    if refused := refuse_unless(request, clerk.project, permissions.can_edit(request.user, clerk.project)):
        return refused
    form = DayForm(request.POST, prefix=f"leave-{pk}")
    return dialog_answer(
        request,
        clerk.project,
        form,
        lambda: services.leave_clerk(clerk, by=request.user, **form.cleaned_data),
        "已登记离任。",
    )
