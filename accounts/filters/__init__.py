from accounts.filters.labour_cost import BankFilters, LabourCostFilters
from accounts.filters.payrolls import (
    NoticeFilters,
    PayrollFilters,
    PayrollLineFilters,
)
from accounts.filters.special_accounts import (
    AccountFilters,
    LedgerFilters,
)

__all__ = [
    "AccountFilters",
    "BankFilters",
    "LabourCostFilters",
    "LedgerFilters",
    "NoticeFilters",
    "PayrollFilters",
    "PayrollLineFilters",
]
