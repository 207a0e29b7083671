"""The live view: who is on site today, and the people behind each figure."""

from urllib.parse import urlencode

from django import forms
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.access import access
from core.formats import number
from core.forms import FilterForm
from organizations.enums import Industry
from organizations.models import Region
from projects.models import Project
from workers.enums import Trade
from workers.permissions import READERS
from workers.selectors.live import STATES, TODAY, Watch
from workers.tables import PresenceTable


class WatchFilters(FilterForm):
    """What an address of the live view may narrow to."""

    region = forms.ModelChoiceField(Region.objects.all(), label="地区")
    own = forms.BooleanField(label="本级")
    industry = forms.ChoiceField(label="行业", choices=[("", ""), *Industry.choices])
    project = forms.IntegerField(label="项目", min_value=1, max_value=2**62)
    team = forms.IntegerField(label="班组", min_value=0, max_value=2**62)
    trade = forms.ChoiceField(label="工种", choices=[("", ""), ("none", "未填工种"), *Trade.choices])


def _watch(request) -> Watch:
    """404 for a place or project out of scope."""
    user, values = request.user, WatchFilters(request.GET).values
    top = user.region if user.role != "clerk" else None
    region = values.get("region")
    if region and not (top and region.pk.startswith(top.prefix)):
        raise Http404
    project = values.get("project")
    trade = values.get("trade")
    return Watch(
        user,
        timezone.now(),
        region=region or top,
        own=bool(region and values.get("own")),
        industry=values.get("industry", ""),
        project=get_object_or_404(Project.objects.visible_to(user), pk=project) if project else None,
        team=values.get("team"),
        trade="" if trade == "none" else trade,
    )


@require_GET
@access(*READERS)
def live(request):
    """Asked again every half minute by the page itself, for its part alone."""
    watch = _watch(request)
    by = request.GET.get("by", "")
    by = by if by in watch.breakdowns else next(iter(watch.breakdowns))
    context = {
        "watch": watch,
        "by": by,
        "lines": watch.lines(by),
        "query": urlencode(watch.query),
        "states": STATES,
        "trail": _trail(watch),
    }
    return render(request, "workers/_live.html" if request.htmx else "workers/live.html", context)


def _trail(watch: Watch) -> list[tuple[str, str]]:
    """(label, query) from what the user sees at most down to here."""
    trail = []
    region, top = watch.region, watch.user.region if watch.region else None
    while region and region.pk != top.pk:
        trail.append((region.name, urlencode({"region": region.pk})))
        region = region.parent
    trail.reverse()
    if watch.own:
        trail.append(("本级", ""))
    if watch.industry:
        trail.append((Industry(watch.industry).label, urlencode({"industry": watch.industry})))
    if watch.project:
        trail.append((watch.project.name, urlencode({"project": watch.project.pk})))
    return trail


@require_GET
@access(*READERS)
def live_people(request):
    watch = _watch(request)
    state = request.GET.get("state", TODAY)
    if state not in STATES:
        raise Http404
    people = watch.people(state)
    records = people.select_related("worker", "team", "project", "presence")
    records = records.defer("worker__id_number", "worker__phone")
    context = {
        "watch": watch,
        "state": STATES[state],
        "lead": f"共 {number(watch.rows(state).count())} 人",
        "table": PresenceTable(records, request),
        "query": urlencode(watch.query),
        "trail": _trail(watch),
    }
    return render(request, "workers/live_people.html", context)
