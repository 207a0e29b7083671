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
from accounts.filters.special_accounts import (
    AccountFilters,
    LedgerFilters,
)

__all__ = [
    "AccountFilters",
    "BatchFilters",
    "ComparedFilters",
    "LedgerFilters",
    "NoticeFilters",
    "OrderFilters",
    "PayrollFilters",
    "PayrollLineFilters",
]
