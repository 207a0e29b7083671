"""The register of a project and the people in it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from core import attachments
from core.access import access, read_or_write
from projects.pages import project_in_scope, refuse_unless
from workers import panels, permissions, selectors, services
from workers.enums import IdType, Post, Trade, WorkRole
from workers.filters import EngagementFilters
from workers.forms import EngagementForm, EnrolForm
from workers.indicators import WORKER
from workers.models import Engagement, Worker
from workers.pages import engagement_in_scope, form_page, panels_of
from workers.permissions import READERS, WRITERS
from workers.selectors import crews, lacks
from workers.services.checks import TOO_OLD, is_past_retirement
from workers.tables import EngagementTable, WorkerTable, state_of

TEAM_NAMES = "workers/_team_names.html"


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
    everybody = selectors.engagements_for(request.user).filter(project=project)
    context = {"project": project, "filters": filters, "table": table, "may_write": may_write}
    context["counts"] = lacks.counts(everybody, timezone.localdate())
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
        .prefetch_related("contracts", "attendance_months", "departures")
        .order_by("-entered_on", "-id")
    )
    lacking = lacks.of_people(selectors.engagements_for(user).filter(worker=worker), timezone.localdate())
    others = crews.at_once(engagements, timezone.localdate())
    own = panels.kept(user, engagements)
    may_change_card = own is not None and permissions.can_change_card(user, worker)
    context = {
        "worker": worker,
        "domicile": selectors.domicile_of(worker),
        "stays": [_stay(user, engagement, lacking[engagement.pk], others) for engagement in engagements],
        "cards": panels.cards_of(user, worker),
        "bind_url": reverse("workers:card_bind", args=[own.pk]) if may_change_card else "",
        "photo_url": reverse("workers:photo_edit", args=[own.pk]) if own else "",
        "panels": panels_of(user, worker, engagements),
    }
    return render(request, "workers/worker_detail.html", context)


def _stay(user, engagement: Engagement, lacking: list[lacks.Lack], others: dict) -> dict:
    papers = [(lack.word, lack.url(engagement)) for lack in lacking if lack.is_gap and not engagement.exited_on]
    return {
        "engagement": engagement,
        "state": state_of(engagement),
        "lacking": [
            (WORKER.label(item), WORKER.fill_url(item, row=engagement, project_id=engagement.project_id))
            for item in WORKER.missing(engagement)
        ]
        + papers,
        "is_late": lacks.LATE in lacking,
        "contracts": attachments.with_files(engagement.contracts.all()),
        "months": engagement.attendance_months.all()[:12],
        "may_write": permissions.can_keep_register(user, engagement.project),
        "return_id": f"return-{engagement.pk}",
        "departures": attachments.with_files(engagement.departures.all()),
        "elsewhere": others.get(engagement.pk, (0, [])),
        "today": timezone.localdate(),
    }


# --- enrol, change --------------------------------------------------------------------------------------------


@read_or_write
@access(*WRITERS)
def enrol(request, project_pk):
    project = project_in_scope(request, project_pk)
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    initial = {"pay_day": None, "wage_method": "day"} | _of_post(request.GET.get("post", ""))
    form = EnrolForm(request.POST or None, initial=initial, project=project, teams=selectors.teams_of(project))

    def save():
        entry = form.entry()
        engagement = services.enrol(project, entry, by=request.user)
        messages.success(request, f"已登记 {engagement.worker.name}。")
        if entry.id_type == IdType.RESIDENT and is_past_retirement(entry.id_number, entry.entered_on):
            messages.warning(request, TOO_OLD)
        again = "again" in request.POST
        return reverse("workers:enrol", args=[project.pk]) if again else engagement.get_absolute_url()

    return form_page(request, form, save, title="登记人员", project=project, facts=TEAM_NAMES)


def _of_post(post: str) -> dict:
    """What the form is told by the page of managers."""
    if post not in Post.values:
        return {}
    return {"post": post, "trade": Trade.MANAGEMENT, "work_role": WorkRole.MANAGER}


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
        )
        messages.success(request, "人员信息已保存。")
        return engagement.get_absolute_url()

    back = engagement.get_absolute_url()
    return form_page(request, form, save, title="编辑人员", project=project, back=back, facts=TEAM_NAMES)
