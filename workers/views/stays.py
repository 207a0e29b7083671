"""Entry and exit: who left, how the wages stood, what is still owed."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core import attachments
from core.access import access, read_or_write
from projects.pages import project_in_scope, refuse_unless
from workers import permissions, selectors, services
from workers.filters.stays import DepartureFilters, OwedFilters
from workers.forms import ExitForm, ExitManyForm, PaidForm, SignedSheetForm
from workers.models import Departure
from workers.pages import engagement_in_scope, form_page
from workers.permissions import READERS, WRITERS
from workers.selectors import crews
from workers.services.dues import dues_of
from workers.tables.stays import DepartureTable, OwedTable

AT_ONCE = 200  # people on one exit form


@read_or_write
@access(*WRITERS)
def engagement_exit(request, pk):
    engagement = engagement_in_scope(request, pk)
    project = engagement.project
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    due = dues_of(project, {engagement.pk: timezone.localdate()})[engagement.pk]
    form = ExitForm(request.POST or None, request.FILES or None, due=due)

    def save():
        services.exit_engagement(
            engagement,
            on=form.cleaned_data["on"],
            settled=form.settled(),
            vouchers=form.cleaned_data["vouchers"],
            by=request.user,
        )
        messages.success(request, f"已登记 {engagement.worker.name} 退场。")
        return engagement.get_absolute_url()

    return form_page(
        request,
        form,
        save,
        title=f"登记退场 · {engagement.worker.name}",
        submit="登记退场",
        project=project,
        back=engagement.get_absolute_url(),
        facts="workers/_exit_facts.html",
        engagement=engagement,
        last_worked=selectors.last_worked([engagement.pk]).get(engagement.pk),
        due=due,
    )


@require_POST
@access(*WRITERS)
def engagement_return(request, pk):
    """Undo an exit."""
    engagement = engagement_in_scope(request, pk)
    project = engagement.project
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    try:
        services.return_engagement(engagement, by=request.user)
        messages.success(request, f"已撤销 {engagement.worker.name} 的退场，恢复在场。")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(engagement)


@read_or_write
@access(*WRITERS)
def exit_many(request, project_pk):
    """Several people of a project, or of one of its teams, leave on one day."""
    project = project_in_scope(request, project_pk)
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    teams, asked = list(selectors.teams_of(project)), request.GET.get("team", "")
    team = next((team for team in teams if str(team.pk) == asked), None)
    people = list(crews.staying(project, team)[: AT_ONCE + 1])
    worked = selectors.last_worked(person.pk for person in people)
    dues = dues_of(project, dict.fromkeys((person.pk for person in people), timezone.localdate()))
    form = ExitManyForm(request.POST or None, people=people[:AT_ONCE], last_worked=worked, dues=dues)
    if request.method == "POST" and form.is_valid():
        try:
            done = services.exit_people(project, form.exits(), on=form.cleaned_data["on"], by=request.user)
            messages.success(request, f"已登记 {len(done)} 人退场。")
            return redirect("workers:departure_list", project.pk)
        except ValidationError as error:
            form.refuse(error)
    context = {
        "project": project,
        "form": form,
        "teams": teams,
        "team": team,
        "cut": len(people) > AT_ONCE,
    }
    return render(request, "workers/exit_many.html", context, status=422 if form.errors else 200)


# --- what was left behind --------------------------------------------------------------------------------------------


def _departures(request):
    people = Departure.objects.visible_to(request.user)
    return people.select_related("engagement__worker", "engagement__team", "project").defer(
        "engagement__worker__id_number", "engagement__worker__phone"
    )


@require_GET
@access(*READERS)
def departure_list(request, project_pk):
    """The exits of a project."""
    project = project_in_scope(request, project_pk)
    filters = DepartureFilters(request.GET)
    departures = _departures(request).filter(project=project)
    context = {
        "project": project,
        "filters": filters,
        "table": DepartureTable(filters.apply(departures), request),
        "owed": _owed(departures),
        "may_write": permissions.can_keep_register(request.user, project),
    }
    return render(request, "workers/departure_list.html", context)


@require_GET
@access(*READERS)
def owed_list(request):
    """Wages owed to people who have left, over all projects in scope."""
    data = request.GET.copy()
    data.setdefault("settlement", "owed")
    filters = OwedFilters(data, user=request.user)
    departures = filters.within(_departures(request))
    table = OwedTable(filters.apply(departures), request)
    return render(request, "workers/owed_list.html", {"filters": filters, "table": table, "owed": _owed(departures)})


def _owed(departures) -> dict:
    owed, overdue = departures.owed(), departures.overdue(timezone.localdate())
    amount = owed.aggregate(sum=Sum("owed_amount"))["sum"]
    return {"people": owed.count(), "amount": amount or 0, "overdue": overdue.count()}


def _departure_in_scope(request, pk) -> Departure:
    return get_object_or_404(_departures(request).select_related("by", "project__jurisdiction"), pk=pk)


@require_GET
@access(*READERS)
def departure_detail(request, pk):
    departure = _departure_in_scope(request, pk)
    context = {
        "departure": departure,
        "project": departure.project,
        "vouchers": attachments.of(departure),
        "may_write": permissions.can_keep_register(request.user, departure.project),
        "today": timezone.localdate(),
    }
    return render(request, "workers/departure_detail.html", context)


@read_or_write
@access(*WRITERS)
def departure_settle(request, pk):
    """What was owed has been paid."""
    departure = _departure_in_scope(request, pk)
    project = departure.project
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    form = PaidForm(request.POST or None, request.FILES or None)

    def save():
        services.settle_departure(departure, by=request.user, is_signed=form.is_signed, **form.paid())
        messages.success(request, f"已登记 {departure.engagement.worker.name} 的退场工资结清。")
        return reverse("workers:departure_detail", args=[departure.pk])

    return form_page(
        request,
        form,
        save,
        title=f"登记结清 · {departure.engagement.worker.name}",
        project=project,
        back=reverse("workers:departure_detail", args=[departure.pk]),
    )


@read_or_write
@access(*WRITERS)
def departure_sheet(request, pk):
    """The sheet the worker signed afterwards."""
    departure = _departure_in_scope(request, pk)
    project = departure.project
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    form = SignedSheetForm(request.POST or None, request.FILES or None)

    def save():
        services.add_signed_sheet(departure, by=request.user, **form.cleaned_data)
        messages.success(request, f"已上传 {departure.engagement.worker.name} 的退场工资结算单。")
        return reverse("workers:departure_detail", args=[departure.pk])

    return form_page(
        request,
        form,
        save,
        title=f"补传结算单 · {departure.engagement.worker.name}",
        project=project,
        back=reverse("workers:departure_detail", args=[departure.pk]),
    )
