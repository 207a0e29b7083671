from accounts.forms.accounts import AccountForm, BankAccountForm, CancelForm
from accounts.forms.advances import AdvanceForm, RecoverForm, ThresholdForm, UndoForm
from accounts.forms.notices import PostingForm, WithdrawForm
from accounts.forms.sheets import (
    AnswerForm,
    BackForm,
    BackPayForm,
    CorrectAdvanceForm,
    ExplainForm,
    LineForm,
    MakeForm,
    ObjectionForm,
    StepForm,
    WageAdvanceForm,
)

__all__ = [
    "AccountForm",
    "AdvanceForm",
    "AnswerForm",
    "BackForm",
    "BackPayForm",
    "BankAccountForm",
    "CancelForm",
    "CorrectAdvanceForm",
    "ExplainForm",
    "LineForm",
    "MakeForm",
    "ObjectionForm",
    "PostingForm",
    "RecoverForm",
    "StepForm",
    "ThresholdForm",
    "UndoForm",
    "WageAdvanceForm",
    "WithdrawForm",
]
