from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from core import attachments
from core.access import access, read_or_write
from projects.models import Project
from projects.pages import project_in_scope, refuse_unless, rows_in_scope
from workers import permissions, selectors, services
from workers.forms import ResultsForm, TrainingForm
from workers.models import Training
from workers.pages import engagement_in_scope, form_page
from workers.permissions import READERS, WRITERS
from workers.tables import TrainingTable


@require_GET
@access(*READERS)
def training_list(request, project_pk):
    project = project_in_scope(request, project_pk)
    rows = Training.objects.visible_to(request.user).filter(project=project)
    rows = rows.annotate(people=Count("records"), passed=Count("records", filter=Q(records__passed=True)))
    may_write = permissions.can_keep_register(request.user, project)
    action = ("登记培训", reverse("workers:training_add", args=[project.pk])) if may_write else None
    context = {"project": project, "table": TrainingTable(rows, request, empty_action=action), "may_write": may_write}
    return render(request, "workers/training_list.html", context)


@read_or_write
@access(*READERS)
def training_detail(request, pk):
    """Who took part; who keeps the register enters the results here."""
    training = get_object_or_404(rows_in_scope(Training, request).select_related("registered_by"), pk=pk)
    project = project_in_scope(request, training.project_id)
    may_write = permissions.can_keep_register(request.user, project)
    records = list(training.records.select_related("engagement__worker", "engagement__team").order_by("id"))
    if request.method == "POST":
        return refuse_unless(request, project, may_write) or _results(request, training, records)
    context = {
        "project": project,
        "training": training,
        "records": records,
        "files": attachments.of(training) if training.may_open_files(request.user) else (),
        "may_write": may_write,
    }
    return render(request, "workers/training_detail.html", context)


def _results(request, training: Training, records: list):
    form = ResultsForm(request.POST, records)
    results = form.results()
    if form.errors:
        messages.error(request, " ".join(form.errors))
    else:
        changed = services.record_results(training, results, by=request.user)
        messages.success(request, f"已保存 {changed} 人的成绩。" if changed else "成绩没有变化。")
    return redirect(training)


@read_or_write
@access(*WRITERS)
def training_add(request, project_pk):
    return _form(request, project_in_scope(request, project_pk), None, "登记培训", {})


@read_or_write
@access(*WRITERS)
def training_of(request, pk):
    """A new training with one person ticked already."""
    engagement = engagement_in_scope(request, pk)
    return _form(request, engagement.project, None, "登记培训", {"people": [engagement.pk]})


@read_or_write
@access(*WRITERS)
def training_edit(request, pk):
    training = get_object_or_404(rows_in_scope(Training, request), pk=pk)
    people = list(training.records.values_list("engagement_id", flat=True))
    return _form(request, training.project, training, "编辑培训", {"people": people})


def _form(request, project: Project, training: Training | None, title: str, initial: dict):
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    form = TrainingForm(
        request.POST or None,
        request.FILES or None,
        instance=training,
        initial=initial,
        people=_people(request, project, initial.get("people", ())),
    )

    def save():
        saved = services.save_training(
            project,
            by=request.user,
            training=training,
            people=form.chosen(),
            files=form.cleaned_data["files"],
            **form.facts(),
        )
        messages.success(request, f"培训已保存，{len(form.chosen())} 人参加。")
        return saved.get_absolute_url()

    back = training.get_absolute_url() if training else reverse("workers:training_list", args=[project.pk])
    trail = [("花名册", reverse("workers:register", args=[project.pk])), ("培训", back)]
    return form_page(request, form, save, title=title, project=project, back=back, trail=trail)


def _people(request, project: Project, chosen) -> list[tuple[int, str]]:
    """Who is on site, and who took part already."""
    today = timezone.localdate()
    people = selectors.engagements_for(request.user).filter(project=project)
    people = people.filter(Q(exited_on__isnull=True) | Q(exited_on__gte=today) | Q(pk__in=list(chosen)))
    rows = people.order_by("team__name", "id").values_list("pk", "worker__name", "worker__id_last4", "team__name")
    return [(pk, f"{name}（{last4}）{team or ''}") for pk, name, last4, team in rows]
