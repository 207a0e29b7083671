from django import forms
from django.core.exceptions import ValidationError

from core.forms import DigitsInput, PortalForm, Section
from core.identity import check_phone
from organizations.enums import INDUSTRY_DEPARTMENTS, OrganizationKind, RegionLevel
from organizations.models import Region
from organizations.selectors import regions_for
from projects.forms.fields import place_choices


class HolderForm(PortalForm):
    """Who will use the login."""

    name = forms.CharField(label="姓名", max_length=50, help_text="账号实名，由本人使用")
    phone = forms.CharField(label="手机", max_length=20, widget=DigitsInput)

    def clean_phone(self) -> str:
        return check_phone(self.cleaned_data["phone"])


class QueryHolderForm(HolderForm):
    sections = [
        Section("部门", ["kind", "region"], "部门尚未登记的，按规范名称自动登记。"),
        Section("使用人", ["name", "phone"]),
    ]
    kind = forms.ChoiceField(label="主管部门")
    region = forms.ChoiceField(label="地区", help_text="只能查询该地区及以下、本行业的项目")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = [(kind.value, kind.label) for kind in map(OrganizationKind, INDUSTRY_DEPARTMENTS)]
        self.fields["kind"].choices = [("", self.blank_label), *kinds]
        own = user.region
        above = [(own.pk, own.name)] if own.level == RegionLevel.PROVINCE else []
        self.fields["region"].choices = [("", self.blank_label), *above, *place_choices(regions_for(user))]
        self.initial.setdefault("region", own.pk)

    def clean_region(self) -> Region:
        region = Region.objects.filter(pk=self.cleaned_data["region"]).first()
        if region is None:
            raise ValidationError("没有这个地区。")
        return region

    def clean_kind(self) -> OrganizationKind:
        return OrganizationKind(self.cleaned_data["kind"])
