from projects.forms.course import AcceptanceForm, AnswerForm, SuspensionForm
from projects.forms.fields import place_choices
from projects.forms.guarantee import GuaranteeForm
from projects.forms.jurisdiction import ConfirmForm, ExtensionForm, MoveForm, RequestAnswerForm
from projects.forms.logins import HolderForm, QueryHolderForm
from projects.forms.notice_board import BoardForm
from projects.forms.party import ClerkForm, PartyForm
from projects.forms.permit import AcceptForm, SetAsideForm, SubcontractForm, WithdrawForm
from projects.forms.project import DayForm, PermitForm, ProjectForm, StatusForm

__all__ = [
    "AcceptForm",
    "AcceptanceForm",
    "AnswerForm",
    "BoardForm",
    "ClerkForm",
    "ConfirmForm",
    "DayForm",
    "ExtensionForm",
    "GuaranteeForm",
    "HolderForm",
    "MoveForm",
    "PartyForm",
    "PermitForm",
    "ProjectForm",
    "QueryHolderForm",
    "RequestAnswerForm",
    "SetAsideForm",
    "StatusForm",
    "SubcontractForm",
    "SuspensionForm",
    "WithdrawForm",
    "place_choices",
]
