from accounts.models.bank_agreement import BankAgreement
from accounts.models.labour_cost import LabourCostTerm, MeasuredValue
from accounts.models.ledger import LedgerEntry
from accounts.models.notice import PublicNotice
from accounts.models.papers import AccountReport, ClosingNotice, TripartiteAgreement
from accounts.models.payroll import Payout, Payroll, PayrollLine
from accounts.models.reclassification import Reclassification
from accounts.models.special_account import AccountProject, SpecialAccount

__all__ = [
    "AccountProject",
    "AccountReport",
    "BankAgreement",
    "ClosingNotice",
    "LabourCostTerm",
    "LedgerEntry",
    "MeasuredValue",
    "Payout",
    "Payroll",
    "PayrollLine",
    "PublicNotice",
    "Reclassification",
    "SpecialAccount",
    "TripartiteAgreement",
]
