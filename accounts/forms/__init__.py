from accounts.forms.accounts import AccountForm, BankAccountForm, CancelForm
from accounts.forms.advances import AdvanceForm, RecoverForm, ThresholdForm, UndoForm
from accounts.forms.notices import PostingForm, WithdrawForm

__all__ = [
    "AccountForm",
    "AdvanceForm",
    "BankAccountForm",
    "CancelForm",
    "PostingForm",
    "RecoverForm",
    "ThresholdForm",
    "UndoForm",
    "WithdrawForm",
]
