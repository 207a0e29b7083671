from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.access import access
from core.formats import month as month_text
from organizations.enums import Role
from projects.models import Project
from reports import selectors
from reports.desks import desk_for
from reports.figures import COUNTS, RATES, Figures, Period
from reports.filters import FigureFilters, region_asked
from reports.tables import ProjectFigureTable

REGULATORS = (Role.OFFICER, Role.INDUSTRY)


@require_GET
@access.signed_in
def home(request):
    template, context = desk_for(request.user)(request)
    return render(request, template, context)


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
    chosen = selectors.projects_with(ids, period, figure, lacking="lacking" in asked)
    context = {
        "filters": filters,
        "region": region,
        "lead": lead,
        "month": period.first,
        "figure": (RATES | COUNTS).get(figure),
        "rate": Figures.total(group.figures for group in selectors.groups(ids, period)).rates.get(figure),
        "table": ProjectFigureTable(projects.filter(pk__in=chosen), request, period=period),
    }
    return render(request, "reports/figure_projects.html", context)
