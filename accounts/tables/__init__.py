from accounts.tables.arrears import (
    ARREARS_HEADERS,
    AdvanceTable,
    ArrearsTable,
    MonthPeopleTable,
    SettledTable,
    SettledUnitTable,
    arrears_rows,
)
from accounts.tables.banks import (
    BankAgreementTable,
    BankQualityTable,
)
from accounts.tables.deposits import (
    DepositStandardTable,
    DepositTable,
    UndeclaredTable,
    WaitingTable,
)
from accounts.tables.labour_cost import (
    LabourCostTable,
)
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
from accounts.tables.sheets import (
    ProjectSheetTable,
    SheetLineTable,
    SheetTable,
    WageAdvanceTable,
)
from accounts.tables.special_accounts import (
    AccountTable,
    LedgerTable,
    ProjectAccountTable,
    UnmatchedTable,
)

__all__ = [
    "ARREARS_HEADERS",
    "AccountTable",
    "AdvanceTable",
    "ArrearsTable",
    "BankAgreementTable",
    "BankQualityTable",
    "BatchTable",
    "ComparedTable",
    "DepositStandardTable",
    "DepositTable",
    "DifferenceTable",
    "LabourCostTable",
    "LedgerTable",
    "MonthPeopleTable",
    "NoticeTable",
    "OrderTable",
    "PayrollLineTable",
    "PayrollTable",
    "ProjectAccountTable",
    "ProjectBatchTable",
    "ProjectPayrollTable",
    "ProjectSheetTable",
    "SettledTable",
    "SettledUnitTable",
    "SheetLineTable",
    "SheetTable",
    "UndeclaredTable",
    "UnmatchedTable",
    "UnpaidTable",
    "WageAdvanceTable",
    "WaitingTable",
    "arrears_rows",
]
