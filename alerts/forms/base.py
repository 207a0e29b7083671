"""An act as a form: it knows who may do it and which service does it."""

from django import forms

from alerts.models import Demand, Warning
from core.forms import EvidenceField, PortalForm
from organizations.enums import AUTHORITIES

FILES_HELP = "PDF 或图片，最多 5 个。"


class ActForm(PortalForm):
    """`seen` is the state the page showed: whoever acts on another one is told that somebody was quicker."""

    key = title = submit = done = hint = ""
    tone = "primary"
    icon = ""
    hint_tone = "info"
    is_more = False  # behind "更多" on the warning's page
    main_in: tuple[str, ...] = ()  # the states whose next step this is
    roles: tuple[str, ...] = AUTHORITIES
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data=None, files=None, *, warning: Warning, by):
        super().__init__(data, files, prefix=self.key, initial={"seen": warning.state})
        self.warning, self.by = warning, by

    @staticmethod
    def may(user, warning: Warning) -> bool:
        raise NotImplementedError

    def act(self, by) -> None:
        raise NotImplementedError

    @property
    def is_main(self) -> bool:
        return self.warning.state in self.main_in


class DemandActForm(PortalForm):
    """The same for a demand."""

    key = title = submit = done = hint = ""
    tone = "primary"
    icon = ""
    is_main = False  # the next step, as a full button
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data=None, files=None, *, demand: Demand):
        super().__init__(data, files, prefix=self.key, initial={"seen": demand.seen})
        self.demand = demand

    @staticmethod
    def may(user, demand: Demand) -> bool:
        raise NotImplementedError

    def act(self, by) -> None:
        raise NotImplementedError

    @property
    def values(self) -> dict:
        """What the service is asked with."""
        return self.cleaned_data | {"demand": self.demand}


def long_text(label: str, most: int = 900, **options) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": 4}), **options)


def proof(label: str, *, required: bool = True) -> EvidenceField:
    return EvidenceField(label=label, required=required, help_text=FILES_HELP)
