from accounts.filters.payrolls import (
    NoticeFilters,
    PayrollFilters,
    PayrollLineFilters,
)
from accounts.filters.sheets import SheetFilters, SheetLineFilters
from accounts.filters.special_accounts import (
    AccountFilters,
    LedgerFilters,
)

__all__ = [
    "AccountFilters",
    "LedgerFilters",
    "NoticeFilters",
    "PayrollFilters",
    "PayrollLineFilters",
    "SheetFilters",
    "SheetLineFilters",
]
