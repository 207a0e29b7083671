"""Attendance by the day: who was on site, one person's month and clockings, what was entered by hand."""

from datetime import date
from io import BytesIO

from django import forms
from django.contrib import messages
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core import attachments, audit
from core.access import access, read_or_write
from core.forms import FilterForm
from core.months import next_month, previous_month
from core.spreadsheets.writer import write_table
from projects.pages import project_in_scope, refuse_unless
from workers import permissions, selectors, services
from workers.filters import CorrectionFilters
from workers.forms import TeamDayForm
from workers.grid import Calendar, exported
from workers.pages import attendance_trail, day_asked, engagement_in_scope, form_page, month_asked
from workers.permissions import READERS, WRITERS
from workers.selectors import days
from workers.tables import CorrectionTable, DayTable


class DayFilter(FilterForm):
    day = forms.DateField(label="日期")


class TeamDayFilter(DayFilter):
    team = forms.TypedChoiceField(label="班组", coerce=int)

    def __init__(self, data, *, teams):
        super().__init__(data)
        self.fields["team"].choices = [("", "全部"), *teams]


@require_GET
@access(*READERS)
def attendance_day(request, project_pk):
    """Who was on site on a day; without one, today."""
    project, today = project_in_scope(request, project_pk), timezone.localdate()
    asked = DayFilter(request.GET).values.get("day")
    day = asked if asked and date(2000, 1, 1) <= asked <= today else today
    context = {
        "project": project,
        "day": day,
        "filters": DayFilter({"day": f"{day}"}),
        "figures": days.day_figures(project, day),
        "table": DayTable(days.people_of_day(request.user, project, day), request, day=day),
        "may_correct": permissions.can_correct_attendance(request.user, project),
    }
    return render(request, "workers/attendance_day.html", context)


@require_GET
@access(*READERS)
def attendance_person(request, pk):
    """One person's month at the project as a calendar."""
    engagement = engagement_in_scope(request, pk)
    project = engagement.project
    month, today = month_asked(request), timezone.localdate()
    may_correct = permissions.can_correct_attendance(request.user, project)
    context = {
        "engagement": engagement,
        "project": project,
        "calendar": Calendar.of(engagement, month, today, may_correct=may_correct),
        "previous": previous_month(month),
        "next": next_month(month) if next_month(month) <= today else None,
        "trail": attendance_trail(project),
    }
    return render(request, "workers/attendance_person.html", context)


@require_GET
@access(*READERS)
def punch_day(request, pk, day):
    """The clockings of one person on one day, with what each is worth."""
    engagement, day = engagement_in_scope(request, pk), day_asked(day)
    known = days.people_of_day(request.user, engagement.project, day).filter(pk=pk).first()
    context = {
        "engagement": engagement,
        "project": engagement.project,
        "day": day,
        "known": known,
        "punches": days.punches_of(engagement, day),
        "standard": days.standard_of(engagement.project, day),
        "may_correct": permissions.can_correct_attendance(request.user, engagement.project),
        "trail": attendance_trail(engagement.project),
    }
    return render(request, "workers/punch_day.html", context)


@require_GET
@access(*READERS)
def correction_list(request, project_pk):
    project = project_in_scope(request, project_pk)
    filters = CorrectionFilters(request.GET)
    table = CorrectionTable(filters.apply(days.corrections_of(request.user, project)), request)
    context = {"project": project, "filters": filters, "table": table}
    context["may_correct"] = permissions.can_correct_attendance(request.user, project)
    return render(request, "workers/correction_list.html", context)


@read_or_write
@access(*WRITERS)
def attendance_correct_team(request, project_pk):
    """One day of many people for one reason."""
    project, user = project_in_scope(request, project_pk), request.user
    if refused := refuse_unless(request, project, permissions.can_correct_attendance(user, project)):
        return refused
    form = TeamDayForm(request.POST or None, project=project, asked=request.GET, today=timezone.localdate())

    def save():
        changed = services.correct_team_day(project, by=user, **form.values())
        day = form.cleaned_data["day"]
        messages.success(request, f"已补录 {changed} 人 {day.month} 月 {day.day} 日的考勤。")
        return f"{reverse('workers:correction_list', args=[project.pk])}?day={day}"

    extra = {
        "back": reverse("workers:attendance", args=[project.pk]),
        "trail": attendance_trail(project),
        "facts": "workers/_team_day_choice.html",
        "filters": TeamDayFilter(request.GET, teams=selectors.teams_of(project).values_list("pk", "name")),
    }
    return form_page(request, form, save, title="批量补录", project=project, **extra)


@require_POST
@access(*READERS)
def attendance_export(request, project_pk):
    """The month's grid of all teams as .xlsx; who took it is on record."""
    project, month = project_in_scope(request, project_pk), month_asked(request)
    headers, rows = exported(project, month)
    buffer = BytesIO()
    count = write_table(buffer, f"{project.name} {month.year}年{month.month}月考勤", headers, rows)
    audit.record("attendance.export", by=request.user, target=project, month=f"{month:%Y-%m}", rows=count)
    return attachments.download(buffer.getvalue(), f"{project.name}考勤-{month:%Y%m}.xlsx")
