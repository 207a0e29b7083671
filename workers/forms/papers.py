"""Forms for what a person can show: certificate, photo, wage card, insurance, appraisal."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.forms import DigitsInput, EvidenceField, PhotoField, PortalForm, PortalModelForm, Section
from core.spreadsheets import values as clean
from workers.enums import SPECIAL_TRADES, CardKind
from workers.forms.fields import CleanedField, choices
from workers.models import Appraisal, Certificate, Insurance
from workers.services import why_not_certify

FILES_HELP = "PDF、JPG 或 PNG，可多选，每个不超过 20 MB"


class PaperForm(PortalModelForm):
    """The service judges the whole; here only the fields."""

    def _post_clean(self):
        pass

    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class CertificateForm(PaperForm):
    number = forms.CharField(label="证书编号", max_length=60)
    scan = EvidenceField(label="证书扫描件", required=False, help_text=FILES_HELP)

    sections = [
        Section("证书", ["kind", "title", "trade", "number", "issuer"]),
        Section("有效期", ["issued_on", "expires_on", "status"]),
        Section("扫描件", ["scan"]),
    ]

    class Meta:
        model = Certificate
        fields = ["kind", "title", "trade", "number", "issuer", "issued_on", "expires_on", "status"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        names = "、".join(trade.label for trade in SPECIAL_TRADES)
        self.fields["trade"].help_text = f"特种作业操作证必选：{names}"

    def clean_number(self) -> str:
        return "".join(self.cleaned_data["number"].split())

    def clean(self):
        values = super().clean()
        self.add_problems(why_not_certify(values))
        return values


class PhotoForm(PortalForm):
    """Two ways to one photo: a phone's camera, or a file that is there."""

    camera = PhotoField(
        label="拍照",
        required=False,
        widget=forms.FileInput({"accept": "image/*", "capture": "environment", "data-portrait": ""}),
        help_text="手机上直接打开相机；正面、免冠，脸部居中",
    )
    file = PhotoField(label="或选择照片", required=False)

    def clean(self):
        values = super().clean()
        values["content"] = values.get("camera") or values.get("file")
        if not values["content"] and not self.errors:
            raise ValidationError("请拍照或选择一张照片。")
        return values


class CardForm(PortalForm):
    number = CleanedField(label="银行卡号", cleaner=clean.card, widget=DigitsInput)
    bank_name = CleanedField(
        label="开户行", cleaner=clean.text, required=False, max_length=100, help_text="不填的，常见银行按卡号识别"
    )
    kind = forms.ChoiceField(label="卡种", choices=choices(CardKind, blank=False), initial=CardKind.ORDINARY)

    sections = [
        Section(
            "本人银行卡",
            ["number", "bank_name", "kind"],
            "须为本人的卡；任何单位不得扣押农民工的社会保障卡或银行卡。",
        )
    ]


class ReasonForm(PortalForm):
    """The one sentence of a dialog."""

    text = forms.CharField(label="原因", max_length=200, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args, label: str = "原因", max_length: int = 200, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
        self.fields["text"].max_length = max_length
        self.fields["text"].error_messages["required"] = f"请填写{label}。"


class InsuranceForm(PaperForm):
    policy = EvidenceField(label="保单或参保证明", required=False, help_text=FILES_HELP)

    sections = [
        Section("保险", ["kind", "insurer", "number", "engagement"]),
        Section("有效期", ["starts_on", "ends_on"]),
        Section("凭证", ["policy"]),
    ]

    class Meta:
        model = Insurance
        fields = ["kind", "insurer", "number", "engagement", "starts_on", "ends_on"]

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["engagement"]
        field.queryset, field.required, field.empty_label = people, False, "本项目全体人员"
        field.label_from_instance = lambda engagement: f"{engagement.worker.name}（{engagement.worker.id_last4}）"
        field.help_text = "建设项目一般按项目参保，覆盖全体人员；只为个人投保的选择该人"

    def clean(self):
        values = super().clean()
        starts, ends = values.get("starts_on"), values.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "终止日期不能早于生效日期。")
        return values


class AppraisalForm(PaperForm):
    evidence = EvidenceField(label="佐证材料", required=False, help_text=FILES_HELP)

    class Meta:
        model = Appraisal
        fields = ["kind", "happened_on", "reason"]
        widgets = {"reason": forms.Textarea({"rows": 4}), "kind": forms.RadioSelect}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [choice for choice in self.fields["kind"].choices if choice[0]]
        self.fields["reason"].help_text = "写明经过和依据；本人可以提出陈述。依法讨薪、投诉举报不得记为不良行为。"
        self.fields["happened_on"].initial = timezone.localdate
