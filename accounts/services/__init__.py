from accounts.services.ledger import Movement, UnlikeKnownSerial, known_serials, record_movements
from accounts.services.matching import match_payouts
from accounts.services.notices import post_notice, withdraw_notice
from accounts.services.payout_batches import (
    Result,
    make_batch,
    may_move,
    payable_sheets,
    record_results,
    sheets_to_try_again,
)
from accounts.services.payout_files import take_file
from accounts.services.payrolls import Wage, record_wages
from accounts.services.sheets import (
    answer_line,
    explain,
    make_sheets,
    remove_line,
    save_line,
    start_back_pay,
    take_step,
)
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
    "Result",
    "UnlikeKnownSerial",
    "Wage",
    "account_of_statement",
    "answer_line",
    "cancel_account",
    "explain",
    "known_serials",
    "make_batch",
    "make_sheets",
    "match_payouts",
    "may_move",
    "open_account",
    "payable_sheets",
    "post_notice",
    "record_movements",
    "record_results",
    "record_wages",
    "remove_line",
    "save_line",
    "serves_an_open_project",
    "sheets_to_try_again",
    "start_back_pay",
    "take_file",
    "take_step",
    "update_account",
    "withdraw_notice",
]
