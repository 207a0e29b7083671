from accounts.forms.accounts import AccountForm, BankAccountForm, CancelForm
from accounts.forms.notices import PostingForm, WithdrawForm

__all__ = ["AccountForm", "BankAccountForm", "CancelForm", "PostingForm", "WithdrawForm"]
