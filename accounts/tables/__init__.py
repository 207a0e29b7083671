from accounts.tables.notices import (
    NoticeTable,
)
from accounts.tables.payrolls import (
    PayrollLineTable,
    PayrollTable,
    ProjectPayrollTable,
    UnpaidTable,
)
from accounts.tables.sheets import AdvanceTable, ProjectSheetTable, SheetLineTable, SheetTable
from accounts.tables.special_accounts import (
    AccountTable,
    LedgerTable,
    ProjectAccountTable,
    UnmatchedTable,
)

__all__ = [
    "AccountTable",
    "AdvanceTable",
    "LedgerTable",
    "NoticeTable",
    "PayrollLineTable",
    "PayrollTable",
    "ProjectAccountTable",
    "ProjectPayrollTable",
    "ProjectSheetTable",
    "SheetLineTable",
    "SheetTable",
    "UnmatchedTable",
    "UnpaidTable",
]
