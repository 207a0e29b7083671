from projects.forms.fields import place_choices
from projects.forms.party import ClerkForm, PartyForm
from projects.forms.project import DayForm, PermitForm, ProjectForm, StatusForm

__all__ = ["ClerkForm", "DayForm", "PartyForm", "PermitForm", "ProjectForm", "StatusForm", "place_choices"]
