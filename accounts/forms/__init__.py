from accounts.forms.accounts import AccountForm, BankAccountForm, CancelForm
from accounts.forms.deposit_decisions import (
    ConfirmForm,
    OpinionForm,
    PaymentForm,
    ReasonForm,
    RefillForm,
    RefundDoneForm,
    RefundForm,
    UseForm,
)
from accounts.forms.deposits import ApplyForm, AssessForm, DepositStandardForm, InstrumentForm
from accounts.forms.notices import PostingForm, WithdrawForm

__all__ = [
    "AccountForm",
    "ApplyForm",
    "AssessForm",
    "BankAccountForm",
    "CancelForm",
    "ConfirmForm",
    "DepositStandardForm",
    "InstrumentForm",
    "OpinionForm",
    "PaymentForm",
    "PostingForm",
    "ReasonForm",
    "RefillForm",
    "RefundDoneForm",
    "RefundForm",
    "UseForm",
    "WithdrawForm",
]
