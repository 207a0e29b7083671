from accounts.forms.accounts import AccountForm, BankAccountForm, CancelForm
from accounts.forms.banks import BankAgreementForm
from accounts.forms.labour_cost import MeasuredForm, TermForm
from accounts.forms.ledger import AgreementForm, ClosingForm, ReclassifyForm, ReverseForm, SurplusForm
from accounts.forms.notices import PostingForm, WithdrawForm

__all__ = [
    "AccountForm",
    "AgreementForm",
    "BankAccountForm",
    "BankAgreementForm",
    "CancelForm",
    "ClosingForm",
    "MeasuredForm",
    "PostingForm",
    "ReclassifyForm",
    "ReverseForm",
    "SurplusForm",
    "TermForm",
    "WithdrawForm",
]
