"""What the pages about one project share, in this app and in those above it."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from core import attachments
from core.models.attachments import Attachment
from projects.models import Project
from projects.selectors import with_parties
from projects.services import CLOSED


class ProjectMoved(Http404):
    """Asked for was a project that has become another one in scope; `projects.middleware` leads on to it."""

    def __init__(self, old: Project):
        super().__init__(f"merged into {old.merged_into_id}")
        self.old, self.target = old, old.merged_into


def project_in_scope(request, pk) -> Project:
    """The project with its parties, or 404."""
    return _found(request, pk, with_parties)


def bare_project(request, pk) -> Project:
    """The project without its parties, or 404."""
    return _found(request, pk, lambda projects: projects.select_related("jurisdiction"))


def _found(request, pk, rows: Callable) -> Project:
    visible = Project.objects.visible_to(request.user)
    try:
        return get_object_or_404(rows(visible), pk=pk)
    except Http404:
        merged = Project.every.unscoped("only whether it became a project in scope").select_related("merged_into")
        old = merged.filter(pk=pk, merged_into__in=visible.values("pk")).first()
        if old is None:
            raise
        raise ProjectMoved(old) from None


def rows_in_scope(model: type[Model], request):
    return model.objects.visible_to(request.user).select_related("project__jurisdiction")


def refuse_unless(request, project: Project, allowed: bool):
    """None when allowed; a completed project says why it refuses, everything else is 403."""
    if allowed:
        return None
    if project.is_open:
        raise PermissionDenied
    messages.error(request, CLOSED)
    return redirect(project)


def form_page(request, form, save: Callable, *, title: str, project: Project | None = None, back: str = "", **extra):
    """A form on a page of its own. `save` answers where to go, or refuses with a ValidationError that is then shown
    at the form. `extra` goes to the template: `submit` is the button's word, `trail` more (label, url) pairs of
    the breadcrumb, `facts` a template shown above the form."""
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(save())
        except ValidationError as error:
            form.refuse(error)
    context = {"submit": "保存", "trail": (), "facts": "", "back": back or project.get_absolute_url()} | extra
    context |= {"form": form, "title": title, "project": project}
    return render(request, "projects/row_form.html", context, status=422 if form.errors else 200)


def dialog_answer(request, back, form, act: Callable, done: str):
    """A dialog's form: done, or refused with its reasons, on the page it stood on (`back`)."""
    if form is not None and not form.is_valid():
        messages.error(request, " ".join(error.message for error in form.error_list()))
        return redirect(back)
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect(back)


def picture(photo: Attachment) -> HttpResponse:
    """A photo shown on a page: ours alone, made by `core.portraits`; not a download that goes on record."""
    answer = HttpResponse(attachments.read(photo), content_type=photo.content_type)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer
