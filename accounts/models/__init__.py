from accounts.models.advance import (
    Advance,
    AdvanceItem,
    AdvanceMovement,
)
from accounts.models.bank_agreement import (
    BankAgreement,
)
from accounts.models.deposit_decisions import (
    DepositRefund,
    DepositUse,
    DepositUseLine,
)
from accounts.models.deposit_movements import (
    DepositMovement,
    DepositSerial,
)
from accounts.models.deposit_standards import (
    DepositBand,
    DepositStandard,
)
from accounts.models.deposits import (
    Deposit,
    DepositAssessment,
    DepositInstrument,
)
from accounts.models.forecast import (
    Forecast,
    ForecastError,
)
from accounts.models.kept_arrears import (
    Arrears,
)
from accounts.models.labour_cost import (
    LabourCostTerm,
    MeasuredValue,
)
from accounts.models.ledger import (
    LedgerEntry,
)
from accounts.models.notice import (
    PublicNotice,
)
from accounts.models.papers import (
    AccountReport,
    ClosingNotice,
    TripartiteAgreement,
)
from accounts.models.payout_batch import (
    PayoutBatch,
    PayoutOrder,
)
from accounts.models.payroll import (
    Payout,
    Payroll,
    PayrollLine,
)
from accounts.models.reclassification import (
    Reclassification,
)
from accounts.models.sheets import (
    LineAnswer,
    PayrollSheet,
    PayrollStep,
)
from accounts.models.special_account import (
    AccountProject,
    SpecialAccount,
)
from accounts.models.threshold import (
    ArrearsThreshold,
)
from accounts.models.wage_advance import (
    WageAdvance,
)
from accounts.models.wage_due import (
    WageDue,
)

__all__ = [
    "AccountProject",
    "AccountReport",
    "Advance",
    "AdvanceItem",
    "AdvanceMovement",
    "Arrears",
    "ArrearsThreshold",
    "BankAgreement",
    "ClosingNotice",
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
    "Forecast",
    "ForecastError",
    "LabourCostTerm",
    "LedgerEntry",
    "LineAnswer",
    "MeasuredValue",
    "Payout",
    "PayoutBatch",
    "PayoutOrder",
    "Payroll",
    "PayrollLine",
    "PayrollSheet",
    "PayrollStep",
    "PublicNotice",
    "Reclassification",
    "SpecialAccount",
    "TripartiteAgreement",
    "WageAdvance",
    "WageDue",
]
