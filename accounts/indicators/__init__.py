from accounts.indicators.special_accounts import (
    INCOMING,
    LEDGER,
    PAYOUT,
    SPECIAL_ACCOUNT,
)

__all__ = [
    "INCOMING",
    "LEDGER",
    "PAYOUT",
    "SPECIAL_ACCOUNT",
]
