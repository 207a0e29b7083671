from hashlib import sha256

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone


class DayField(forms.DateField):
    """A day that has come."""

    def clean(self, value):
        day = super().clean(value)
        if day and day > timezone.localdate():
            raise ValidationError("日期不能晚于今天。")
        return day


YES_NO = [("", "请选择"), ("yes", "是"), ("no", "否")]


def yes_no(label: str, **options) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=YES_NO, coerce=lambda value: value == "yes", empty_value=None, **options
    )


def area(label: str, **options) -> forms.CharField:
    return forms.CharField(**({"label": label, "max_length": 500, "widget": forms.Textarea({"rows": 3})} | options))


class ShownFirst(forms.Form):
    """Sent twice: the first time what would come of it is shown, the second time, unchanged, it is saved."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def has_shown(self, outcome: object) -> bool:
        return self.cleaned_data["shown"] == _digest(outcome)

    def show(self, outcome: object) -> None:
        if self.is_bound:
            self.data = self.data.copy()
            self.data["shown"] = _digest(outcome)
        else:
            self.initial["shown"] = _digest(outcome)


def _digest(outcome: object) -> str:
    return sha256(repr(outcome).encode()).hexdigest()[:16]
