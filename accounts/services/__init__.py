from accounts.services.advances import (
    debtors_of,
    may_be_for,
    record_advance,
    recover_advance,
    undo_advance,
    undo_recovery,
)
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
from accounts.services.thresholds import change_threshold

__all__ = [
    "ALREADY_CANCELLED",
    "ANOTHER_BANK",
    "ANOTHER_HOLDER",
    "Movement",
    "UnlikeKnownSerial",
    "Wage",
    "account_of_statement",
    "cancel_account",
    "change_threshold",
    "debtors_of",
    "known_serials",
    "match_payouts",
    "may_be_for",
    "open_account",
    "post_notice",
    "record_advance",
    "record_movements",
    "record_wages",
    "recover_advance",
    "serves_an_open_project",
    "undo_advance",
    "undo_recovery",
    "update_account",
    "withdraw_notice",
]
