"""Corrections of the ledger, and the papers of an account."""

from django import forms
from django.utils import timezone

from accounts.enums import KINDS_IN, KINDS_OUT, MovementDirection, MovementKind
from accounts.models import LedgerEntry, TripartiteAgreement
from core.forms import EvidenceField, MoneyField, PortalForm, PortalModelForm, Section
from projects.models import Project


class ReverseForm(PortalForm):
    on = forms.DateField(label="冲正日期")
    serial = forms.CharField(
        label="银行冲正流水号", max_length=64, required=False, help_text="银行并无此笔、属于错误入库的，留空。"
    )
    reason = forms.CharField(label="冲正原因", max_length=100)


class ReclassifyForm(PortalForm):
    kind = forms.ChoiceField(label="更正为")
    reason = forms.CharField(label="理由", max_length=200, help_text="如“银行回单载明为保函手续费”。")

    def __init__(self, *args, entry: LedgerEntry, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = KINDS_IN if entry.direction == MovementDirection.IN else KINDS_OUT
        self.fields["kind"].choices = [
            (kind.value, kind.label) for kind in kinds if kind not in (entry.kind, MovementKind.REVERSAL)
        ]


class AgreementForm(PortalModelForm):
    sections = [
        Section("协议", ["number", "signed_on", "files"]),
        Section("签署", ["construction_unit", "construction_signatory", "contractor_signatory", "bank_signatory"]),
    ]
    files = EvidenceField(label="三方协议扫描件", help_text="PDF 或图片，最多 5 个。")

    class Meta:
        model = TripartiteAgreement
        fields = [
            "number",
            "signed_on",
            "construction_unit",
            "construction_signatory",
            "contractor_signatory",
            "bank_signatory",
        ]

    def __init__(self, *args, project: Project, **kwargs):
        unit = project.construction_unit
        super().__init__(*args, initial={"construction_unit": unit.name if unit else ""}, **kwargs)

    def _post_clean(self):
        """The service validates."""


class ClosingForm(PortalForm):
    sections = [
        Section("公示", ["begins_on", "place", "photos"], "公示 30 日，期满且没有未支付工资、未结案件后方可注销。"),
        Section("承诺与结余", ["promise", "surplus_to"]),
    ]
    begins_on = forms.DateField(label="公示开始日期")
    place = forms.CharField(label="公示地点", max_length=100)
    photos = EvidenceField(label="公示照片", help_text="照片或扫描件，1 至 5 个。")
    promise = EvidenceField(label="无拖欠承诺书扫描件", help_text="施工总承包单位盖章。")
    surplus_to = forms.CharField(
        label="结余处置", max_length=200, help_text="注销后余额归施工总承包单位：写明收款户名和账号后四位。"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, initial={"begins_on": timezone.localdate()}, **kwargs)


class SurplusForm(PortalForm):
    on = forms.DateField(label="划转日期")
    serial = forms.CharField(label="划转流水号", max_length=48)
    interest = MoneyField(label="销户结息（元）", required=False, help_text="划转前结清的利息；没有的留空。")
