"""The account indicators of the annex (57–63), those of the ledger (64–73) and of bank payouts (74–82)."""

from django.db.models import Q

from accounts.enums import AccountStatus, MovementDirection
from accounts.models import LedgerEntry, Payout, SpecialAccount
from core.indicators import Indicator, IndicatorGroup, only_when

INCOMING = only_when("direction", MovementDirection.IN)

SPECIAL_ACCOUNT = IndicatorGroup(
    "special_account",
    "工资专用账户",
    SpecialAccount,
    [
        Indicator(57, "holder"),
        Indicator(58, "name"),
        Indicator(59, "number"),
        Indicator(60, "bank_name"),
        Indicator(61, "opened_on"),
        Indicator(62, "status"),
        Indicator(63, "cancelled_on", only_when("status", AccountStatus.CANCELLED)),
    ],
    project_path="project_links__project",
    expected=Q(),
    edit="accounts:account_edit",
    add="accounts:account_add",
)

LEDGER = IndicatorGroup(
    "ledger",
    "专户资金流水",
    LedgerEntry,
    [
        Indicator(64, "serial"),
        Indicator(65, "direction"),
        Indicator(66, "kind"),
        Indicator(67, "account__name"),
        Indicator(68, "account__number"),
        Indicator(69, "amount"),
        Indicator(70, "booked_on"),
        Indicator(71, "balance"),
        Indicator(72, "counterparty_name", INCOMING),
        Indicator(73, "counterparty_number", INCOMING),
    ],
)

PAYOUT = IndicatorGroup(
    "payout",
    "工资发放",
    Payout,
    [
        Indicator(74, "serial"),
        Indicator(75, "account__number"),
        Indicator(76, "line__id_number"),
        Indicator(77, "line__name"),
        Indicator(78, "month"),
        Indicator(79, "line__due"),
        Indicator(80, "line__deducted"),
        Indicator(81, "line__net"),
        Indicator(82, "method"),
    ],
)
