from datetime import date

from django import forms

from core.forms import PortalForm
from organizations.enums import RegionLevel
from organizations.models import Region
from organizations.selectors import regions_for
from projects.forms.fields import place_choices


def _reason(label: str, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, max_length=400, required=required, widget=forms.Textarea({"rows": 3}))


class RegionField(forms.ModelChoiceField):
    """Places to choose from, by prefecture."""

    def offer(self, places, *, blank: str = "") -> None:
        self.queryset = places
        self.choices = [*([("", blank)] if blank else []), *_with_province(places)]


def _with_province(places) -> list:
    own = [(place.pk, place.name) for place in places if place.level == RegionLevel.PROVINCE]
    return [*own, *place_choices(places)]


class ConfirmForm(PortalForm):
    region = RegionField(Region.objects.none(), label="管辖属地")

    def __init__(self, *args, user, project, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["region"].offer(regions_for(user))
        self.initial["region"] = project.jurisdiction_id


class ExtensionForm(PortalForm):
    until = forms.DateField(label="延至")
    reason = _reason("特殊情况说明")

    def __init__(self, *args, last: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["until"] = last
        self.fields["until"].help_text = f"最迟 {last:%Y-%m-%d}（纳入监管之日起 30 日内），须经省人社部门同意"


class MoveForm(PortalForm):
    """To a place of the own region, which is done at once, or to another one, which an office above decides."""

    region = RegionField(Region.objects.none(), label="变更为", required=False)
    reason = _reason("变更理由")

    def __init__(self, *args, user, project, **kwargs):
        super().__init__(*args, **kwargs)
        province = Region.objects.current().filter(code__startswith=user.region.code[: RegionLevel.PROVINCE])
        is_province = user.level == RegionLevel.PROVINCE
        self.fields["region"].offer(
            province.exclude(pk=project.jurisdiction_id),
            blank="请选择" if is_province else "不清楚，由上级指定",
        )
        self.fields["region"].required = is_province
        if user.level != RegionLevel.PROVINCE:
            self.fields[
                "region"
            ].help_text = "本辖区内的立即变更；其他地区的由上级人社部门决定，决定前仍由现管辖地负责"


class RequestAnswerForm(PortalForm):
    """Agreeing or refusing; the button that was pressed says which."""

    region = RegionField(Region.objects.none(), label="由哪里管辖", required=False)
    text = _reason("答复意见", required=False)

    def __init__(self, *args, user, asked, **kwargs):
        super().__init__(*args, **kwargs)
        if asked.is_extension:
            del self.fields["region"]
        else:
            self.fields["region"].offer(regions_for(user), blank="请选择")
            self.initial["region"] = asked.to_region_id
        self.fields["text"].help_text = "不同意的，必须写明理由"
