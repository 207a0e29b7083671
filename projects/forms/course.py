from django import forms
from django.utils import timezone

from core.forms import EvidenceField, PortalForm, Section
from projects.enums import MilestoneKind
from projects.models import Suspension


class SuspensionForm(PortalForm):
    """A correction: the days as they were, and why they were entered otherwise."""

    began_on = forms.DateField(label="停工日期", help_text="停工的第一天")
    ended_on = forms.DateField(label="复工日期", help_text="恢复施工的第一天")
    reason = forms.CharField(
        label="更正原因", max_length=300, widget=forms.Textarea({"rows": 2}), help_text="写明依据，如停工、复工通知书"
    )

    def __init__(self, *args, span: Suspension, **kwargs):
        super().__init__(*args, initial={"began_on": span.began_on, "ended_on": span.ended_on}, **kwargs)
        if span.ended_on is None:
            del self.fields["ended_on"]

    def facts(self) -> dict:
        return {"ended_on": None} | self.cleaned_data


class AcceptanceForm(PortalForm):
    kind = forms.ChoiceField(
        label="验收种类",
        choices=[(kind, kind.label) for kind in (MilestoneKind.ACCEPTANCE, MilestoneKind.PART_ACCEPTANCE)],
    )
    on = forms.DateField(label="验收日期", initial=timezone.localdate)
    part = forms.CharField(label="分部分项名称", max_length=100, required=False, help_text="分部分项验收须填写")

    def clean(self):
        values = super().clean()
        if values.get("kind") == MilestoneKind.ACCEPTANCE:
            values["part"] = ""
        return values


class AnswerForm(PortalForm):
    """Both questions are answered one by one; either no makes it an objection."""

    ANSWERS = [("", "请选择"), ("yes", "是"), ("no", "否")]
    sections = [
        Section("确认意见", ["real_name_conforms", "wages_paid", "note"], "两项均为“是”即予以确认，否则为不予确认。"),
        Section("佐证材料", ["files"]),
    ]
    real_name_conforms = forms.ChoiceField(label="平台实名制管理是否符合要求", choices=ANSWERS)
    wages_paid = forms.ChoiceField(label="工资是否按时发放完毕", choices=ANSWERS)
    note = forms.CharField(
        label="说明", max_length=1000, required=False, widget=forms.Textarea({"rows": 3}), help_text="不予确认的必填"
    )
    files = EvidenceField(label="附件", required=False, help_text="PDF 或图片，最多 5 个。")

    def clean(self):
        values = super().clean()
        for name in ("real_name_conforms", "wages_paid"):
            if name in values:
                values[name] = values[name] == "yes"
        objects = not all(values.get(name, True) for name in ("real_name_conforms", "wages_paid"))
        if objects and not values.get("note", "").strip():
            self.add_error("note", "不予确认的，请写明理由。")
        return values
