from accounts.forms.accounts import AccountForm, BankAccountForm, CancelForm
from accounts.forms.notices import PostingForm, WithdrawForm
from accounts.forms.sheets import (
    AdvanceForm,
    AnswerForm,
    BackForm,
    BackPayForm,
    CorrectAdvanceForm,
    ExplainForm,
    LineForm,
    MakeForm,
    ObjectionForm,
    StepForm,
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
    "StepForm",
    "WithdrawForm",
]
