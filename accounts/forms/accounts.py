from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import permissions, selectors, services
from accounts.models import SpecialAccount
from core import identity
from core.forms import DigitsInput, PortalForm, Section
from organizations.enums import OrganizationKind, Role
from organizations.models import Organization
from projects.enums import ParticipantType
from projects.models import Project

DATES_WRONG = "开户日期不能晚于今天。"


class AccountForm(PortalForm):
    """An account as its opening papers say. A bank's clerk is not asked for the bank: it is their own."""

    sections = [
        Section(
            "开户信息",
            ["project_code", "holder", "name", "number"],
            "专户名称应为“施工总承包单位＋项目名称＋农民工工资专用账户”。",
        ),
        Section("共用专户", ["share"]),
        Section("银行", ["bank", "bank_name", "opened_on", "changed_on"]),
    ]

    holder = forms.ModelChoiceField(label="开户单位", queryset=Organization.objects.none())
    name = forms.CharField(label="专户名称", max_length=300)
    number = forms.CharField(
        label="银行账号", max_length=40, widget=DigitsInput, help_text="保存后不能修改；错号请注销后重新登记。"
    )
    bank = forms.ModelChoiceField(label="银行", queryset=Organization.objects.none())
    bank_name = forms.CharField(label="开户银行", max_length=200, help_text="具体到支行，如“中国工商银行临沧分行”。")
    opened_on = forms.DateField(label="开户日期")
    changed_on = forms.DateField(label="变更日期", required=False, help_text="变更后 3 个工作日内报送。")
    share = forms.BooleanField(label="同一专户用于本项目", required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user, project: Project | None = None, account: SpecialAccount | None = None, **kwargs):
        initial = _facts(account) if account else _suggested(project)
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        self.user, self.project = user, project
        if user.role == Role.BANK:
            del self.fields["bank"]
        else:
            self.fields["bank"].queryset = Organization.objects.filter(kind=OrganizationKind.BANK)
        if account:
            del self.fields["number"], self.fields["share"]
            self.initial["changed_on"] = timezone.localdate()
        else:
            del self.fields["changed_on"]
        self._choose_holder(project, account)

    def _choose_holder(self, project: Project | None, account: SpecialAccount | None) -> None:
        field = self.fields["holder"]
        if account:
            field.queryset = Organization.objects.filter(pk=account.holder_id)
        elif project:
            leading = {"project": project, "participant_type": ParticipantType.GENERAL_CONTRACTOR}
            units = project.participations.filter(**leading).values("organization")
            field.queryset = Organization.objects.filter(pk__in=list(units.values_list("organization", flat=True)))
        else:
            del self.fields["holder"]

    def clean_number(self) -> str:
        return identity.check_account(self.cleaned_data["number"])

    def clean_opened_on(self):
        opened_on = self.cleaned_data["opened_on"]
        if opened_on > timezone.localdate():
            raise ValidationError(DATES_WRONG)
        return opened_on

    def clean_changed_on(self):
        changed_on = self.cleaned_data["changed_on"]
        if changed_on and changed_on > timezone.localdate():
            raise ValidationError("变更日期不能晚于今天。")
        return changed_on

    def clean(self) -> None:
        """A number that is registered already: refused, or one account for several projects, said and confirmed."""
        super().clean()
        number = self.cleaned_data.get("number")
        holder = self.cleaned_data.get("holder") or (self.project and self.project.general_contractor)
        account = selectors.account_numbered(number) if number and holder else None
        if account is None or self.errors:
            return
        if refusal := self._refusal(account, holder):
            self.add_error(*refusal)
        elif not self.cleaned_data.get("share") and not self._serves_already(account):
            self.fields["share"].widget = forms.CheckboxInput()
            self.add_error("share", f"{self._serves(account)}如确为同一专户，请勾选。{self._unlike(account)}")

    def _refusal(self, account: SpecialAccount, holder: Organization) -> tuple[str, str] | None:
        """(field, why) where the number cannot be this project's."""
        if not permissions.can_share_account(self.user, account, holder):
            return "number", services.ANOTHER_HOLDER
        if account.is_cancelled:
            return "number", services.ALREADY_CANCELLED
        if account.bank_id not in (None, self.facts()["bank"].pk):
            return "bank", services.ANOTHER_BANK
        if self._serves_already(account) and (unlike := self._unlike(account)):
            return "number", f"本项目已登记该账号，如需修改请打开该专户。{unlike}"
        return None

    def _serves_already(self, account: SpecialAccount) -> bool:
        return self.project.account_links.filter(account=account).exists()

    def _serves(self, account: SpecialAccount) -> str:
        """Only projects the user sees are named."""
        projects = Project.objects.visible_to(self.user).filter(account_links__account=account).order_by("-pk")[:3]
        names = "、".join(f"“{project.name}”" for project in projects)
        return f"该账号已用于{names or '开户单位的其他项目'}。"

    def _unlike(self, account: SpecialAccount) -> str:
        """What is registered is told to those who see the account; others learn only what of theirs is not taken."""
        seen = SpecialAccount.objects.visible_to(self.user).filter(pk=account.pk).exists()
        unlike = selectors.unlike_registered(account, self.facts())
        told = "、".join(f"{label}（登记为“{value}”）" if seen else label for label, value in unlike)
        return f"以下所填与已登记的不同，不会采用：{told}。" if told else ""

    def facts(self) -> dict:
        """What the services take."""
        facts = dict(self.cleaned_data)
        facts.pop("share", None)
        if self.user.role == Role.BANK:
            facts["bank"] = self.user.organization
        return facts


class BankAccountForm(AccountForm):
    """By the bank's clerk, who sees a project only once the bank keeps an account for it: named by its exact code."""

    project_code = forms.CharField(
        label="项目编码", max_length=32, help_text="向施工总承包单位索取，须与平台上的编码完全一致。"
    )

    def clean_project_code(self) -> str:
        code = self.cleaned_data["project_code"].strip()
        self.project = Project.by_code(code)
        if self.project is None:
            raise ValidationError("平台上没有这个编码的项目，请核对。")
        if not self.project.is_open:
            raise ValidationError("该项目已完工，不再登记专户。")
        return code

    def facts(self) -> dict:
        facts = super().facts()
        facts.pop("project_code")
        return facts


class CancelForm(PortalForm):
    on = forms.DateField(label="注销日期")

    def clean_on(self):
        on = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise ValidationError("注销日期不能晚于今天。")
        return on


def _facts(account: SpecialAccount) -> dict:
    names = ("holder", "name", "bank", "bank_name", "opened_on")
    return {name: getattr(account, name) for name in names}


def _suggested(project: Project | None) -> dict:
    contractor = project.general_contractor if project else None
    return {"holder": contractor, "name": f"{contractor}{project}农民工工资专用账户"} if contractor else {}
