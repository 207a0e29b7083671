from accounts.tables.deposits import (
    DepositStandardTable,
    DepositTable,
    UndeclaredTable,
    WaitingTable,
)
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
    "DepositStandardTable",
    "DepositTable",
    "LedgerTable",
    "NoticeTable",
    "PayrollLineTable",
    "PayrollTable",
    "ProjectAccountTable",
    "ProjectPayrollTable",
    "UndeclaredTable",
    "UnmatchedTable",
    "UnpaidTable",
    "WaitingTable",
]
