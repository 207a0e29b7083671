from projects.forms.fields import place_choices
from projects.forms.logins import HolderForm, QueryHolderForm
from projects.forms.party import ClerkForm, PartyForm
from projects.forms.project import DayForm, PermitForm, ProjectForm, StatusForm

__all__ = [
    "ClerkForm",
    "DayForm",
    "HolderForm",
    "PartyForm",
    "PermitForm",
    "ProjectForm",
    "QueryHolderForm",
    "StatusForm",
    "place_choices",
]
