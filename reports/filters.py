from datetime import date

from django import forms
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from core.formats import month as month_text
from core.forms import FilterForm
from core.months import around
from organizations.enums import Industry, RegionLevel
from organizations.models import Region
from organizations.selectors import regions_for
from reports.figures import COUNTS, RATES

MONTHS_BACK = 12
BEHIND = (
    "in_progress",
    "account",
    "update",
    "labour_cost_rate",
    "contract",
    "register",
    "attendance",
    "payout",
    "payout_amount",
)


def months(today: date) -> list[tuple[str, str]]:
    """This month and those before it, the latest first."""
    return [(f"{month:%Y-%m}", month_text(month)) for month in reversed(around(today, back=MONTHS_BACK))]


def month_of(value: str, default: date) -> date:
    return date.fromisoformat(f"{value}-01") if value else default.replace(day=1)


class StatisticsFilters(FilterForm):
    region = forms.ChoiceField(label="地区")
    industry = forms.ChoiceField(label="行业", choices=[("", ""), *Industry.choices])
    month = forms.ChoiceField(label="月份")

    def __init__(self, data, *, user, today: date):
        super().__init__(data)
        self.today = today
        self.fields["month"].choices = [("", "本月"), *months(today)[1:]]
        self.fields["region"].choices = place_choices(user)
        if user.level == RegionLevel.COUNTY:
            del self.fields["region"]
        if user.industry:
            del self.fields["industry"]

    @property
    def month_asked(self) -> date:
        return month_of(self.values.get("month", ""), self.today)


class FigureFilters(StatisticsFilters):
    """Which projects stand behind a figure."""

    figure = forms.ChoiceField(
        label="指标",
        choices=[("", "全部项目"), *((key, (RATES | COUNTS)[key].label) for key in BEHIND)],
    )
    lacking = forms.BooleanField(label="只看有差额的")


def region_asked(request: HttpRequest) -> Region:
    """`?region=`, within the user's own region; anything else does not exist for this user."""
    user, code = request.user, request.GET.get("region", "")
    if not code or code == user.region.code:
        return user.region
    if not code.startswith(user.region.prefix):
        raise Http404
    return get_object_or_404(Region.objects.select_related("parent__parent"), code=code)


def place_choices(user) -> list[tuple[str, str]]:
    """The user's region and everything below it, counties indented under their prefecture."""
    own = user.region
    below = regions_for(user).exclude(pk=own.code).order_by("code").values_list("code", "name", "level")
    indent = "　" if own.level == RegionLevel.PROVINCE else ""
    rows = [(code, f"{indent if level == RegionLevel.COUNTY else ''}{name}") for code, name, level in below]
    return [("", f"{own.name}（全部）"), *rows]
