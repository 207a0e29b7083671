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

    def _post_clean(self):
        """The service validates."""
