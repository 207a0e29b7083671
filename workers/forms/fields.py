"""Parts of the forms of this app."""

from collections.abc import Callable

from django import forms


class CleanedField(forms.CharField):
    """Text through the cleaner that sheets use."""

    def __init__(self, *, cleaner: Callable, **kwargs):
        super().__init__(**kwargs)
        self.cleaner = cleaner

    def clean(self, value):
        return self.cleaner(super().clean(value))


def choices(of, *, blank: bool = True) -> list:
    return [("", "")] * blank + list(of.choices)
