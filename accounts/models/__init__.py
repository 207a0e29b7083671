from accounts.models.advance import Advance, AdvanceItem, AdvanceMovement
from accounts.models.ledger import LedgerEntry
from accounts.models.notice import PublicNotice
from accounts.models.payroll import Payout, Payroll, PayrollLine
from accounts.models.special_account import AccountProject, SpecialAccount
from accounts.models.threshold import ArrearsThreshold
from accounts.models.wage_due import WageDue

__all__ = [
    "AccountProject",
    "Advance",
    "AdvanceItem",
    "AdvanceMovement",
    "ArrearsThreshold",
    "LedgerEntry",
    "Payout",
    "Payroll",
    "PayrollLine",
    "PublicNotice",
    "SpecialAccount",
    "WageDue",
]
