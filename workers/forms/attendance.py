from datetime import date
from decimal import Decimal

from django import forms

from core.forms import PortalForm, PortalModelForm, Section
from core.spreadsheets import values as clean
from organizations.enums import Industry
from organizations.models import Region
from projects.models import Project
from workers.enums import PunchMeans
from workers.models import Device, Engagement
from workers.selectors import days


class CorrectionForm(PortalForm):
    units = forms.TypedChoiceField(
        label="出勤",
        choices=[("1", "全天"), ("0.5", "半天"), ("0", "未出勤")],
        widget=forms.RadioSelect,
        coerce=clean.day_count,
    )
    reason = forms.CharField(
        label="原因", max_length=200, widget=forms.Textarea({"rows": 2}), help_text="如：闸机故障、漏刷卡；将留存备查"
    )


class TeamDayForm(CorrectionForm):
    """One day of many: the day and the team are asked for by the address, the people are ticked."""

    day = forms.DateField(label="日期", widget=forms.HiddenInput)
    people = forms.TypedMultipleChoiceField(
        label="人员", coerce=int, widget=forms.CheckboxSelectMultiple, help_text="已勾选当日没有考勤的人员"
    )
    field_order = ["day", "people", "units", "reason"]

    def __init__(self, data=None, *, project: Project, asked, today: date):
        self.project = project
        day = _day_of(asked, today)
        on_site = Engagement.objects.unscoped("the project is in scope").filter(project=project).on_site(day)
        if asked.get("team", "").isdigit():
            on_site = on_site.filter(team=int(asked["team"]) or None)
        people = list(on_site.select_related("worker", "team").defer("worker__id_number", "worker__phone"))
        worked = days.worked_on(project, day)
        super().__init__(data, initial={"day": day, "people": [one.pk for one in people if one.pk not in worked]})
        self.fields["people"].choices = [(one.pk, _named(one, worked.get(one.pk))) for one in people]
        self.fields["people"].label = f"{day.month} 月 {day.day} 日在场人员"

    def values(self) -> dict:
        return dict(self.cleaned_data)


def _named(person: Engagement, units: Decimal | None) -> str:
    team = f"（{person.team.name}）" if person.team else ""
    stands = "" if units is None else f" 现有 {units.normalize():f} 天"
    return f"{person.worker.name}{team}{stands}"


def _day_of(asked, today: date) -> date:
    try:
        day = date.fromisoformat(asked.get("day", ""))
    except ValueError:
        return today
    return min(max(day, date(2000, 1, 1)), today)


class DeviceForm(PortalModelForm):
    class Meta:
        model = Device
        fields = ["serial_number", "place", "kind", "means", "installed_on", "removed_on"]


class StandardForm(PortalForm):
    """The next version, filled with what holds for everyone now."""

    min_punches = forms.IntegerField(label="至少打卡次数", min_value=1, max_value=20)
    full_hours = forms.DecimalField(
        label="满一天的时长（小时）", min_value=0, max_value=24, max_digits=3, decimal_places=1
    )
    half_hours = forms.DecimalField(
        label="满半天的时长（小时）", min_value=0, max_value=24, max_digits=3, decimal_places=1
    )
    manager_means = forms.MultipleChoiceField(
        label="管理人员的有效通行方式", choices=PunchMeans.choices, widget=forms.CheckboxSelectMultiple
    )
    region = forms.ModelChoiceField(Region.objects.none(), label="适用地区", required=False, empty_label="全省")
    industry = forms.ChoiceField(label="适用行业", required=False, choices=[("", "全部行业"), *Industry.choices])
    valid_from = forms.DateField(label="生效日期")
    reason = forms.CharField(label="变更说明", max_length=500, widget=forms.Textarea({"rows": 3}))

    sections = (
        Section("一天的认定", ["min_punches", "full_hours", "half_hours"], "首末次打卡的间隔达到时长，计一天或半天。"),
        Section("管理人员", ["manager_means"], "以其他方式打的卡照常保存，但不计入考勤。"),
        Section(
            "适用范围", ["region", "industry", "valid_from"], "地区、行业越具体越优先；同一范围以较新的版本为准。"
        ),
        Section("说明", ["reason"]),
    )

    def __init__(self, data=None, *, user, today: date):
        held = days.standard_for_everyone(today)
        names = ("min_punches", "full_hours", "half_hours", "manager_means")
        super().__init__(data, initial={name: getattr(held, name) for name in names} | {"valid_from": today})
        below = Region.objects.current().within(user.region).exclude(pk=user.region.pk)
        self.fields["region"].queryset = below.select_related("parent").order_by("code")

    def values(self) -> dict:
        return dict(self.cleaned_data)
