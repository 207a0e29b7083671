"""Photo, managers and appraisals of people on site; what a register says in sum."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core.access import access, read_or_write
from organizations.enums import Role
from projects.models import WageClerk
from projects.pages import dialog_answer, picture, project_in_scope, refuse_unless
from workers import permissions, selectors, services
from workers.enums import REQUIRED_POSTS, Post
from workers.forms import AppraisalForm, PhotoForm, ReasonForm
from workers.models import Appraisal, Certificate, Worker
from workers.pages import engagement_in_scope, form_page
from workers.permissions import READERS, WRITERS
from workers.selectors import lacks

APPRAISERS = (Role.OFFICER, Role.CLERK)


@require_GET
@access(*READERS)
def worker_photo(request, pk):
    worker = get_object_or_404(Worker.objects.visible_to(request.user).select_related("photo"), pk=pk)
    if worker.photo is None:
        raise Http404
    return picture(worker.photo)


@read_or_write
@access(*WRITERS)
def photo_edit(request, pk):
    engagement = engagement_in_scope(request, pk)
    project = engagement.project
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    form = PhotoForm(request.POST or None, request.FILES or None)

    def save():
        services.save_photo(engagement, form.cleaned_data["content"], by=request.user)
        messages.success(request, "照片已保存。")
        return engagement.get_absolute_url()

    back = engagement.get_absolute_url()
    title = f"照片 · {engagement.worker.name}"
    return form_page(request, form, save, title=title, project=project, back=back, facts="projects/_shrink.html")


# --- the register in sum ---------------------------------------------------------------------------------------------


@require_GET
@access(*READERS)
def people_summary(request, project_pk):
    """A fragment: what the people on site have and lack, each figure with its list."""
    project = project_in_scope(request, project_pk)
    people = selectors.engagements_for(request.user).filter(project=project)
    counts = lacks.counts(people, timezone.localdate())
    managers = _managers(request, project)
    return render(request, "workers/_summary.html", {"project": project, "counts": counts, **managers})


@require_GET
@access(*READERS)
def managers(request, project_pk):
    project = project_in_scope(request, project_pk)
    may_write = permissions.can_keep_register(request.user, project)
    context = {"project": project, "may_write": may_write, **_managers(request, project)}
    return render(request, "workers/managers.html", context)


def _managers(request, project) -> dict:
    """Whoever holds a post on site, the wage-affairs clerks of the filing among them, and which posts are empty."""
    today = timezone.localdate()
    people = selectors.engagements_for(request.user).filter(project=project).exclude(post="").on_site(today)
    people = list(people.select_related("worker").order_by("post", "entered_on", "id"))
    certificates = {}
    for row in Certificate.objects.visible_to(request.user).filter(worker__in=[each.worker_id for each in people]):
        certificates.setdefault(row.worker_id, []).append(row)
    clerks = list(WageClerk.objects.visible_to(request.user).filter(project=project, left_on__isnull=True))
    held = {each.post for each in people} | ({Post.WAGE_CLERK} if clerks else set())
    return {
        "managers": [(each, certificates.get(each.worker_id, [])) for each in people],
        "clerks": clerks,
        "vacant": [post for post in REQUIRED_POSTS if post not in held],
    }


# --- appraisals ------------------------------------------------------------------------------------------------------


@read_or_write
@access(*APPRAISERS)
def appraisal_add(request, engagement_pk):
    engagement = engagement_in_scope(request, engagement_pk)
    project = engagement.project
    if refused := refuse_unless(request, project, permissions.can_appraise(request.user, project)):
        return refused
    form = AppraisalForm(request.POST or None, request.FILES or None)

    def save():
        services.appraise(engagement, by=request.user, files=form.cleaned_data["evidence"], **form.facts())
        messages.success(request, "评价已登记。")
        return engagement.get_absolute_url()

    title, back = f"登记评价 · {engagement.worker.name}", engagement.get_absolute_url()
    return form_page(request, form, save, title=title, project=project, back=back)


def _appraisal(request, pk) -> Appraisal:
    rows = Appraisal.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("project__jurisdiction", "engagement", "by"), pk=pk)


@require_POST
@access(*APPRAISERS)
def appraisal_statement(request, pk):
    appraisal = _appraisal(request, pk)
    if refused := refuse_unless(request, appraisal.project, permissions.can_appraise(request.user, appraisal.project)):
        return refused
    form = ReasonForm(request.POST, prefix=f"statement-{pk}", label="本人陈述", max_length=500)
    return dialog_answer(
        request,
        appraisal.engagement,
        form,
        lambda: services.state(appraisal, statement=form.cleaned_data["text"], by=request.user),
        "本人陈述已登记。",
    )


@require_POST
@access(*APPRAISERS)
def appraisal_withdraw(request, pk):
    appraisal = _appraisal(request, pk)
    if not appraisal.withdrawn_at and (
        refused := refuse_unless(request, appraisal.project, permissions.can_withdraw(request.user, appraisal))
    ):
        return refused
    form = ReasonForm(request.POST, prefix=f"withdraw-{pk}")
    return dialog_answer(
        request,
        appraisal.engagement,
        form,
        lambda: services.withdraw(appraisal, reason=form.cleaned_data["text"], by=request.user),
        "评价已撤回。",
    )
