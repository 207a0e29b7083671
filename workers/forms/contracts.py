from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

from core.forms import MoneyField, PortalModelForm, Section
from workers.enums import ContractKind
from workers.forms.fields import ServiceErrorsMixin, choices
from workers.models import Engagement, LabourContract
from workers.services import why_not_sign


class ContractForm(ServiceErrorsMixin, PortalModelForm):
    scan = forms.FileField(label="合同扫描件", required=False, help_text="PDF、JPG 或 PNG，不超过 20 MB")

    sections = [
        Section("合同", ["signed_on", "kind", "starts_on", "ends_on"]),
        Section("工资", ["wage_method", "wage_rate", "pay_day"]),
        Section("扫描件", ["scan"]),
    ]

    class Meta:
        model = LabourContract
        fields = ["signed_on", "kind", "starts_on", "ends_on", "wage_method", "wage_rate", "pay_day"]
        field_classes = {"wage_rate": MoneyField}

    def __init__(self, *args, engagement: Engagement, **kwargs):
        super().__init__(*args, **kwargs)
        self.engagement = engagement
        self.fields["kind"].choices = choices(ContractKind, blank=False)
        self.fields["pay_day"].validators += [MinValueValidator(1), MaxValueValidator(31)]
        self.fields["ends_on"].help_text = "以完成一定工作为期限的，可在工作完成后补填"

    def clean(self):
        values = super().clean()
        contract = self.instance if self.instance.pk else None
        self.add_problems(why_not_sign(self.engagement, values, timezone.localdate(), contract=contract))
        return values

    def _post_clean(self):
        """The service judges the whole contract; here only the fields."""

    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in self._meta.fields}
