from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

from core.forms import EvidenceField, MoneyField, PortalForm, PortalModelForm, Section
from workers.enums import ContractKind, EndReason, WageMethod, WageUnit
from workers.forms.fields import choices
from workers.models import Engagement, LabourContract
from workers.services import why_not_sign

# Renewal and exit end a contract by themselves.
REASONS = [one for one in EndReason.choices if one[0] not in (EndReason.RENEWED, EndReason.EXIT)]


class ContractForm(PortalModelForm):
    scans = EvidenceField(
        label="合同扫描件或照片", required=False, help_text="可一次选多页；PDF、JPG 或 PNG，每个不超过 20 MB"
    )

    sections = [
        Section("合同", ["signed_on", "kind", "starts_on", "ends_on"]),
        Section("工资", ["wage_method", "wage_rate", "wage_unit", "pay_day"]),
        Section("扫描件", ["scans"], "手机上可直接拍照上传。"),
    ]

    class Meta:
        model = LabourContract
        fields = ["signed_on", "kind", "starts_on", "ends_on", "wage_method", "wage_rate", "wage_unit", "pay_day"]
        field_classes = {"wage_rate": MoneyField}

    def __init__(self, *args, engagement: Engagement, renewed: LabourContract | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.engagement, self.renewed = engagement, renewed
        self.fields["kind"].choices = choices(ContractKind, blank=False)
        self.fields["wage_unit"].choices = choices(WageUnit)
        self.fields["wage_unit"].help_text = "计件的填写：按米、平方米或立方米计价"
        self.fields["wage_rate"].help_text = "元：计日的填每日，计月的填每月，计件的填每单位"
        self.fields["pay_day"].validators += [MinValueValidator(1), MaxValueValidator(31)]
        self.fields["ends_on"].help_text = "以完成一定工作为期限的，可在工作完成后补填"

    def clean(self):
        values = super().clean()
        if values.get("wage_unit") and values.get("wage_method") != WageMethod.PIECE:
            self.add_error("wage_unit", "只有计件的填写计量单位；计日、计月的请留空。")
        open_end = not values.get("ends_on") and "ends_on" not in self.errors
        if values.get("kind") == ContractKind.FIXED_TERM and open_end:
            self.add_error("ends_on", "固定期限合同请填写合同终止日期。")
        contract = self.instance if self.instance.pk else None
        if self.renewed is None:
            self.add_problems(why_not_sign(self.engagement, values, timezone.localdate(), contract=contract))
        return values

    def _post_clean(self):
        """The service judges the whole contract; here only the fields."""

    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class ContractEndForm(PortalForm):
    on = forms.DateField(label="终止日期", initial=timezone.localdate)
    reason = forms.ChoiceField(label="终止原因", choices=[("", ""), *REASONS])
    note = forms.CharField(label="说明", required=False, max_length=200, widget=forms.Textarea({"rows": 2}))


class ScansForm(PortalForm):
    """Many people's scans at once, told apart by their file names."""

    scans = EvidenceField(
        label="合同扫描件",
        max_files=50,
        help_text="文件名含姓名或公民身份号码，如“张三.pdf”“张三-2.jpg”；一次最多 50 个，每个不超过 20 MB",
    )
