"""Attendance: a month of a project by team, and single days by hand."""

from datetime import date, timedelta

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.access import access, read_or_write
from core.forms import FilterForm
from core.months import next_month, previous_month
from projects.models import Project
from projects.pages import project_in_scope, refuse_unless
from projects.selectors import suspensions_between
from workers import permissions, selectors, services
from workers.enums import Trade
from workers.filters import AttendanceFilters
from workers.forms import CorrectionForm
from workers.grid import Grid
from workers.models import AttendanceCorrection, AttendanceDay
from workers.pages import engagement_in_scope, form_page, month_asked
from workers.permissions import READERS, WRITERS
from workers.selectors import PersonMonth, deadlines
from workers.tables import AttendanceTable


class GridFilter(FilterForm):
    """Of the team's month only one trade; month and team stay."""

    month = forms.CharField(widget=forms.HiddenInput)
    team = forms.CharField(widget=forms.HiddenInput)
    trade = forms.ChoiceField(label="工种")

    def __init__(self, data, *, trades: set[str]):
        super().__init__(data)
        self.trades = [(code, label) for code, label in Trade.choices if code in trades]
        self.fields["trade"].choices = [("", "全部"), *self.trades]

    def apply(self, lines: list[PersonMonth]) -> list[PersonMonth]:
        trade = self.values.get("trade")
        return [line for line in lines if line.engagement.trade == trade] if trade else lines


@require_GET
@access(*READERS)
def attendance_list(request):
    month = month_asked(request)
    projects = Project.objects.visible_to(request.user).under_supervision().select_related("jurisdiction")
    asked = request.GET.copy()
    asked["month"] = f"{month:%Y-%m}"
    filters = AttendanceFilters(asked, user=request.user)
    projects = filters.apply(selectors.latest_attendance(projects), timezone.localdate())
    table = AttendanceTable(selectors.attendance_by_project(projects, month), request, month=month)
    context = {"table": table, "month": month, "filters": filters}
    return render(request, "workers/attendance_list.html", context)


@require_GET
@access(*READERS)
def attendance(request, project_pk):
    project = project_in_scope(request, project_pk)
    month, today = month_asked(request), timezone.localdate()
    teams = selectors.teams_in_month(project, month)
    asked = request.GET.get("team", "")
    team = next((team for team in teams if str(team.pk if team else 0) == asked), teams[0] if teams else None)
    lines = selectors.month_grid(project, month, team) if teams else []
    held = {"month": f"{month:%Y-%m}", "team": team.pk if team else 0, "trade": request.GET.get("trade", "")}
    filters = GridFilter(held, trades={line.engagement.trade for line in lines})
    spans = suspensions_between(project, month, min(next_month(month) - timedelta(1), today))
    may_correct = permissions.can_correct_attendance(request.user, project)
    context = {
        "filters": filters if len(filters.trades) > 1 else None,
        "project": project,
        "month": month,
        "previous": previous_month(month),
        "next": next_month(month) if next_month(month) <= today else None,
        "teams": teams,
        "team": team,
        "month_text": f"{month:%Y-%m}",
        "may_recompute": permissions.can_recompute(request.user, project),
        **_deadline(project, today),
        "suspensions": spans,
        "grid": Grid(filters.apply(lines), month, today, may_correct, spans),
    }
    return render(request, "workers/attendance.html", context)


def _deadline(project: Project, today: date) -> dict:
    latest = selectors.latest_attendance(Project.objects.unscoped("in scope").filter(pk=project.pk)).get().latest_day
    return {
        "latest_day": latest,
        "has_come": deadlines.has_come(latest, today, is_linear=project.is_linear),
        "last_due": deadlines.last_due(today, is_linear=project.is_linear),
        "next_due": deadlines.next_due(today, is_linear=project.is_linear),
    }


@read_or_write
@access(*WRITERS)
def attendance_correct(request, pk, day):
    """One person's day by hand, with a reason."""
    engagement = engagement_in_scope(request, pk)
    project, user = engagement.project, request.user
    if refused := refuse_unless(request, project, permissions.can_correct_attendance(user, project)):
        return refused
    try:
        day = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    known = AttendanceDay.objects.visible_to(user).filter(engagement=engagement, day=day).first()
    form = CorrectionForm(request.POST or None, initial={"units": f"{float(known.units):g}"} if known else {})
    team = engagement.team_id or 0
    back = f"{reverse('workers:attendance', args=[project.pk])}?month={day:%Y-%m}&team={team}"

    def save():
        if services.correct_attendance(engagement, day=day, by=user, **form.cleaned_data) is None:
            messages.info(request, "考勤没有变化。")
        else:
            messages.success(request, f"已更正 {engagement.worker.name} {day.month} 月 {day.day} 日的考勤。")
            if suspensions_between(project, day, day):
                messages.warning(request, "该日在登记的停工期间，已照常计入；请核实是否确有施工。")
        return back

    earlier = AttendanceCorrection.objects.visible_to(user).filter(engagement=engagement, day=day).select_related("by")
    extra = {
        "facts": "workers/_correction_facts.html",
        "engagement": engagement,
        "day": day,
        "known": known,
        "earlier": earlier,
    }
    return form_page(request, form, save, title="更正考勤", project=project, back=back, **extra)
