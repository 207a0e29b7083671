from accounts.models.ledger import LedgerEntry
from accounts.models.notice import PublicNotice
from accounts.models.payroll import Payout, Payroll, PayrollLine
from accounts.models.special_account import AccountProject, SpecialAccount

__all__ = ["AccountProject", "LedgerEntry", "Payout", "Payroll", "PayrollLine", "PublicNotice", "SpecialAccount"]
