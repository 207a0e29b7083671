from django import forms
from django.utils import timezone

from core.forms import EvidenceField, IdNumberInput, PhotoField, PortalForm, Section
from core.identity import check_phone
from organizations.models import Organization
from projects.enums import SUBCONTRACTORS
from projects.forms.fields import (
    NEW_UNIT,
    RegionCodeField,
    clean_id,
    clean_uscc,
    keep_secret,
    look_up,
    not_in_future,
    of,
    without_blank_secrets,
)
from projects.models import Participation, WageClerk
from projects.permissions import can_overwrite_unit


class PartyForm(PortalForm):
    """A party and the unit behind it. Each kind of party shows what the annex asks of it."""

    UNIT = ["uscc", "name", "unit_nature", "region", "registered_address", "office_address", "phone"]
    REPRESENTATIVE = ["legal_representative", "legal_representative_id"]
    PARTY = ["participant_type", "entered_on", "manager", "manager_id", "manager_phone"]
    SECRETS = ["legal_representative_id", "manager_id"]
    LEFT_OUT = {
        "construction_unit": {"participant_type", "office_address", "legal_representative_id", "manager", "manager_id"}
        | {"manager_phone", "entered_on"},
        "general_contractor": {"participant_type", "office_address"},
        "subcontractor": {"registered_address"},
        "": {"participant_type"},  # supervisors, designers: the annex asks nothing of them
    }
    sections = [
        Section("单位登记信息", UNIT, "按统一社会信用代码或全称查找：已登记的单位直接引用，未登记的新建。"),
        Section("法定代表人", REPRESENTATIVE),
        Section("在本项目", PARTY),
    ]

    uscc = of(Organization, "uscc", help_text="18 位，见营业执照")
    name = of(Organization, "name")
    unit_nature = of(Organization, "unit_nature")
    region = RegionCodeField(label="注册地行政区划代码", required=False, help_text="六位代码或地区名称")
    registered_address = of(Organization, "registered_address")
    office_address = of(Organization, "office_address")
    phone = of(Organization, "phone")
    legal_representative = of(Organization, "legal_representative")
    legal_representative_id = of(Organization, "legal_representative_id", widget=IdNumberInput)
    participant_type = forms.ChoiceField(
        label="承建类型", choices=[("", ""), *((kind.value, kind.label) for kind in SUBCONTRACTORS)]
    )
    entered_on = of(Participation, "entered_on")
    manager = of(Participation, "manager")
    manager_id = of(Participation, "manager_id", widget=IdNumberInput)
    manager_phone = of(Participation, "manager_phone")

    def __init__(self, *args, group: str, party: Participation | None = None, user, **kwargs):
        if party is not None:
            known = {name: self._known(party, name) for name in self.base_fields if name not in self.SECRETS}
            kwargs["initial"] = known | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        for name in self.LEFT_OUT[group]:
            del self.fields[name]
        self.is_new = party is None
        if self.is_new:
            look_up(self.fields["uscc"])
        else:
            self._show_what_is_known(party, user)

    def _known(self, party: Participation, name: str):
        return getattr(party if name in self.PARTY else party.organization, name)

    def _show_what_is_known(self, party: Participation, user) -> None:
        fixed = not can_overwrite_unit(user, party.organization)
        for name, field in self.fields.items():
            value = self._known(party, name)
            if name in self.SECRETS and value:
                keep_secret(field, value)
            if fixed and name not in self.PARTY and value:
                field.disabled = True
                field.help_text = "该单位另有登记，信息由人力资源社会保障部门更正"

    def clean_uscc(self) -> str | None:
        return clean_uscc(self.cleaned_data["uscc"] or "") or None

    def clean(self):
        cleaned = super().clean()
        by_code = self.is_new and Organization.objects.filter(uscc=cleaned.get("uscc") or None).exists()
        if not cleaned.get("name") and not by_code and "uscc" not in self.errors:
            self.add_error("name", NEW_UNIT if self.is_new else "请填写单位名称。")
        return cleaned

    def clean_legal_representative_id(self) -> str:
        return clean_id(self.cleaned_data["legal_representative_id"] or "")

    def clean_manager_id(self) -> str:
        return clean_id(self.cleaned_data["manager_id"] or "")

    def clean_manager_phone(self) -> str:
        return check_phone(self.cleaned_data["manager_phone"]) if self.cleaned_data["manager_phone"] else ""

    def clean_entered_on(self):
        return not_in_future(self.cleaned_data["entered_on"])

    def unit_facts(self) -> dict:
        facts = {name: value for name, value in self.cleaned_data.items() if name not in self.PARTY}
        return without_blank_secrets(facts, self.SECRETS)

    def party_facts(self) -> dict:
        facts = {name: value for name, value in self.cleaned_data.items() if name in self.PARTY}
        return without_blank_secrets(facts, self.SECRETS)


class ClerkForm(PortalForm):
    name = forms.CharField(label="劳资专管员姓名", max_length=50)
    id_number = forms.CharField(label="劳资专管员公民身份号码", widget=IdNumberInput, required=False)
    phone = forms.CharField(label="劳资专管员电话", max_length=20, required=False)
    registered_on = forms.DateField(label="登记日期", initial=timezone.localdate)
    photo = PhotoField(label="照片", required=False)
    papers = EvidenceField(
        label="任命文件、岗位证书", required=False, help_text="PDF、JPG 或 PNG，可多选，每个不超过 20 MB"
    )

    def __init__(self, *args, clerk: WageClerk | None = None, **kwargs):
        if clerk is not None:
            known = {name: getattr(clerk, name) for name in ("name", "phone", "registered_on")}
            kwargs["initial"] = known | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        if clerk is not None and clerk.id_number:
            keep_secret(self.fields["id_number"], clerk.id_number)

    def clean_id_number(self) -> str:
        return clean_id(self.cleaned_data["id_number"])

    def clean_phone(self) -> str:
        return check_phone(self.cleaned_data["phone"]) if self.cleaned_data["phone"] else ""

    def clean_registered_on(self):
        return not_in_future(self.cleaned_data["registered_on"])

    def facts(self) -> dict:
        """Without what hangs on it: `photo` and `papers` are given by themselves."""
        facts = {name: value for name, value in self.cleaned_data.items() if name not in ("photo", "papers")}
        return without_blank_secrets(facts, ["id_number"])
