from datetime import date
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils import timezone

from core.forms import MoneyField, PortalForm, PortalModelForm, Section
from organizations.enums import Industry, OrganizationKind, RegionLevel
from organizations.models import Organization, Region
from projects.enums import Category
from projects.forms.fields import (
    NEW_UNIT,
    clean_uscc,
    look_up,
    not_in_future,
    place_choices,
    places_to_file,
)
from projects.models import Permit, Project
from projects.services import find_unit

EARLIEST = date(2000, 1, 1)


class ProjectForm(PortalModelForm):
    """Filing and completing. A clerk's form lacks what only the regulator may say."""

    SUPERVISION = ("jurisdiction", "industry", "supervised_from")
    sections = [
        Section(
            "基本信息",
            [
                "name",
                "category",
                "region",
                "address",
                "approval_number",
                "building_area",
                "is_linear",
                "permit_exempt",
            ],
        ),
        Section("监管信息", ["industry", "jurisdiction", "supervised_from"], "由人力资源社会保障部门确定。"),
        Section("联系人", ["contact", "contact_phone"]),
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
            "approval_number",
            "building_area",
            "is_linear",
            "permit_exempt",
            "contact",
            "contact_phone",
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
        self.user = user
        self._offer_places("region", places_to_file(user).filter(level=RegionLevel.COUNTY))
        self.fields["wage_pay_day"].validators += [MinValueValidator(1), MaxValueValidator(31)]
        for name in ("contract_start_on", "actual_start_on", "contract_signed_on"):
            self.fields[name].validators.append(MinValueValidator(EARLIEST, "请核对年份：日期早于 2000 年。"))
        self.fields["building_area"].validators.append(MinValueValidator(Decimal("0.01"), "面积应大于零。"))
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
        if supervision and self.instance.pk:
            del self.fields["jurisdiction"]  # confirmed and moved on a page of its own

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
        return self._not_later("actual_start_on", "实际开工日期不能晚于今天；尚未开工的请留空。")

    def clean_contract_signed_on(self):
        return self._not_later("contract_signed_on", "施工合同签订日期不能晚于今天；尚未签订的请留空。")

    def _not_later(self, name: str, message: str):
        day = self.cleaned_data[name]
        if day and day > timezone.localdate():
            raise ValidationError(message)
        return day

    def clean_contractor_uscc(self) -> str:
        return clean_uscc(self.cleaned_data["contractor_uscc"])

    def clean(self):
        cleaned = super().clean()
        self._find_contractor(cleaned.get("contractor_uscc") or None, cleaned.get("contractor_name", ""))
        if not self.instance.pk and self._filed_already(cleaned):
            self.add_error("name", "该地已有同名项目；确为另一项目的，请在名称中写明标段或期数。")
        amount, labour = cleaned.get("contract_amount"), cleaned.get("labour_cost_amount")
        if amount and labour and labour > amount:
            self.add_error("labour_cost_amount", "人工费总额不能大于合同价款。")
        return cleaned

    def _filed_already(self, cleaned: dict) -> bool:
        same = {"name": cleaned.get("name"), "region": cleaned.get("region")}
        return all(same.values()) and Project.objects.visible_to(self.user).under_supervision().filter(**same).exists()

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
        if "industry" in facts:
            facts["industry"] = facts["industry"] or Category(facts["category"]).industry
        return facts


class PermitForm(PortalModelForm):
    class Meta:
        model = Permit
        fields = ["number", "issued_on"]

    def clean_issued_on(self):
        return not_in_future(self.cleaned_data["issued_on"])

    def _post_clean(self):
        """The service validates."""


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
