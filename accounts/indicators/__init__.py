from accounts.indicators.deposits import (
    DEPOSIT_ACCOUNT,
    DEPOSIT_ASSESSMENT,
    DEPOSIT_COLLECTION,
    DEPOSIT_PAYMENT,
    DEPOSIT_REFUND,
)
from accounts.indicators.special_accounts import (
    INCOMING,
    LEDGER,
    PAYOUT,
    SPECIAL_ACCOUNT,
)

__all__ = [
    "DEPOSIT_ACCOUNT",
    "DEPOSIT_ASSESSMENT",
    "DEPOSIT_COLLECTION",
    "DEPOSIT_PAYMENT",
    "DEPOSIT_REFUND",
    "INCOMING",
    "LEDGER",
    "PAYOUT",
    "SPECIAL_ACCOUNT",
]
