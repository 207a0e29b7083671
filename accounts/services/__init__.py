from accounts.services.ledger import Movement, UnlikeKnownSerial, record_movements, unlike_known
from accounts.services.matching import match_payouts
from accounts.services.payrolls import Wage, record_wages
from accounts.services.special_accounts import account_of_statement, cancel_account, open_account, update_account

__all__ = [
    "Movement",
    "UnlikeKnownSerial",
    "Wage",
    "account_of_statement",
    "cancel_account",
    "match_payouts",
    "open_account",
    "record_movements",
    "record_wages",
    "unlike_known",
    "update_account",
]
