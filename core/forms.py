"""What every form of the portal shares: renderer, sections, error summary, widgets."""

import datetime
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import DecimalValidator, MaxValueValidator, MinValueValidator
from django.forms.renderers import TemplatesSetting
from django.forms.utils import pretty_name
from django.utils.formats import sanitize_separators

from core import attachments, portraits

MAX_FILES = 5


class PortalRenderer(TemplatesSetting):
    form_template_name = "components/form.html"
    field_template_name = "components/field.html"


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class MonthInput(forms.DateInput):
    input_type = "month"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m")


class MoneyInput(forms.TextInput):
    """Typed as text: a number input drops thousands separators and scrolls away amounts."""

    template_name = "components/widgets/money.html"

    def __init__(self, attrs=None):
        super().__init__({"inputmode": "decimal", "autocomplete": "off"} | (attrs or {}))


class IdNumberInput(forms.TextInput):
    def __init__(self, attrs=None):
        defaults = {"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false", "maxlength": 18}
        super().__init__(defaults | {"inputmode": "text"} | (attrs or {}))


class DigitsInput(forms.TextInput):
    """Card, account and telephone numbers: digits that are no quantity."""

    def __init__(self, attrs=None):
        super().__init__({"inputmode": "numeric", "autocomplete": "off"} | (attrs or {}))


class MonthField(forms.DateField):
    """A calendar month, as the date of its first day."""

    widget = MonthInput
    default_error_messages = {"invalid": "请输入正确的月份，例如 2026-10。"}

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, datetime.date):
            return value.replace(day=1)
        match = re.fullmatch(r"\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?\s*", str(value))
        try:
            return datetime.date(int(match[1]), int(match[2]), 1)
        except (TypeError, ValueError):
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class MoneyField(forms.DecimalField):
    """Yuan with at most two decimals; thousands separators, ¥ and 元 are forgiven."""

    widget = MoneyInput
    default_error_messages = {"invalid": "金额不正确，请填写数字，例如 12345.60。"}
    too_precise = {
        "max_decimal_places": "金额最多保留 %(max)s 位小数。",
        "max_digits": "金额过大，请核对单位是否为元。",
        "max_whole_digits": "金额过大，请核对单位是否为元。",
    }

    def __init__(self, *, max_digits=16, decimal_places=2, **kwargs):
        super().__init__(max_digits=max_digits, decimal_places=decimal_places, **kwargs)
        for validator in self.validators:
            if isinstance(validator, DecimalValidator):
                validator.messages = validator.messages | self.too_precise

    def to_python(self, value):
        if isinstance(value, str):
            value = re.sub(r"[\s,¥元]", "", sanitize_separators(unicodedata.normalize("NFKC", value)))
        return super().to_python(value)

    def widget_attrs(self, widget):
        return {}


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class EvidenceField(forms.FileField):
    """Up to `max_files` files, each checked against its kind. Gives (name, content) pairs."""

    widget = ManyFilesInput(attrs={"accept": ",".join(attachments.EVIDENCE)})

    def __init__(self, *, max_files: int = MAX_FILES, **kwargs):
        super().__init__(allow_empty_file=True, **kwargs)  # `attachments.check` names the empty one
        self.max_files = max_files

    def clean(self, data, initial=None):
        uploads = [super(EvidenceField, self).clean(one, initial) for one in data or [None]]
        if len(uploads) > self.max_files:
            raise forms.ValidationError(f"一次最多上传 {self.max_files} 个文件，请合并为 PDF 或分几次上传。")
        return [self._read(upload) for upload in uploads if upload]

    @staticmethod
    def _read(upload) -> tuple[str, bytes]:
        content = upload.read()
        try:
            attachments.check(content, upload.name, attachments.EVIDENCE)
        except forms.ValidationError as error:
            raise forms.ValidationError(f"{upload.name}：{'；'.join(error.messages)}") from error
        return upload.name, content


class PhotoField(forms.FileField):
    """A photo of a person. Gives its content as `core.portraits` makes it, None for none."""

    widget = forms.FileInput({"accept": "image/*", "data-portrait": ""})

    def __init__(self, **kwargs):
        kwargs.setdefault("help_text", "JPG、PNG 或 WEBP；自动缩小到 50 KB 以内，拍摄地点等附带信息不保存")
        super().__init__(**kwargs)

    def clean(self, data, initial=None) -> bytes | None:
        upload = super().clean(data, initial)
        return portraits.portrait(upload.read()) if upload else None


@dataclass(frozen=True)
class Section:
    title: str
    fields: Sequence[str]
    hint: str = ""


@dataclass
class BoundSection:
    title: str
    hint: str
    fields: list


@dataclass(frozen=True)
class FieldError:
    target: str  # the id of the field to go to
    label: str
    message: str

    def __str__(self) -> str:
        return self.message if self.label in self.message else f"{self.label}：{self.message}"


