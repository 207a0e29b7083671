from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse

from projects.pages import ProjectMoved

NAMES = ("pk", "project_pk", "source_pk")  # as addresses call a project's key


class MergedProjectMiddleware:
    """Every address of a project that was merged leads to the same page of the one it became. What was sent to it is
    not sent on: whoever filled in a form for the old project looks at the new one first."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, ProjectMoved):
            return None
        old, target = exception.old, exception.target
        messages.info(request, f"“{old.name}”（{old.code}）已并入本项目。")
        if request.method != "GET":
            return redirect(target)
        match = request.resolver_match
        moved = {name: target.pk for name in NAMES if match.kwargs.get(name) == old.pk}
        address, query = reverse(match.view_name, kwargs=match.kwargs | moved), request.META["QUERY_STRING"]
        return redirect(f"{address}?{query}" if query else address)
