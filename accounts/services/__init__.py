from accounts.services.advances import (
    debtors_of,
    may_be_for,
    record_advance,
    recover_advance,
    undo_advance,
    undo_recovery,
)
from accounts.services.arrears import (
    keep_arrears,
)
from accounts.services.banks import (
    save_bank_agreement,
)
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
from accounts.services.corrections import (
    reclassify,
    reverse_entry,
    settle_reversed,
    why_not_reclassified,
)
from accounts.services.forecast import (
    measure_errors,
    refresh_forecasts,
    store_forecasts,
)
from accounts.services.labour_cost import (
    record_measured,
    save_term,
)
from accounts.services.ledger import (
    Movement,
    UnlikeKnownSerial,
    known_serials,
    record_movements,
)
from accounts.services.matching import (
    match_payouts,
)
from accounts.services.notices import (
    post_notice,
    withdraw_notice,
)
from accounts.services.papers import (
    save_agreement,
)
from accounts.services.payout_batches import (
    PAYABLE,
    Result,
    make_batch,
    may_move,
    payable_sheets,
    record_results,
    sheets_to_try_again,
)
from accounts.services.payout_files import (
    take_file,
)
from accounts.services.payrolls import (
    Wage,
    record_wages,
)
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
    open_account,
    serves_an_open_project,
    update_account,
)
from accounts.services.thresholds import (
    change_threshold,
)
from accounts.services.wage_advances import (
    correct_wage_advance,
    outstanding_advance,
    record_wage_advance,
)

__all__ = [
    "ALREADY_CANCELLED",
    "ANOTHER_BANK",
    "ANOTHER_HOLDER",
    "PAYABLE",
    "ClosingCheck",
    "Movement",
    "Obstacle",
    "Result",
    "UnlikeKnownSerial",
    "Wage",
    "account_of_statement",
    "answer_line",
    "begin_closing",
    "cancel_account",
    "change_threshold",
    "correct_wage_advance",
    "debtors_of",
    "explain",
    "keep_arrears",
    "known_serials",
    "make_batch",
    "make_sheets",
    "match_payouts",
    "may_be_for",
    "may_move",
    "measure_errors",
    "obstacles",
    "open_account",
    "outstanding_advance",
    "payable_sheets",
    "post_notice",
    "reclassify",
    "record_advance",
    "record_measured",
    "record_movements",
    "record_results",
    "record_wage_advance",
    "record_wages",
    "recover_advance",
    "refresh_forecasts",
    "remove_line",
    "reverse_entry",
    "save_agreement",
    "save_bank_agreement",
    "save_line",
    "save_term",
    "serves_an_open_project",
    "settle_reversed",
    "sheets_to_try_again",
    "standing_notice",
    "start_back_pay",
    "store_forecasts",
    "take_file",
    "take_step",
    "transfer_surplus",
    "undo_advance",
    "undo_recovery",
    "unexplained",
    "update_account",
    "why_not_reclassified",
    "withdraw_closing",
    "withdraw_notice",
]
