from accounts.permissions.advances import (
    ADVANCE_WRITERS,
    ARREARS_READERS,
    OVERSEERS,
    can_change_threshold,
    can_record_advance,
    can_recover,
)
from accounts.permissions.payrolls import (
    NOTICE_READERS,
    can_import_payroll,
    can_post_notice,
)
from accounts.permissions.sheets import (
    SHEET_READERS,
    approves_on_paper,
    can_edit_sheet,
    can_make_sheets,
    can_step_back,
    can_step_on,
    is_construction_unit,
)
from accounts.permissions.special_accounts import (
    can_cancel_account,
    can_edit_account,
    can_import_statement,
    can_record_account,
    can_share_account,
)

__all__ = [
    "ADVANCE_WRITERS",
    "ARREARS_READERS",
    "NOTICE_READERS",
    "OVERSEERS",
    "SHEET_READERS",
    "approves_on_paper",
    "can_cancel_account",
    "can_change_threshold",
    "can_edit_account",
    "can_edit_sheet",
    "can_import_payroll",
    "can_import_statement",
    "can_make_sheets",
    "can_post_notice",
    "can_record_account",
    "can_record_advance",
    "can_recover",
    "can_share_account",
    "can_step_back",
    "can_step_on",
    "is_construction_unit",
]
