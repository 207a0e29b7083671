from django import forms

from accounts import selectors, services
from accounts.bank_files import layout_for
from accounts.enums import BankFile
from accounts.models import PayrollSheet, SpecialAccount
from core.forms import PortalForm
from projects.models import Project


class SheetChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, sheet: PayrollSheet) -> str:
        return f"{sheet}（{sheet.get_state_display()}）"


class HandOverForm(PortalForm):
    """Which approved sheets, from which account. The layout follows the account's bank unless another is chosen."""

    sheet = SheetChoices(label="工资表", queryset=PayrollSheet.objects.none(), widget=forms.CheckboxSelectMultiple)
    account = forms.ModelChoiceField(label="付款专户", queryset=SpecialAccount.objects.none())
    layout = forms.ChoiceField(
        label="文件格式", choices=[("", ""), *BankFile.choices], required=False, help_text="不选则按专户的开户银行。"
    )

    def __init__(self, *args, project: Project, user, **kwargs):
        super().__init__(*args, **kwargs)
        own = SpecialAccount.objects.visible_to(user)
        self.fields["account"].queryset = accounts = selectors.usable_accounts(project, own)
        self.fields["sheet"].queryset = services.payable_sheets(project)
        self.fields["layout"].choices = [("", "按开户银行"), *BankFile.choices]
        if len(only := list(accounts[:2])) == 1:
            self.fields["account"].initial = only[0].pk

    def clean(self) -> None:
        super().clean()
        account = self.cleaned_data.get("account")
        if account and not self.cleaned_data.get("layout"):
            self.cleaned_data["layout"] = layout_for(account.bank)
