from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core import jobs
from core.access import access
from core.formats import month as month_text
from core.models import Job
from organizations.enums import Industry, Role
from projects.models import Project
from reports import months, permissions, selectors
from reports.desks import desk_for
from reports.figures import CLOSING_DAY, COUNTS, INCLUSION, PERMITTED, RATES, Period
from reports.filters import FigureFilters, StatisticsFilters, region_asked
from reports.forms import WorkbookForm
from reports.places import Places
from reports.tables import IndustryFigureTable, PlaceFigureTable, ProjectFigureTable
from reports.tasks import WORKBOOK
from reports.workbook_table import WorkbookTable

REGULATORS = (Role.OFFICER, Role.INDUSTRY)


@require_GET
@access.signed_in
def home(request):
    template, context = desk_for(request.user)(request)
    return render(request, template, context)


@require_GET
@access(*REGULATORS)
def statistics(request):
    """A month of places and industries, closed months as they stood then."""
    now = timezone.now()
    filters = StatisticsFilters(request.GET, user=request.user, today=timezone.localdate(now))
    region = region_asked(request)
    data = months.read(request.user, region, filters.month_asked, now)
    industry = filters.values.get("industry") or request.user.industry
    groups = [group for group in data.groups if industry in (None, "", group.industry)]
    permits = selectors.permit_counts(request.user, region, data.period, industry)
    with_baseline = industry in (None, "", Industry.HOUSING)
    places = Places(region, groups, with_baseline=with_baseline, permits=permits)
    context = {
        "filters": filters,
        "data": data,
        "lead": f"{region.name} · {month_text(data.period.first)}",
        "places": PlaceFigureTable([places.whole, *places.below()], request, running=data.period.is_running),
        "industries": IndustryFigureTable(places.industry_rows(), request, running=data.period.is_running),
        "definitions": [(rate.label, rate.definition) for rate in RATES.values()]
        + [("纳入率", INCLUSION), ("许可纳入率", PERMITTED)],
    }
    return render(request, "reports/statistics.html", context)


@require_GET
@access(*REGULATORS)
def figure_projects(request):
    """The projects behind a figure: the sum over them is the figure."""
    now = timezone.now()
    filters = FigureFilters(request.GET, user=request.user, today=timezone.localdate(now))
    region, asked = region_asked(request), filters.values
    period = Period.of(filters.month_asked, now)
    projects = Project.objects.visible_to(request.user).within(region)
    if industry := asked.get("industry"):
        projects = projects.filter(industry=industry)
    figure = asked.get("figure", "projects")
    lead = f"{region.name} · {month_text(period.first)}"
    ids = list(projects.order_by().values_list("pk", flat=True))
    found = selectors.behind(ids, period, figure, lacking="lacking" in asked)
    context = {
        "filters": filters,
        "region": region,
        "lead": lead,
        "month": period.first,
        "figure": (RATES | COUNTS).get(figure),
        "rate": found.rate,
        "table": ProjectFigureTable(projects.among(found.project_ids), request, period=period),
    }
    return render(request, "reports/figure_projects.html", context)


# --- monthly workbooks -----------------------------------------------------------------------------------------------


@require_GET
@access(*REGULATORS)
def workbook_list(request):
    return _workbooks(request, WorkbookForm(today=timezone.localdate()))


@require_POST
@access.changes_nothing
@access(*REGULATORS)
def workbook_start(request):
    if not permissions.can_make_workbook(request.user):
        raise PermissionDenied
    form = WorkbookForm(request.POST, today=timezone.localdate())
    if not form.is_valid():
        return _workbooks(request, form, status=422)
    month = form.cleaned_data["month"]
    title = f"{request.user.region.name}{dict(form.fields['month'].choices)[month]}统计表"
    jobs.start(WORKBOOK, by=request.user, title=title, month=month)
    return redirect("reports:workbook_list")


def _workbooks(request, form: WorkbookForm, status: int = 200):
    own = Job.objects.visible_to(request.user).filter(kind=WORKBOOK).select_related("result", "owner")
    unfinished = own.exclude(state__in=(Job.State.DONE, Job.State.FAILED)).order_by("-pk")
    context = {
        "form": form,
        "unfinished": list(unfinished[:5]),
        "table": WorkbookTable(own, request),
        "closing_day": CLOSING_DAY,
    }
    return render(request, "reports/workbook_list.html", context, status=status)
