"""A project's course: its suspensions, and the milestones a department confirms."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from core import attachments
from core.access import access, read_or_write
from organizations.enums import Role
from projects import permissions, services
from projects.forms import AcceptanceForm, AnswerForm, SuspensionForm
from projects.models import Milestone, Suspension
from projects.pages import form_page, project_in_scope, refuse_unless, rows_in_scope
from projects.permissions import PAPER_READERS
from projects.selectors import course
from projects.tables.milestones import MilestoneFilters, MilestoneTable


@require_GET
@access(*PAPER_READERS)
def project_course(request, project_pk):
    project, user, today = project_in_scope(request, project_pk), request.user, timezone.localdate()
    spans = project.suspensions.select_related("corrected_by")
    context = {
        "project": project,
        "today": today,
        "spans": [(span, span.days(today)) for span in spans],
        "changes": project.status_changes.select_related("by").order_by("-id"),
        "milestones": project.milestones.select_related("by"),
        "standing": course.standing_of(project, today),
        "can_correct": permissions.can_correct_suspension(user, project),
        "can_ask": permissions.can_ask_for_acceptance(user, project),
    }
    return render(request, "projects/project_course.html", context)


@read_or_write
@access(Role.OFFICER)
def suspension_edit(request, pk):
    """Only the regulator, and only with a reason: wages and warnings hang on these days."""
    span = get_object_or_404(rows_in_scope(Suspension, request), pk=pk)
    project = span.project
    if refused := refuse_unless(request, project, permissions.can_correct_suspension(request.user, project)):
        return refused
    form = SuspensionForm(request.POST or None, span=span)
    back = reverse("projects:project_course", args=[project.pk])

    def save():
        services.correct_suspension(span, by=request.user, **form.facts())
        messages.success(request, "停工期间已更正，原日期已留存。")
        return back

    trail = [("进度与确认", back)]
    return form_page(request, form, save, title="更正停工期间", project=project, back=back, trail=trail)


@read_or_write
@access(*PAPER_READERS)
def acceptance_ask(request, project_pk):
    project = project_in_scope(request, project_pk)
    if refused := refuse_unless(request, project, permissions.can_ask_for_acceptance(request.user, project)):
        return refused
    form = AcceptanceForm(request.POST or None)
    back = reverse("projects:project_course", args=[project.pk])

    def save():
        milestone = services.ask_for_acceptance(project, by=request.user, **form.cleaned_data)
        messages.success(request, f"已提请{milestone}确认。")
        return milestone

    extra = {"submit": "提请确认", "trail": [("进度与确认", back)]}
    return form_page(request, form, save, title="提请验收确认", project=project, back=back, **extra)


@require_GET
@access(Role.OFFICER, Role.INDUSTRY)
def milestone_list(request):
    filters = MilestoneFilters(request.GET, user=request.user)
    visible = Milestone.objects.visible_to(request.user).select_related("project__jurisdiction")
    table = MilestoneTable(filters.apply(visible), request)
    return render(request, "projects/milestone_list.html", {"filters": filters, "table": table})


@read_or_write
@access(*PAPER_READERS)
def milestone_detail(request, pk):
    """The two questions, what the records say beside them, the answers so far; a department answers here."""
    milestone = get_object_or_404(rows_in_scope(Milestone, request).select_related("by"), pk=pk)
    project, may_answer = milestone.project, permissions.can_answer_milestone(request.user, milestone)
    form = AnswerForm(request.POST or None, request.FILES or None) if may_answer else None
    if request.method == "POST" and not may_answer:
        if milestone.is_confirmed and project.is_open:
            raise PermissionDenied
        return refuse_unless(request, project, False)
    context = {
        "project": project_in_scope(request, project.pk),
        "milestone": milestone,
        "standing": course.standing_of(project, timezone.localdate()),
        "answers": _answers(milestone),
        "answer_form": form,
        "facts": "projects/_milestone.html",
    }
    if form is None:
        return render(request, "projects/milestone_detail.html", context)

    def save():
        answer = services.answer_milestone(milestone, by=request.user, **form.cleaned_data)
        messages.success(request, "已予以确认。" if answer.confirms else "已登记不予确认。")
        return milestone

    back = reverse("projects:project_course", args=[project.pk])
    extra = context | {"trail": [("进度与确认", back)], "submit": "提交意见"}
    extra.pop("project")
    return form_page(request, form, save, title=f"{milestone}确认", project=context["project"], back=back, **extra)


def _answers(milestone: Milestone) -> list:
    return attachments.with_files(milestone.answers.select_related("by__organization"))
