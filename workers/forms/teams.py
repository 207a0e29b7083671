from django import forms
from django.utils import timezone

from core import identity
from core.forms import DigitsInput, IdNumberInput, PortalForm, PortalModelForm, Section
from core.spreadsheets import values as clean
from workers.forms.fields import CleanedField
from workers.models import Engagement, Team
from workers.services.teams import units_of


class TeamForm(PortalModelForm):
    name = CleanedField(label="班组名称", cleaner=clean.text, max_length=100)
    leader_name = CleanedField(label="班组长", cleaner=clean.name, required=False)
    leader_phone = CleanedField(label="班组长电话", cleaner=clean.phone, required=False, widget=DigitsInput)
    leader_id_number = CleanedField(
        label="班组长公民身份号码", cleaner=clean.id_number, required=False, widget=IdNumberInput
    )

    sections = [
        Section("班组", ["name", "employer", "entered_on", "remark"]),
        Section("班组长", ["leader_name", "leader_phone", "leader_id_number"]),
    ]

    class Meta:
        model = Team
        fields = ["name", "employer", "entered_on", "remark", "leader_name"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        units = units_of(self.instance.project)
        self.fields["employer"].queryset = units
        self.fields["employer"].label_from_instance = lambda unit: str(unit)
        self.fields["employer"].help_text = "与班组签订劳动合同的单位：分包单位或施工总承包单位"
        if self.instance.leader_phone:
            self._keep_secret("leader_phone", identity.mask_phone(self.instance.leader_phone))
        if self.instance.leader_id_last4:
            self._keep_secret("leader_id_number", f"尾号 {self.instance.leader_id_last4}")

    def _keep_secret(self, name: str, shown: str) -> None:
        self.fields[name].help_text = f"已登记 {shown}；不改请留空"

    def _post_clean(self):
        """The service judges the whole team; here only the fields."""

    def facts(self) -> dict:
        facts = {name: self.cleaned_data[name] for name in self._meta.fields}
        secret = {name: self.cleaned_data[name] for name in ("leader_phone", "leader_id_number")}
        return facts | {name: value for name, value in secret.items() if value}


class MoveForm(PortalForm):
    """Which people of a team go to which other one."""

    to = forms.ModelChoiceField(label="调入班组", queryset=None)
    people = forms.ModelMultipleChoiceField(
        label="人员", queryset=None, widget=forms.CheckboxSelectMultiple, error_messages={"required": "请勾选人员。"}
    )

    def __init__(self, *args, team: Team, **kwargs):
        super().__init__(*args, **kwargs)
        teams = Team.objects.unscoped("the project is in scope").filter(project=team.project_id, exited_on=None)
        self.fields["to"].queryset = teams.exclude(pk=team.pk).order_by("name")
        people = Engagement.objects.unscoped("the team is in scope").filter(team=team, exited_on=None)
        self.fields["people"].queryset = people.select_related("worker").defer("worker__id_number", "worker__phone")
        self.fields["people"].label_from_instance = self._label

    @staticmethod
    def _label(person: Engagement) -> str:
        return f"{person.worker.name}（{person.get_trade_display() or '工种未填'}，{person.worker.masked_id}）"

    def refuse(self, error) -> None:
        self.add_error(None, error)


class TeamExitForm(PortalForm):
    on = forms.DateField(label="班组退场日期", initial=timezone.localdate)
