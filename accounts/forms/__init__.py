from accounts.forms.accounts import AccountForm, BankAccountForm, CancelForm
from accounts.forms.notices import PostingForm, WithdrawForm
from accounts.forms.sheets import (
    AdvanceForm,
    BackForm,
    BackPayForm,
    CorrectAdvanceForm,
    ExplainForm,
    LineForm,
    MakeForm,
    StepForm,
)

__all__ = [
    "AccountForm",
    "AdvanceForm",
    "BackForm",
    "BackPayForm",
    "BankAccountForm",
    "CancelForm",
    "CorrectAdvanceForm",
    "ExplainForm",
    "LineForm",
    "MakeForm",
    "PostingForm",
    "StepForm",
    "WithdrawForm",
]
