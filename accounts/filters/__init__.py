from accounts.filters.arrears import (
    ArrearsFilters,
    MonthLineFilters,
    SettledFilters,
    SettledUnitFilters,
)
from accounts.filters.deposits import (
    DepositFilters,
    UndeclaredFilters,
)
from accounts.filters.forecast import (
    ForecastFilters,
)
from accounts.filters.labour_cost import (
    BankFilters,
    LabourCostFilters,
)
from accounts.filters.payouts import (
    BatchFilters,
    ComparedFilters,
    OrderFilters,
)
from accounts.filters.payrolls import (
    NoticeFilters,
    PayrollFilters,
    PayrollLineFilters,
)
from accounts.filters.sheets import (
    SheetFilters,
    SheetLineFilters,
)
from accounts.filters.special_accounts import (
    AccountFilters,
    LedgerFilters,
)

__all__ = [
    "AccountFilters",
    "ArrearsFilters",
    "BankFilters",
    "BatchFilters",
    "ComparedFilters",
    "DepositFilters",
    "ForecastFilters",
    "LabourCostFilters",
    "LedgerFilters",
    "MonthLineFilters",
    "NoticeFilters",
    "OrderFilters",
    "PayrollFilters",
    "PayrollLineFilters",
    "SettledFilters",
    "SettledUnitFilters",
    "SheetFilters",
    "SheetLineFilters",
    "UndeclaredFilters",
]
