from accounts.models.deposit_decisions import (
    DepositMovement,
    DepositRefund,
    DepositSerial,
    DepositUse,
    DepositUseLine,
)
from accounts.models.deposit_standards import DepositBand, DepositStandard
from accounts.models.deposits import Deposit, DepositAssessment, DepositInstrument
from accounts.models.ledger import LedgerEntry
from accounts.models.notice import PublicNotice
from accounts.models.payroll import Payout, Payroll, PayrollLine
from accounts.models.special_account import AccountProject, SpecialAccount

__all__ = [
    "AccountProject",
    "Deposit",
    "DepositAssessment",
    "DepositBand",
    "DepositInstrument",
    "DepositMovement",
    "DepositRefund",
    "DepositSerial",
    "DepositStandard",
    "DepositUse",
    "DepositUseLine",
    "LedgerEntry",
    "Payout",
    "Payroll",
    "PayrollLine",
    "PublicNotice",
    "SpecialAccount",
]
