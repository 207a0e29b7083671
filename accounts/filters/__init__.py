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
    "LedgerFilters",
    "NoticeFilters",
    "PayrollFilters",
    "PayrollLineFilters",
]
