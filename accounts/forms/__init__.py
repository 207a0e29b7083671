from accounts.forms.accounts import AccountForm, BankAccountForm, CancelForm
from accounts.forms.notices import PostingForm, WithdrawForm
from accounts.forms.payouts import HandOverForm

__all__ = ["AccountForm", "BankAccountForm", "CancelForm", "HandOverForm", "PostingForm", "WithdrawForm"]
