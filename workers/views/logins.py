"""Logins of a site's workers, issued by its contractor. One-time passwords are in the answer to the POST that made
them and nowhere else: never stored in clear, never cached, never in a file."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core.access import access
from organizations.enums import Role
from projects.pages import project_in_scope, refuse_unless
from workers import permissions, selectors
from workers.selectors.logins import with_logins
from workers.services import logins as services
from workers.tables.logins import WorkerLoginFilters, WorkerLoginTable

ISSUERS = (Role.OFFICER, Role.CLERK)


@require_GET
@access(*ISSUERS)
def login_list(request, project_pk):
    project = project_in_scope(request, project_pk)
    filters = WorkerLoginFilters(request.GET, teams=selectors.teams_of(project).values_list("pk", "name"))
    people = filters.apply(selectors.engagements_for(request.user).filter(project=project))
    may_issue = permissions.can_issue_logins(request.user, project)
    table = WorkerLoginTable(with_logins(people, project), request)
    context = {
        "project": project,
        "filters": filters,
        "table": table,
        "may_issue": may_issue and table.can_choose,
        "most": services.MOST_AT_ONCE,
        "query": request.GET.urlencode(),
    }
    return render(request, "workers/login_list.html", context)


@never_cache
@require_POST
@access(*ISSUERS)
def login_issue(request, project_pk):
    """For the chosen; shows the slips."""
    project = project_in_scope(request, project_pk)
    if refused := refuse_unless(request, project, permissions.can_issue_logins(request.user, project)):
        return refused
    chosen = [int(key) for key in request.POST.getlist("chosen") if key.isdecimal() and len(key) < 19]
    back = reverse("workers:login_list", args=[project.pk])
    try:
        slips = services.issue_logins(project, chosen, by=request.user, again="again" in request.POST)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return redirect(f"{back}?{request.GET.urlencode()}" if request.GET else back)
    context = {
        "project": project,
        "slips": slips,
        "days": services.VALID_DAYS,
        "address": request.build_absolute_uri(reverse("organizations:worker_login")),
    }
    return render(request, "workers/login_slips.html", context)
