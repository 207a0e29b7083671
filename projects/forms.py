import re
from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from core.forms import IdNumberInput, MoneyField, PortalForm, PortalModelForm, Section
from core.identity import check_id, check_phone, check_uscc, mask_id
from organizations.enums import Industry, OrganizationKind, RegionLevel, Role
from organizations.models import Organization, Region
from organizations.selectors import regions_for
from projects.enums import SUBCONTRACTORS, Category
from projects.models import Participation, Permit, Project, WageClerk
from projects.permissions import can_overwrite_unit
from projects.services import find_unit


def place_choices(regions: QuerySet[Region], *, own: str = "本级") -> list:
    """Regions as choices, by prefecture; a region with something below it is itself a choice, called `own`."""
    rows = regions.exclude(level=RegionLevel.PROVINCE).select_related("parent").order_by("code")

    def heading(region: Region) -> str:
        return region.name if region.level == RegionLevel.PREFECTURE else region.parent.name

    def label(region: Region) -> str:
        return f"{region.name}{own}" if region.level == RegionLevel.PREFECTURE else region.name

    grouped = groupby(rows, heading)
    return [(name, [(row.pk, label(row)) for row in group]) for name, group in grouped]


NEW_UNIT = "该单位尚未登记，请填写单位名称。"


def places_to_file(user) -> QuerySet[Region]:
    """An officer files in the own subtree, a contractor's clerk anywhere in the province."""
    if user.role == Role.OFFICER:
        return regions_for(user)
    return Region.objects.current().filter(code__startswith=settings.PROVINCE_CODE[: RegionLevel.PROVINCE])


