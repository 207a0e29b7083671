from core.forms import EvidenceField, MoneyField, PortalModelForm, Section
from projects.forms.fields import clean_uscc, not_in_future
from projects.models import PaymentGuarantee


class GuaranteeForm(PortalModelForm):
    sections = [
        Section("担保单位", ["kind", "guarantor_name", "guarantor_uscc"]),
        Section("担保", ["number", "amount", "starts_on", "ends_on"]),
        Section("担保文书", ["received_on", "files"], "收到担保文书后 3 个工作日内录入。"),
    ]
    files = EvidenceField(label="担保文书", required=False, help_text="PDF 或图片，最多 5 个。")

    class Meta:
        model = PaymentGuarantee
        fields = [
            "kind",
            "guarantor_name",
            "guarantor_uscc",
            "number",
            "amount",
            "starts_on",
            "ends_on",
            "received_on",
        ]
        field_classes = {"amount": MoneyField}
        labels = {"amount": "担保金额（元）"}

    def clean_guarantor_uscc(self) -> str:
        return clean_uscc(self.cleaned_data["guarantor_uscc"])

    def clean_received_on(self):
        return not_in_future(self.cleaned_data["received_on"])

    def _post_clean(self):
        """The service validates."""
