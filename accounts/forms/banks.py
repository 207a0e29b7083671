from accounts.models import BankAgreement
from core.forms import EvidenceField, PortalModelForm, Section
from organizations.enums import OrganizationKind
from organizations.models import Organization


class BankAgreementForm(PortalModelForm):
    sections = [
        Section("协议", ["bank", "number", "valid_from", "valid_to", "files"]),
        Section("联系人", ["contact_name", "contact_phone"]),
    ]
    files = EvidenceField(label="协议扫描件", required=False, help_text="PDF 或图片，最多 5 个。")

    class Meta:
        model = BankAgreement
        fields = ["bank", "number", "valid_from", "valid_to", "contact_name", "contact_phone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["bank"].queryset = Organization.objects.filter(kind=OrganizationKind.BANK)

    def clean(self):
        values = super().clean()
        begins, ends = values.get("valid_from"), values.get("valid_to")
        if begins and ends and ends < begins:
            self.add_error("valid_to", "有效期至不能早于有效期自。")
        return values

    def _post_clean(self):
        """The service validates."""
