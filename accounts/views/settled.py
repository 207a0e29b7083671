"""月结月清: the months of a project, of a team and its people; a month over the projects and units in sight."""

from datetime import date

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import permissions
from accounts.filters import MonthLineFilters, SettledFilters, SettledUnitFilters
from accounts.models import WageDue
from accounts.permissions import ARREARS_READERS
from accounts.selectors import settled
from accounts.tables import MonthPeopleTable, SettledTable, SettledUnitTable
from core.access import access
from core.months import previous_month
from projects.enums import SUBCONTRACTORS, ParticipantType
from projects.models import Project
from projects.pages import project_in_scope


@require_GET
@access(*ARREARS_READERS)
def project_months(request, project_pk):
    project, today = project_in_scope(request, project_pk), timezone.localdate()
    context = {
        "project": project,
        "months": settled.months_of(project, today),
        "grace": settled.GRACE.days,
        "may_advance": permissions.can_record_advance(request.user, project),
    }
    return render(request, "accounts/project_months.html", context)


@require_GET
@access(*ARREARS_READERS)
def month_people(request, project_pk, month):
    """One month: its teams, and everybody who worked or is on the payroll."""
    project, today = project_in_scope(request, project_pk), timezone.localdate()
    teams = settled.teams_of_month(project, month, today)
    filters = MonthLineFilters(request.GET, teams=[each.team for each in teams if each.team])
    rows = WageDue.objects.unscoped("the project is in scope").months().filter(project=project, month=month)
    due = settled.due_on(month, project.wage_pay_day)
    context = {
        "project": project,
        "month": month,
        "due_on": due,
        "teams": teams,
        "filters": filters,
        "table": MonthPeopleTable(filters.apply(rows), request, due_on=due),
    }
    return render(request, "accounts/month_people.html", context)


@require_GET
@access(*ARREARS_READERS)
def settled_list(request):
    """A month of every project in sight; without a month asked for, the latest whose pay day is past for all."""
    asked, today = _with_month(request), timezone.localdate()
    filters = SettledFilters(asked, user=request.user)
    month = filters.values.get("month") or last_due_month(today)
    projects = filters.apply(Project.objects.visible_to(request.user).select_related("jurisdiction"), month)
    table = SettledTable(settled.with_month(projects, month), request, month=month, today=today)
    context = {"filters": filters, "table": table, "month": month, "rate": settled.rate_of(projects, month)}
    return render(request, "accounts/settled_list.html", context)


@require_GET
@access(*ARREARS_READERS)
def settled_units(request):
    """A month of every general contractor, or of every unit that employs teams."""
    asked, today, user = _with_month(request), timezone.localdate(), request.user
    asked.setdefault("part", ParticipantType.GENERAL_CONTRACTOR.value)
    filters = SettledUnitFilters(asked)
    month = filters.values.get("month") or last_due_month(today)
    if filters.values.get("part") == "sub":
        whose, parts, link = settled.of_subcontractor(user), SUBCONTRACTORS, "unit"
    else:
        whose, parts, link = settled.of_contractor(user), (ParticipantType.GENERAL_CONTRACTOR,), "contractor"
    units = filters.apply(settled.units_of(user, *parts), month, whose)
    rows = settled.with_month(units, month, whose)
    table = SettledUnitTable(rows, request, month=month, today=today, link=link)
    return render(request, "accounts/settled_units.html", {"filters": filters, "table": table, "month": month})


def last_due_month(today: date) -> date:
    """The latest that is due everywhere: pay days lie in the month after."""
    return previous_month(previous_month(today))


def _with_month(request):
    asked = request.GET.copy()
    asked.setdefault("month", f"{last_due_month(timezone.localdate()):%Y-%m}")
    return asked
