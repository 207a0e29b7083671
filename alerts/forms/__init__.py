"""The acts on a warning, in the order of their buttons, and those on a demand."""

from alerts.forms.base import ActForm, DemandActForm
from alerts.forms.case_leads import CaseLeadForm, ProlongForm
from alerts.forms.demands import (
    AcknowledgeForm,
    AnswerForm,
    DecideForm,
    ExtensionForm,
    HoldForm,
    InterviewForm,
    MoreTimeForm,
    OpinionForm,
    OrderForm,
    ReportForm,
    ReturnForm,
    ReviewForm,
    SuperviseForm,
    WithdrawForm,
)
from alerts.forms.rules import ApprovalForm, RefusalForm, RuleForm, WithdrawalForm
from alerts.forms.saved_filters import SaveFilterForm
from alerts.forms.warnings import AcceptForm, NoteForm, ReleaseForm, ReplyForm, TransferForm, VerifyForm

_ACTS: tuple[type[ActForm], ...] = (
    *(AcceptForm, VerifyForm, OrderForm, ReleaseForm, TransferForm),
    *(OpinionForm, InterviewForm, ExtensionForm, SuperviseForm, ReturnForm),
    *(NoteForm, ReplyForm),
)
ACTS = {form.key: form for form in _ACTS}
_DEMAND_ACTS: tuple[type[DemandActForm], ...] = (
    *(AcknowledgeForm, ReportForm, AnswerForm, DecideForm, ReviewForm, HoldForm, MoreTimeForm, WithdrawForm),
)
DEMAND_ACTS = {form.key: form for form in _DEMAND_ACTS}

__all__ = [
    "ACTS",
    "DEMAND_ACTS",
    "ApprovalForm",
    "CaseLeadForm",
    "ProlongForm",
    "RefusalForm",
    "ReleaseForm",
    "RuleForm",
    "SaveFilterForm",
    "WithdrawalForm",
]
