from accounts.permissions.payouts import (
    PAYOUT_READERS,
    can_hand_over,
    can_import_result,
    can_take_file,
)
from accounts.permissions.payrolls import (
    NOTICE_READERS,
    can_import_payroll,
    can_post_notice,
)
from accounts.permissions.special_accounts import (
    can_cancel_account,
    can_edit_account,
    can_import_statement,
    can_record_account,
    can_share_account,
)

__all__ = [
    "NOTICE_READERS",
    "PAYOUT_READERS",
    "can_cancel_account",
    "can_edit_account",
    "can_hand_over",
    "can_import_payroll",
    "can_import_result",
    "can_import_statement",
    "can_post_notice",
    "can_record_account",
    "can_share_account",
    "can_take_file",
]
