from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from core import attachments, audit, indicators
from core.access import access
from core.fields import EncryptedField
from core.models import Job
from core.scoping import ScopedModel


@require_GET
@access.signed_in
def attachment(request, key):
    found = attachments.open_for(request.user, key)
    return attachments.response(found, by=request.user)


@require_GET
@access.signed_in
def job(request, pk):
    """The progress of one's own job; as a fragment for htmx, which polls until it is finished."""
    found = get_object_or_404(Job.objects.visible_to(request.user).select_related("result"), pk=pk)
    template = "components/job_progress.html" if request.htmx else "core/job.html"
    return render(request, template, {"job": found, "asks": request.path})


@require_POST
@access("officer", "clerk", "bank")
def reveal(request):
    """An encrypted value in full, for one reader, with a reason, on record."""
    path = request.POST.get("field", "")
    model, field = _encrypted_field(request.POST.get("model", ""), path)
    key = request.POST.get("pk", "")
    row = get_object_or_404(model.objects.visible_to(request.user), pk=key if key.isdecimal() else None)
    if not all(each.may_reveal(request.user) for each in _supervised_along(row, path)):
        raise PermissionDenied
    reason = request.POST.get("reason", "").strip()
    if len(reason) < 2:
        return HttpResponse("请填写查看原因。", status=422, content_type="text/plain; charset=utf-8")
    audit.record(
        "reveal",
        by=request.user,
        target=row,
        field=path,
        reason=reason[:200],
    )
    context = {"value": indicators.follow(row, path), "label": field.verbose_name}
    return render(request, "components/revealed.html" if request.htmx else "core/revealed.html", context)


def _supervised_along(row: ScopedModel, path: str) -> list[ScopedModel]:
    """The row and every supervised row the path leads through: each has a say."""
    links = path.split("__")[:-1]
    reached = [indicators.follow(row, "__".join(links[:depth])) for depth in range(1, len(links) + 1)]
    return [row, *(each for each in reached if isinstance(each, ScopedModel))]


def _encrypted_field(label: str, path: str):
    """A field of a supervised model, or of what its rows lead to (a party's unit: organization__…)."""
    try:
        model = apps.get_model(label)
        field = indicators.field_at(model, path)
    except (LookupError, ValueError, FieldDoesNotExist) as error:
        raise Http404 from error
    if not issubclass(model, ScopedModel) or not isinstance(field, EncryptedField):
        raise PermissionDenied
    return model, field
