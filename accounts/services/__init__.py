from accounts.services.ledger import Movement, UnlikeKnownSerial, known_serials, record_movements
from accounts.services.matching import match_payouts
from accounts.services.notices import post_notice, withdraw_notice
from accounts.services.payrolls import Wage, record_wages
from accounts.services.special_accounts import (
    ALREADY_CANCELLED,
    ANOTHER_BANK,
    ANOTHER_HOLDER,
    account_of_statement,
    cancel_account,
    open_account,
    serves_an_open_project,
    update_account,
)

__all__ = [
    "ALREADY_CANCELLED",
    "ANOTHER_BANK",
    "ANOTHER_HOLDER",
    "Movement",
    "UnlikeKnownSerial",
    "Wage",
    "account_of_statement",
    "cancel_account",
    "known_serials",
    "match_payouts",
    "open_account",
    "post_notice",
    "record_movements",
    "record_wages",
    "serves_an_open_project",
    "update_account",
    "withdraw_notice",
]
