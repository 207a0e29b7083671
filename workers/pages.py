"""What the pages about people on site share."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from core.forms import FilterForm, MonthField
from projects import pages
from projects.models import Project
from workers import permissions, selectors
from workers.models import Engagement, Worker


def engagement_in_scope(request, pk) -> Engagement:
    engagements = selectors.engagements_for(request.user).select_related("worker", "team", "project__jurisdiction")
    return get_object_or_404(engagements, pk=pk)


class MonthFilter(FilterForm):
    month = MonthField(label="月份")


def month_asked(request) -> date:
    """The month asked for; without one, or with a future one, this month."""
    this = timezone.localdate().replace(day=1)
    asked = MonthFilter(request.GET).values.get("month")
    return asked if asked and date(2000, 1, 1) <= asked <= this else this


def day_asked(text: str) -> date:
    """Of an address; 404 for what is no day, or none that has come."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    if not date(2000, 1, 1) <= day <= timezone.localdate():
        raise Http404
    return day


def attendance_trail(project: Project) -> list[tuple[str, str]]:
    return [("考勤", reverse("workers:attendance", args=[project.pk]))]


def form_page(request, form, save, *, project: Project | None = None, back: str = "", **extra):
    """`projects.pages.form_page`, with the register on the way back."""
    if project is None:
        return pages.form_page(request, form, save, back=back, **extra)
    register = reverse("workers:register", args=[project.pk])
    extra = {"trail": [("花名册", register)]} | extra
    return pages.form_page(request, form, save, project=project, back=back or register, **extra)


def own_engagement(request, worker: Worker) -> Engagement:
    """The latest of the person's engagements at which this user keeps the register, for what belongs to the person
    and not to a site; 403 when there is none."""
    engagements = selectors.engagements_for(request.user).filter(worker=worker).select_related("worker", "project")
    for engagement in engagements.order_by("-entered_on", "-id"):
        if permissions.can_keep_register(request.user, engagement.project):
            return engagement
    raise PermissionDenied


# --- the cards of the worker page ------------------------------------------------------------------------------------

_panels: list[type["WorkerPanel"]] = []


class WorkerPanel:
    """A card on a person's page, below their stays. Defining a subclass in an app's `panels` module adds it.

    `template` gets what `facts` answers, with `worker` and `stays` (engagements in scope); None leaves the card out.
    """

    order = 50
    template = ""

    def __init_subclass__(cls):
        _panels.append(cls)

    def facts(self, user, worker: Worker, stays: list[Engagement]) -> dict | None:
        raise NotImplementedError


def panels_of(user, worker: Worker, stays: list[Engagement]) -> list[dict]:
    autodiscover_modules("panels")
    found = []
    for panel in sorted(_panels, key=lambda each: each.order):
        facts = panel().facts(user, worker, stays)
        if facts is not None:
            found.append({"template": panel.template, "worker": worker} | facts)
    return found
