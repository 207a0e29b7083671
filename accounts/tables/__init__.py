from accounts.tables.notices import (
    NoticeTable,
)
from accounts.tables.payouts import (
    BatchTable,
    ComparedTable,
    DifferenceTable,
    OrderTable,
    ProjectBatchTable,
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
    "BatchTable",
    "ComparedTable",
    "DifferenceTable",
    "LedgerTable",
    "NoticeTable",
    "OrderTable",
    "PayrollLineTable",
    "PayrollTable",
    "ProjectAccountTable",
    "ProjectBatchTable",
    "ProjectPayrollTable",
    "UnmatchedTable",
    "UnpaidTable",
]
