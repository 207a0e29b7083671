from datetime import date, timedelta

from django import forms

from alerts import permissions
from alerts.enums import Level
from alerts.filters import places_for
from alerts.models import RuleSetting
from alerts.models.rule import Part
from alerts.rules import Parameter, Rule
from alerts.services.proposals import setting_at
from core.forms import PortalForm, Section
from organizations.enums import Industry
from organizations.selectors import regions_for


class RuleForm(PortalForm):
    """A proposed change of a rule. Each threshold of the rule is a field of its own."""

    level = forms.ChoiceField(label="预警级别", choices=Level.choices)
    disposal_days = forms.IntegerField(label="处置期限（天）", min_value=1, max_value=365)
    enabled = forms.BooleanField(label="启用", required=False)
    regions = forms.MultipleChoiceField(label="适用地区", required=False, widget=forms.CheckboxSelectMultiple)
    industries = forms.MultipleChoiceField(
        label="适用行业",
        required=False,
        choices=Industry.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="不勾选为全部行业；可勾选几个。",
    )
    valid_from = forms.DateField(label="生效日期")
    valid_to = forms.DateField(
        label="失效日期", required=False, help_text="试行的填写；自该日起恢复此前的设置。不填为长期有效。"
    )
    reason = forms.CharField(label="变更说明", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    sections = (
        Section(
            "适用范围",
            ["regions", "industries", "valid_from", "valid_to"],
            "可以同时选几个地区、几个行业，一次试算、一次审批。地区、行业越具体越优先："
            "已有自己设置的县不随所在市变更，要变更的请同时勾选；同一范围以较新的版本为准。",
        ),
        Section("处置", ["level", "disposal_days", "enabled"]),
        Section("说明", ["reason"]),
    )

    def __init__(self, data=None, *, rule: type[Rule], user, today: date):
        self.rule = rule
        is_province = permissions.can_decide_rules(user)
        held = setting_at(rule.code, [Part("" if is_province else user.region.code, "")], today)
        held = held or RuleSetting(level=rule.level, disposal_days=rule.disposal_days, params=rule.defaults())
        first = {"level": held.level, "disposal_days": held.disposal_days, "enabled": held.enabled}
        super().__init__(
            data, initial=first | rule.defaults() | held.params | {"valid_from": today + timedelta(days=1)}
        )
        self.fields["regions"].choices = places_for(user) if is_province else _own_places(user)
        self.fields["regions"].help_text = "不勾选为全省；可勾选几个。" if is_province else "可勾选几个。"
        for name, parameter in rule.parameters.items():
            self.fields[name] = _number_field(parameter, "" if is_province else _may_be(parameter))
        self.sections = (Section("参数", list(rule.parameters)), *self.sections)

    def values(self) -> dict:
        values = dict(self.cleaned_data)
        params = {name: values.pop(name) for name in self.rule.parameters}
        return values | {"params": params}


class ApprovalForm(PortalForm):
    opinion = forms.CharField(
        label="审批意见", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class RefusalForm(PortalForm):
    reason = forms.CharField(label="不予批准的原因", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class WithdrawalForm(PortalForm):
    reason = forms.CharField(
        label="撤回原因", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


def _own_places(user) -> list[tuple[str, str]]:
    """A prefecture with its counties."""
    regions = regions_for(user).order_by("code")
    return [(region.pk, f"{region.name}（全部）" if region == user.region else region.name) for region in regions]


def _may_be(parameter: Parameter) -> str:
    """What an area may do with it."""
    return {"less": "本地可以改小（更严）。", "more": "本地可以改大（更严）。"}.get(
        parameter.stricter, "由省级统一设置，本地不能变更。"
    )


def _number_field(parameter: Parameter, help_text: str) -> forms.Field:
    label = f"{parameter.label}（{parameter.unit}）" if parameter.unit else parameter.label
    kind = forms.IntegerField if isinstance(parameter.default, int) else forms.DecimalField
    return kind(label=label, min_value=0, help_text=help_text)
