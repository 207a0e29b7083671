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
from accounts.tables.forecast import (
    ACCURACY_WORDS,
    FORECAST_HEADERS,
    AccuracyTable,
    InflowTable,
    PlaceShortfallTable,
    ProjectForecast,
    ProjectForecastTable,
    Reckoning,
    ReckoningTable,
    ShortfallTable,
    forecast_rows,
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
    "ACCURACY_WORDS",
    "ARREARS_HEADERS",
    "FORECAST_HEADERS",
    "AccountTable",
    "AccuracyTable",
    "AdvanceTable",
    "ArrearsTable",
    "BankAgreementTable",
    "BankQualityTable",
    "BatchTable",
    "ComparedTable",
    "DepositStandardTable",
    "DepositTable",
    "DifferenceTable",
    "InflowTable",
    "LabourCostTable",
    "LedgerTable",
    "MonthPeopleTable",
    "NoticeTable",
    "OrderTable",
    "PayrollLineTable",
    "PayrollTable",
    "PlaceShortfallTable",
    "ProjectAccountTable",
    "ProjectBatchTable",
    "ProjectForecast",
    "ProjectForecastTable",
    "ProjectPayrollTable",
    "ProjectSheetTable",
    "Reckoning",
    "ReckoningTable",
    "SettledTable",
    "SettledUnitTable",
    "SheetLineTable",
    "SheetTable",
    "ShortfallTable",
    "UndeclaredTable",
    "UnmatchedTable",
    "UnpaidTable",
    "WageAdvanceTable",
    "WaitingTable",
    "arrears_rows",
    "forecast_rows",
]
