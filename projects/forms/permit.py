"""Decisions about permits on the department's list, and subcontracts put on record."""

from decimal import Decimal

from django import forms
from django.core.validators import MinValueValidator

from core.forms import EvidenceField, MoneyField, PortalForm, PortalModelForm
from projects.enums import SetAsideReason
from projects.forms.fields import not_in_future
from projects.forms.project import DayForm
from projects.models import Permit, Project, Subcontract

AS_NEW = "新增登记一张施工许可证"


class AcceptForm(PortalForm):
    """One more permit of the project, or the right number of one that is there."""

    instead_of = forms.ModelChoiceField(
        label="登记方式", queryset=Permit.objects.none(), required=False, empty_label=AS_NEW
    )

    def __init__(self, *args, project: Project, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["instead_of"]
        field.queryset = project.permits.exclude(number="")
        field.empty_label = AS_NEW
        field.label_from_instance = lambda permit: f"更正原编号 {permit.number}"


class SetAsideForm(PortalForm):
    reason = forms.ChoiceField(label="不纳入原因", choices=[("", ""), *SetAsideReason.choices])
    note = forms.CharField(label="说明", max_length=400, required=False, widget=forms.Textarea({"rows": 2}))


class SubcontractForm(PortalModelForm):
    scans = EvidenceField(label="合同扫描件", required=False, help_text="PDF 或图片，可选多个")

    class Meta:
        model = Subcontract
        fields = ["number", "scope_of_work", "amount", "labour_share", "signed_on"]
        field_classes = {"amount": MoneyField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].validators.append(MinValueValidator(Decimal("0.01"), "金额应大于零。"))
        if self.instance.pk:
            self.fields["scans"].help_text = "已有扫描件；补充的另存一份，原件不变"

    def clean_signed_on(self):
        return not_in_future(self.cleaned_data["signed_on"])

    def _post_clean(self):
        """The service validates."""


class WithdrawForm(DayForm):
    reason = forms.CharField(label="撤销原因", max_length=400, widget=forms.Textarea({"rows": 2}))
