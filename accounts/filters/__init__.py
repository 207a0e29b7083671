from accounts.filters.deposits import DepositFilters, UndeclaredFilters
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
    "DepositFilters",
    "LedgerFilters",
    "NoticeFilters",
    "PayrollFilters",
    "PayrollLineFilters",
    "UndeclaredFilters",
]
