"""Fields and checks that several forms of projects share."""

import re
from collections.abc import Iterable
from itertools import groupby

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from core.identity import check_id, check_uscc, mask_id
from organizations.enums import RegionLevel, Role
from organizations.models import Region
from organizations.selectors import regions_for

NEW_UNIT = "该单位尚未登记，请填写单位名称。"


def place_choices(regions: QuerySet[Region], *, own: str = "本级") -> list:
    """Regions as choices, by prefecture; a region with something below it is itself a choice, called `own`."""
    rows = regions.exclude(level=RegionLevel.PROVINCE).select_related("parent").order_by("code")

    def heading(region: Region) -> str:
        return region.name if region.level == RegionLevel.PREFECTURE else region.parent.name

    def label(region: Region) -> str:
        return f"{region.name}{own}" if region.level == RegionLevel.PREFECTURE else region.name

    grouped = groupby(rows, heading)
    return [(name, [(row.pk, label(row)) for row in group]) for name, group in grouped]


def places_to_file(user) -> QuerySet[Region]:
    """An officer files in the own subtree, a contractor's clerk anywhere in the province."""
    if user.role == Role.OFFICER:
        return regions_for(user)
    return Region.objects.current().filter(code__startswith=settings.PROVINCE_CODE[: RegionLevel.PROVINCE])


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
        if isinstance(value, Region):  # a field that is shown, not asked
            return value
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