LIMITS = {MaxValueValidator: "不能大于 %(limit_value)s。", MinValueValidator: "不能小于 %(limit_value)s。"}


def _plainly(validator):
    """Django's sentence about a limit (确保该值小于或等于…) in plain words; a sentence of its own stays."""
    plain = LIMITS.get(type(validator))
    if plain is None or validator.message != type(validator).message:
        return validator
    return type(validator)(validator.limit_value, plain)


class PortalFormMixin:
    """`sections` groups the fields on the page; a field in none of them comes last."""

    sections: Sequence[Section] = ()
    blank_label = "请选择"

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, form_field in self.fields.items():
            self._dress(form_field)
            self._name_what_is_missing(form_field, form_field.label or pretty_name(name))

    def refuse(self, error: ValidationError) -> None:
        """What a service refused, at the fields it names; what names none of ours stands above the form."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            self.add_error(name if name in self.fields else None, errors)

    @staticmethod
    def _name_what_is_missing(form_field: forms.Field, label: str) -> None:
        """请填写项目名称。 instead of the general sentence, unless the form has words of its own."""
        if form_field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
            choosing = isinstance(form_field.widget, forms.Select | forms.RadioSelect | forms.FileInput)
            ticking = isinstance(form_field.widget, forms.CheckboxInput)
            act = "请勾选" if ticking else "请选择" if choosing else "请填写"
            form_field.error_messages["required"] = f"{act}“{label}”。" if ticking else f"{act}{label}。"

    def _dress(self, form_field: forms.Field) -> None:
        if type(form_field.widget) is forms.DateInput:
            form_field.widget = DateInput(form_field.widget.attrs)
            form_field.error_messages["invalid"] = "日期不正确，请按 2026-10-15 的格式填写。"
        if isinstance(form_field, forms.ModelChoiceField):
            form_field.empty_label = form_field.empty_label and self.blank_label
        elif isinstance(form_field, forms.ChoiceField) and not isinstance(form_field, forms.MultipleChoiceField):
            form_field.choices = [(v, label if v or v == 0 else self.blank_label) for v, label in form_field.choices]

    def full_clean(self) -> None:
        for form_field in self.fields.values():
            form_field.validators = [_plainly(validator) for validator in form_field.validators]
        super().full_clean()
        for name in self.errors:
            if name in self.fields:
                self.fields[name].widget.attrs["autofocus"] = True
                break

    def add_problems(self, problems: dict[str, str]) -> None:
        """What the service would refuse, beside what the fields refuse: everything wrong is said in one round."""
        for name, message in problems.items():
            target = name if name in self.fields else None
            if target not in self.errors:
                self.add_error(target, message)

    def section_list(self) -> Iterator[BoundSection]:
        rest = {bound.name: bound for bound in self.visible_fields()}
        for section in self.sections:
            fields = [rest.pop(name) for name in section.fields if name in rest]
            if fields:
                yield BoundSection(section.title, section.hint, fields)
        if rest:
            yield BoundSection("其他信息" if self.sections else "", "", list(rest.values()))

    def error_list(self) -> list[FieldError]:
        """Every error with the field it belongs to, in the order of the page."""
        errors = [FieldError("", "", message) for message in self.errors.get(NON_FIELD_ERRORS, ())]
        for bound in self:
            target = bound.id_for_label or bound.auto_id
            errors += [FieldError(target, bound.label, message) for message in bound.errors]
        return errors


class PortalForm(PortalFormMixin, forms.Form):
    pass


class PortalModelForm(PortalFormMixin, forms.ModelForm):
    pass


class FilterForm(PortalForm):
    """A GET form above a list. An address with a wrong value filters by the right ones only. Fields named in `rare`
    are folded away unless in use."""

    blank_label = "全部"
    rare: Sequence[str] = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for form_field in self.fields.values():
            form_field.required = False

    @property
    def values(self) -> dict:
        """What the user asked for, without the empty ones."""
        if not self.is_bound:
            return {}
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if self._is_asked(name, value)}

    def _is_asked(self, name: str, value) -> bool:
        if value is False:  # an empty checkbox asks for nothing; "no" in a select does
            return not isinstance(self.fields[name].widget, forms.CheckboxInput)
        if hasattr(value, "exists"):  # several chosen records
            return value.exists()
        return value not in (None, "", [])

    def other_filters(self) -> list[forms.BoundField]:
        return [bound for bound in self.visible_fields() if bound.name != "q" and bound.name not in self.rare]

    def rare_filters(self) -> list[forms.BoundField]:
        return [bound for bound in self.visible_fields() if bound.name in self.rare]

    @property
    def rare_count(self) -> int:
        return sum(name in self.rare for name in self.values)

    @property
    def active_count(self) -> int:
        return len(self.values)
