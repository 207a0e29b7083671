from accounts.tables.banks import BankAgreementTable, BankQualityTable
from accounts.tables.labour_cost import LabourCostTable
from accounts.tables.notices import (
    NoticeTable,
)
from accounts.tables.payrolls import (
    PayrollLineTable,
    PayrollTable,
    ProjectPayrollTable,
    UnpaidTable,
)
from accounts.tables.special_accounts import (
    AccountTable,
    LedgerTable,
    ProjectAccountTable,
    UnmatchedTable,
)

__all__ = [
    "AccountTable",
    "BankAgreementTable",
    "BankQualityTable",
    "LabourCostTable",
    "LedgerTable",
    "NoticeTable",
    "PayrollLineTable",
    "PayrollTable",
    "ProjectAccountTable",
    "ProjectPayrollTable",
    "UnmatchedTable",
    "UnpaidTable",
]
