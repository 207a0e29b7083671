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
from accounts.services.payout_batches import PAYABLE, Result, make_batch, payable_sheets, record_results
from accounts.services.payrolls import Wage, record_wages
from accounts.services.sheets import (
    answer_line,
    explain,
    make_sheets,
    remove_line,
    save_line,
    start_back_pay,
    take_step,
    unexplained,
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
from accounts.services.thresholds import change_threshold
from accounts.services.wage_advances import correct_wage_advance, outstanding_advance, record_wage_advance

__all__ = [
    "ALREADY_CANCELLED",
    "ANOTHER_BANK",
    "ANOTHER_HOLDER",
    "PAYABLE",
    "Movement",
    "Result",
    "UnlikeKnownSerial",
    "Wage",
    "account_of_statement",
    "answer_line",
    "cancel_account",
    "change_threshold",
    "correct_wage_advance",
    "debtors_of",
    "explain",
    "known_serials",
    "make_batch",
    "make_sheets",
    "match_payouts",
    "may_be_for",
    "open_account",
    "outstanding_advance",
    "payable_sheets",
    "post_notice",
    "record_advance",
    "record_movements",
    "record_results",
    "record_wage_advance",
    "record_wages",
    "recover_advance",
    "remove_line",
    "save_line",
    "serves_an_open_project",
    "start_back_pay",
    "take_step",
    "undo_advance",
    "undo_recovery",
    "unexplained",
    "update_account",
    "withdraw_notice",
]
