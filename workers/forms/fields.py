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


class ServiceErrorsMixin:
    def refuse(self, error) -> None:
        """What a service refused, at the fields it names; what names none of ours stands above the form."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            self.add_error(name if name in self.fields else None, errors)

    def add_problems(self, problems: dict[str, str]) -> None:
        """What the service would refuse, beside what the fields refuse: everything wrong is said in one round."""
        for name, message in problems.items():
            target = name if name in self.fields else None
            if target not in self.errors:
                self.add_error(target, message)
