from datetime import date, timedelta

from django import forms

from alerts.enums import Level
from alerts.filters import places_for
from alerts.findings import settings_in_force
from alerts.models import RuleSetting
from alerts.rules import Parameter, Rule
from core.forms import PortalForm, Section
from organizations.enums import Industry
from organizations.models import Region


class RuleForm(PortalForm):
    """A rule's next version. Each threshold of the rule is a field of its own."""

    level = forms.ChoiceField(label="预警级别", choices=Level.choices)
    disposal_days = forms.IntegerField(label="处置期限（天）", min_value=1, max_value=365)
    enabled = forms.BooleanField(label="启用", required=False)
    region = forms.ChoiceField(label="适用地区", required=False)
    industry = forms.ChoiceField(label="适用行业", required=False)
    valid_from = forms.DateField(label="生效日期")
    reason = forms.CharField(label="变更说明", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    sections = (
        Section(
            "适用范围", ["region", "industry", "valid_from"], "地区、行业越具体越优先；同一范围以较新的版本为准。"
        ),
        Section("处置", ["level", "disposal_days", "enabled"]),
        Section("说明", ["reason"]),
    )

    def __init__(self, data=None, *, rule: type[Rule], user, today: date):
        self.rule = rule
        in_force = settings_in_force([rule.code], today)[rule.code]
        current = next((setting for setting in in_force if not setting.region_id and not setting.industry), None)
        held = current or RuleSetting(level=rule.level, disposal_days=rule.disposal_days, params=rule.defaults())
        first = {"level": held.level, "disposal_days": held.disposal_days, "enabled": held.enabled}
        super().__init__(data, initial=first | held.params | {"valid_from": today + timedelta(days=1)})
        self.fields["region"].choices = [("", "全省"), *places_for(user)]
        self.fields["industry"].choices = [("", "全部行业"), *Industry.choices]
        for name, parameter in rule.parameters.items():
            self.fields[name] = _number_field(parameter)
        self.sections = (Section("参数", list(rule.parameters)), *self.sections)

    def values(self) -> dict:
        values = dict(self.cleaned_data)
        params = {name: values.pop(name) for name in self.rule.parameters}
        region = Region.objects.filter(pk=values.pop("region")).first()
        return values | {"params": params, "region": region}


def _number_field(parameter: Parameter) -> forms.Field:
    label = f"{parameter.label}（{parameter.unit}）" if parameter.unit else parameter.label
    kind = forms.IntegerField if isinstance(parameter.default, int) else forms.DecimalField
    return kind(label=label, min_value=0)
