from accounts.services.banks import save_bank_agreement
from accounts.services.closing import (
    ClosingCheck,
    Obstacle,
    begin_closing,
    cancel_account,
    obstacles,
    standing_notice,
    transfer_surplus,
    withdraw_closing,
)
from accounts.services.corrections import reclassify, reverse_entry, settle_reversed, why_not_reclassified
from accounts.services.labour_cost import record_measured, save_term
from accounts.services.ledger import Movement, UnlikeKnownSerial, known_serials, record_movements
from accounts.services.matching import match_payouts
from accounts.services.notices import post_notice, withdraw_notice
from accounts.services.papers import save_agreement
from accounts.services.payrolls import Wage, record_wages
from accounts.services.special_accounts import (
    ALREADY_CANCELLED,
    ANOTHER_BANK,
    ANOTHER_HOLDER,
    account_of_statement,
    open_account,
    serves_an_open_project,
    update_account,
)

__all__ = [
    "ALREADY_CANCELLED",
    "ANOTHER_BANK",
    "ANOTHER_HOLDER",
    "ClosingCheck",
    "Movement",
    "Obstacle",
    "UnlikeKnownSerial",
    "Wage",
    "account_of_statement",
    "begin_closing",
    "cancel_account",
    "known_serials",
    "match_payouts",
    "obstacles",
    "open_account",
    "post_notice",
    "reclassify",
    "record_measured",
    "record_movements",
    "record_wages",
    "reverse_entry",
    "save_agreement",
    "save_bank_agreement",
    "save_term",
    "serves_an_open_project",
    "settle_reversed",
    "standing_notice",
    "transfer_surplus",
    "update_account",
    "why_not_reclassified",
    "withdraw_closing",
    "withdraw_notice",
]
