"""Merging a project into another: choosing, preview, the two confirmations, the trace, undoing."""

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core.access import access, read_or_write
from organizations.enums import RegionLevel, Role
from projects import permissions
from projects.filters import matching
from projects.forms.merge import MergeConfirmForm, MergeForm, MergeSearchForm
from projects.models import Project, ProjectMerge
from projects.pages import dialog_answer, project_in_scope, refuse_unless
from projects.selectors import with_parties
from projects.services import merge as merging
from projects.services.merge_candidates import candidates

FOUND = 20


@require_GET
@access(Role.OFFICER)
def merge_choose(request, pk):
    target = project_in_scope(request, pk)
    if refused := refuse_unless(request, target, permissions.can_merge(request.user, target, target)):
        return refused
    form = MergeSearchForm(request.GET or None)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    mine = with_parties(Project.objects.visible_to(request.user))
    found = list(matching(mine, text).exclude(pk=pk).order_by("-id")[:FOUND]) if text else []
    likely = [] if text else candidates(target, mine)
    context = {"project": target, "form": form, "text": text, "found": found, "likely": likely}
    return render(request, "projects/merge_choose.html", context)


@read_or_write
@access(Role.OFFICER)
def merge_preview(request, pk, source_pk):
    target, source = project_in_scope(request, pk), project_in_scope(request, source_pk)
    for project in (target, source):
        if refused := refuse_unless(request, project, permissions.can_merge(request.user, project, project)):
            return refused
    if source == target:
        messages.error(request, "请选择另一个项目。")
        return redirect("projects:merge_choose", target.pk)
    planned = merging.foresee(source, target)
    late = merging.is_late(source, target, timezone.localdate())
    unlike = merging.differences(source, target)
    form = MergeForm(request.POST or None, source=source, target=target, unlike=unlike, late=late)
    context = {
        "project": target,
        "source": source,
        "form": form,
        "planned": planned,
        "rows": sum(item.rows for item in planned),
        "refusals": [refusal for item in planned for refusal in item.refusals],
        "late": late,
        "last_day": merging.last_day(source, target),
        "barred": late and request.user.level != RegionLevel.PROVINCE,
        "contractors_differ": merging.contractors_differ(source, target),
    }
    if request.method == "POST" and form.is_valid() and not context["barred"]:
        return _confirm(request, context, form)
    return render(request, "projects/merge_preview.html", context, status=422 if form.errors else 200)


def _confirm(request, context: dict, form: MergeForm):
    """The second question; answered rightly, it is done: at once, or by a worker where there is much to move."""
    source, target = context["source"], context["project"]
    asked = MergeConfirmForm(request.POST if "code" in request.POST else None, source=source)
    if asked.is_valid():
        facts = {"by": request.user, "reason": form.cleaned_data["reason"], "choices": form.choices()}
        try:
            return _act(request, source, target, context["rows"], facts)
        except ValidationError as error:
            asked.add_error(None, error.messages)
    hidden = [(field.html_name, field.value()) for field in form]
    return render(
        request,
        "projects/merge_confirm.html",
        context | {"asked": asked, "hidden": [(name, "on" if value is True else value) for name, value in hidden]},
        status=422 if asked.errors else 200,
    )


def _act(request, source: Project, target: Project, rows: int, facts: dict):
    if rows > merging.LARGE:
        return redirect("core:job", merging.merge_soon(source, target, **facts).pk)
    merge = merging.merge_projects(source, target, **facts)
    messages.success(request, f"“{source.name}”已并入本项目，24 小时内可以撤销。")
    return redirect(merge.target)


@require_GET
@access(*permissions.PAPER_READERS)
def merge_detail(request, pk):
    merge = _merge(request, pk)
    own = {name: str(model._meta.verbose_name) for name, model in _models().items()}
    steps = [(own.get(step.model, step.model), step) for step in merge.steps.all() if step.action != "filled"]
    may_undo = permissions.can_undo_merge(request.user, merge)
    why_not = merging.why_not_undone(merge)
    context = {
        "merge": merge,
        "steps": steps,
        "rows": sum(step.rows for _, step in steps),
        "may_undo": may_undo and not why_not,
        "why_not": why_not if may_undo else "",
        "since": merging.written_since(merge) if may_undo and not why_not else [],
    }
    return render(request, "projects/merge_detail.html", context)


def _models() -> dict:
    return {model._meta.label: model for model in apps.get_models()}


@require_POST
@access(Role.OFFICER)
def merge_undo(request, pk):
    merge = _merge(request, pk)
    if not permissions.can_undo_merge(request.user, merge):
        raise PermissionDenied
    return dialog_answer(
        request, merge, None, lambda: merging.undo_merge(merge, by=request.user), "合并已撤销，两个项目已恢复。"
    )


def _merge(request, pk) -> ProjectMerge:
    merges = ProjectMerge.objects.visible_to(request.user)
    return get_object_or_404(merges.select_related("source", "target__jurisdiction", "by", "undone_by"), pk=pk)
