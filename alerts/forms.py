"""The acts on a warning as forms: each knows who may do it and which service does it."""

from datetime import date, timedelta

from django import forms

from alerts import permissions, services
from alerts.enums import Level
from alerts.filters import places_for
from alerts.models import CaseLead, RuleSetting, Warning
from alerts.rules import Parameter, Rule
from alerts.services.proposals import setting_at
from core.forms import EvidenceField, PortalForm, Section
from organizations.enums import AUTHORITIES, Industry, Role
from organizations.models import Region
from organizations.selectors import regions_for


class ActForm(PortalForm):
    """`seen` is the state the page showed: whoever acts on another one is told that somebody was quicker."""

    key = title = submit = done = hint = ""
    tone = "primary"
    icon = ""
    roles: tuple[str, ...] = AUTHORITIES
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data=None, files=None, *, warning: Warning):
        super().__init__(data, files, prefix=self.key, initial={"seen": warning.state})
        self.warning = warning

    @staticmethod
    def may(user, warning: Warning) -> bool:
        raise NotImplementedError

    def act(self, by) -> None:
        raise NotImplementedError


class AcceptForm(ActForm):
    key, title, submit, icon = "accept", "签收", "签收", "check"
    done = "已签收，请在处置期限内核实办结。"
    may = staticmethod(permissions.can_accept)

    def act(self, by) -> None:
        services.accept(warning=self.warning, by=by, seen=self.cleaned_data["seen"])


class VerifyForm(ActForm):
    key, title, submit, icon = "verify", "核实", "开始核实", "search"
    done = "已转入核实。"
    may = staticmethod(permissions.can_verify)
    text = forms.CharField(label="核实情况", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))

    def act(self, by) -> None:
        services.verify(warning=self.warning, text=self.cleaned_data["text"], by=by, seen=self.cleaned_data["seen"])