class ServiceErrorsMixin:
    def refuse(self, error: ValidationError) -> None:
        """What a service refused, at the fields it names; what names none of ours goes above the form."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            self.add_error(name if name in self.fields else None, errors)


class ProjectForm(ServiceErrorsMixin, PortalModelForm):
    """Filing and completing. A clerk's form lacks what only the regulator may say."""

    SUPERVISION = ("jurisdiction", "industry", "supervised_from")
    sections = [
        Section("基本信息", ["name", "category", "region", "address", "is_linear"]),
        Section("监管信息", ["industry", "jurisdiction", "supervised_from"], "由人力资源社会保障部门确定。"),
        Section("工期", ["contract_start_on", "actual_start_on"]),
        Section(
            "施工合同与工资",
            ["contract_signed_on", "contract_amount", "labour_cost_amount", "wage_pay_day"],
        ),
        Section(
            "施工总承包单位",
            ["contractor_uscc", "contractor_name"],
            "联合体中标的，填写牵头人。其余登记信息可在建档后补充。",
        ),
    ]
    contractor_uscc = forms.CharField(
        label="总承包单位统一社会信用代码", max_length=18, required=False, help_text="18 位，见营业执照"
    )
    contractor_name = forms.CharField(label="总承包单位名称", max_length=200, required=False)

    class Meta:
        model = Project
        fields = [
            "name",
            "category",
            "region",
            "address",
            "is_linear",
            "industry",
            "jurisdiction",
            "supervised_from",
            "contract_start_on",
            "actual_start_on",
            "contract_signed_on",
            "contract_amount",
            "labour_cost_amount",
            "wage_pay_day",
        ]
        field_classes = {"contract_amount": MoneyField, "labour_cost_amount": MoneyField}

    def __init__(self, *args, user, supervision: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self._offer_places("region", places_to_file(user).filter(level=RegionLevel.COUNTY))
        self.fields["wage_pay_day"].validators += [MinValueValidator(1), MaxValueValidator(31)]
        for name in ("contract_amount", "labour_cost_amount"):
            self.fields[name].validators.append(MinValueValidator(Decimal("0.01"), "金额应大于零。"))
        self.fields["wage_pay_day"].help_text = "1 至 31；当月没有这一天的，为当月最后一天"
        if supervision:
            self._offer_supervision(user)
            look_up(self.fields["contractor_uscc"])
        else:
            for name in self.SUPERVISION:
                del self.fields[name]
        if not supervision or self.instance.pk:
            del self.fields["contractor_uscc"], self.fields["contractor_name"]

    def _offer_supervision(self, user) -> None:
        self._offer_places("jurisdiction", places_to_file(user), blank="同项目所在地")
        self.fields["industry"].choices = [("", "按项目种类确定"), *Industry.choices]
        for name in ("jurisdiction", "industry"):
            self.fields[name].required = False

    def _offer_places(self, name: str, regions: QuerySet[Region], blank: str = "请选择") -> None:
        """Places the user may choose, and the one that stands: works may lie outside the jurisdiction."""
        standing = Region.objects.filter(pk=getattr(self.instance, f"{name}_id"))
        self.fields[name].queryset = regions | standing
        self.fields[name].choices = [("", blank), *place_choices(regions | standing)]

    def clean_actual_start_on(self):
        day = self.cleaned_data["actual_start_on"]
        if day and day > timezone.localdate():
            raise ValidationError("实际开工日期不能晚于今天；尚未开工的请留空。")
        return day

    def clean_contractor_uscc(self) -> str:
        return clean_uscc(self.cleaned_data["contractor_uscc"])

    def clean(self):
        cleaned = super().clean()
        self._find_contractor(cleaned.get("contractor_uscc") or None, cleaned.get("contractor_name", ""))
        amount, labour = cleaned.get("contract_amount"), cleaned.get("labour_cost_amount")
        if amount and labour and labour > amount:
            self.add_error("labour_cost_amount", "人工费总额不能大于合同价款。")
        return cleaned

    def _find_contractor(self, uscc: str | None, name: str) -> None:
        """The unit on record, or a new one to be saved with the project."""
        self.contractor = None
        if not (uscc or name):
            return
        try:
            self.contractor = find_unit(uscc=uscc, name=name)
        except ValidationError as error:
            for field, errors in error.error_dict.items():
                self.add_error(f"contractor_{field}", errors)
            return
        if self.contractor is None and not name:
            self.add_error("contractor_name", NEW_UNIT)
        elif self.contractor is None:
            self.contractor = Organization(kind=OrganizationKind.ENTERPRISE, uscc=uscc, name=name)

    def _post_clean(self):
        """The service validates the whole project, when derived facts are in place."""

    def facts(self) -> dict:
        facts = {name: value for name, value in self.cleaned_data.items() if not name.startswith("contractor_")}
        if "jurisdiction" in facts:
            facts["jurisdiction"] = facts["jurisdiction"] or facts["region"]
            facts["industry"] = facts["industry"] or Category(facts["category"]).industry
        return facts


class RegionInput(forms.TextInput):
    """A code or a name; the province's own places are offered, any place of the country is taken."""

    template_name = "projects/widgets/region_input.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        own = Region.objects.current().filter(code__startswith=settings.PROVINCE_CODE[: RegionLevel.PROVINCE])
        list_id = f"{context['widget']['attrs'].get('id', name)}_places"
        context["widget"]["attrs"] |= {"list": list_id, "autocomplete": "off"}
        return context | {"list_id": list_id, "places": own.select_related("parent__parent")}


class RegionCodeField(forms.CharField):
    widget = RegionInput

    def prepare_value(self, value):
        return f"{value.code} {value.full_name}" if isinstance(value, Region) else value

    def clean(self, value) -> Region | None:
        text = super().clean(value)
        if not text:
            return None
        code = re.match(r"\d{6}", text)
        found = list(Region.objects.filter(code=code[0]) if code else Region.objects.current().filter(name=text)[:2])
        if len(found) == 1:
            return found[0]
        raise ValidationError(
            "有多个同名地区，请填写六位行政区划代码。" if found else "没有这个地区，请核对名称或六位代码。"
        )


def of(model, name: str, **options) -> forms.Field:
    """The form field of a model field: label, length and choices are said there."""
    return model._meta.get_field(name).formfield(**({"required": False} | options))


class PartyForm(ServiceErrorsMixin, PortalForm):
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
        look_up(self.fields["uscc"])
        self.is_new = party is None
        if party is not None:
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


class PermitForm(ServiceErrorsMixin, PortalModelForm):
    class Meta:
        model = Permit
        fields = ["number", "issued_on"]

    def clean_issued_on(self):
        return not_in_future(self.cleaned_data["issued_on"])

    def _post_clean(self):
        """The service validates."""


class ClerkForm(ServiceErrorsMixin, PortalForm):
    name = forms.CharField(label="劳资专管员姓名", max_length=50)
    id_number = forms.CharField(label="劳资专管员公民身份号码", widget=IdNumberInput, required=False)
    phone = forms.CharField(label="劳资专管员电话", max_length=20, required=False)
    registered_on = forms.DateField(label="登记日期", initial=timezone.localdate)

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
        return without_blank_secrets(self.cleaned_data, ["id_number"])


class DayForm(PortalForm):
    """The day of an exit or a leaving."""

    on = forms.DateField(label="日期", initial=timezone.localdate)

    def clean_on(self):
        return not_in_future(self.cleaned_data["on"])


class StatusForm(DayForm):
    reason = forms.CharField(label="说明", max_length=400, required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args, needs_reason: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason


# --- what several forms share --------------------------------------------------------------------------------------


def clean_uscc(text: str) -> str:
    return check_uscc(text) if text.strip() else ""


def look_up(field: forms.Field) -> None:
    """Says under the field which unit bears the code, as soon as it has been typed."""
    field.widget.attrs |= {
        "maxlength": 18,
        "autocomplete": "off",
        "hx-get": reverse("projects:unit_lookup"),
        "hx-trigger": "change",
        "hx-target": "next .field-help",
    }


def clean_id(text: str) -> str:
    return check_id(text) if text.strip() else ""


def not_in_future(day):
    if day and day > timezone.localdate():
        raise ValidationError("日期不能晚于今天。")
    return day


def keep_secret(field: forms.Field, value: str) -> None:
    """A number on record is not sent to the page: left blank, it stays as it is."""
    field.required = False
    field.help_text = f"已登记 {mask_id(value)}，留空则不变"


def without_blank_secrets(facts: dict, names: Iterable[str]) -> dict:
    return {name: value for name, value in facts.items() if value or name not in names}