class ReleaseForm(ActForm):
    key, title, submit, icon = "release", "解除预警", "解除", "shield"
    hint = "数据已改正的，系统会自动解除，不必手工操作。事实没有变化时，同一事项不会再次预警。"
    done = "预警已解除。"
    may = staticmethod(permissions.can_release)
    text = forms.CharField(label="解除理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    files = EvidenceField(label="证据材料", help_text="PDF 或图片，至少 1 个，最多 5 个。")

    def act(self, by) -> None:
        values = self.cleaned_data
        services.release(warning=self.warning, text=values["text"], files=values["files"], by=by, seen=values["seen"])


class TransferForm(ActForm):
    key, title, submit, icon, tone = "transfer", "转案源", "转为案源", "flag", "danger"
    hint = "涉嫌违法的转入案源，由劳动保障监察立案查处或协调处理。"
    done = "已转为案源。"
    may = staticmethod(permissions.can_transfer)
    reason = forms.CharField(label="移送理由", max_length=900, widget=forms.Textarea(attrs={"rows": 4}))

    def act(self, by) -> None:
        values = self.cleaned_data
        services.transfer(warning=self.warning, reason=values["reason"], by=by, seen=values["seen"])


class NoteForm(ActForm):
    key, title, submit, icon = "note", "补充说明", "保存", "edit"
    done = "说明已保存。"
    may = staticmethod(permissions.can_note)
    text = forms.CharField(label="说明", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    files = EvidenceField(label="附件", required=False, help_text="PDF 或图片，最多 5 个。")

    def act(self, by) -> None:
        services.note(warning=self.warning, text=self.cleaned_data["text"], files=self.cleaned_data["files"], by=by)


class ReplyForm(ActForm):
    key, title, submit, icon = "reply", "情况说明", "提交", "edit"
    hint = "说明整改、补发等情况，可附凭证；处置机关能看到，预警仍按“如何解除”办结。"
    done = "情况说明已提交，处置机关可以看到。"
    roles = (Role.CLERK,)
    may = staticmethod(permissions.can_reply)
    text = forms.CharField(label="情况说明", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    files = EvidenceField(label="附件", required=False, help_text="PDF 或图片，最多 5 个。")

    def act(self, by) -> None:
        services.reply(warning=self.warning, text=self.cleaned_data["text"], files=self.cleaned_data["files"], by=by)


ACTS = {form.key: form for form in (AcceptForm, VerifyForm, ReleaseForm, TransferForm, NoteForm, ReplyForm)}


class CaseLeadForm(PortalForm):
    """Only the steps that follow the state the case is in. Closing is confirmed; taking it back says why."""

    state = forms.ChoiceField(label="办理结果")
    text = forms.CharField(label="说明", max_length=900, widget=forms.Textarea(attrs={"rows": 4}))
    confirm = forms.BooleanField(
        label="确认结案", required=False, help_text="结案须勾选；结案后，数据再次触发的将产生新预警。"
    )

    def __init__(self, data=None, *, lead: CaseLead):
        super().__init__(data)
        self.fields["state"].choices = [("", ""), *((step, step.label) for step in CaseLead.NEXT[lead.state])]
        if CaseLead.State.CLOSED not in CaseLead.NEXT[lead.state]:
            del self.fields["confirm"]
        if lead.state == CaseLead.State.CLOSED:
            self.fields["state"].label, self.fields["text"].label = "恢复为", "撤销原因"

    def clean(self):
        values = super().clean()
        if values.get("state") == CaseLead.State.CLOSED and not values.get("confirm"):
            self.add_error("confirm", "请勾选“确认结案”。")
        values.pop("confirm", None)
        return values


class RuleForm(PortalForm):
    """A proposed change of a rule. Each threshold of the rule is a field of its own."""

    level = forms.ChoiceField(label="预警级别", choices=Level.choices)
    disposal_days = forms.IntegerField(label="处置期限（天）", min_value=1, max_value=365)
    enabled = forms.BooleanField(label="启用", required=False)
    region = forms.ChoiceField(label="适用地区", required=False)
    industry = forms.ChoiceField(label="适用行业", required=False)
    valid_from = forms.DateField(label="生效日期")
    valid_to = forms.DateField(
        label="失效日期", required=False, help_text="试行的填写；自该日起恢复此前的设置。不填为长期有效。"
    )
    reason = forms.CharField(label="变更说明", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    sections = (
        Section(
            "适用范围",
            ["region", "industry", "valid_from", "valid_to"],
            "地区、行业越具体越优先；同一范围以较新的版本为准。",
        ),
        Section("处置", ["level", "disposal_days", "enabled"]),
        Section("说明", ["reason"]),
    )

    def __init__(self, data=None, *, rule: type[Rule], user, today: date):
        self.rule = rule
        is_province = permissions.can_decide_rules(user)
        held = setting_at(rule.code, None if is_province else user.region, "", today)
        held = held or RuleSetting(level=rule.level, disposal_days=rule.disposal_days, params=rule.defaults())
        first = {"level": held.level, "disposal_days": held.disposal_days, "enabled": held.enabled}
        super().__init__(data, initial=first | held.params | {"valid_from": today + timedelta(days=1)})
        self.fields["region"].choices = [("", "全省"), *places_for(user)] if is_province else _own_places(user)
        self.fields["industry"].choices = [("", "全部行业"), *Industry.choices]
        for name, parameter in rule.parameters.items():
            self.fields[name] = _number_field(parameter)
        self.sections = (Section("参数", list(rule.parameters)), *self.sections)

    def values(self) -> dict:
        values = dict(self.cleaned_data)
        params = {name: values.pop(name) for name in self.rule.parameters}
        region = Region.objects.filter(pk=values.pop("region")).first()
        return values | {"params": params, "region": region}


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


def _number_field(parameter: Parameter) -> forms.Field:
    label = f"{parameter.label}（{parameter.unit}）" if parameter.unit else parameter.label
    kind = forms.IntegerField if isinstance(parameter.default, int) else forms.DecimalField
    return kind(label=label, min_value=0)
