from accounts.selectors.banks import (
    agreements_in_force,
    bank_qualities,
    is_agreement_bank,
)
from accounts.selectors.labour_cost import (
    LabourCost,
    overdue,
    with_labour_cost,
)
from accounts.selectors.money import (
    account_gaps_of,
    account_numbered,
    cards_of_workers,
    in_and_out,
    monthly_movements,
    unlike_registered,
    unmatched_payouts,
    unpaid_lines,
    wages_owed,
    with_attendance,
    with_balance,
    with_marks,
    with_projects,
    with_reason,
    with_totals,
)
from accounts.selectors.parts import (
    overdrawn,
    own_parts,
    parts_of,
)
from accounts.selectors.payouts import (
    attempts_of,
    usable_accounts,
    waiting_longer,
    with_progress,
)
from accounts.selectors.reconciliation import (
    Differences,
    differing_payouts,
    faulty_payouts,
)
from accounts.selectors.sheets import (
    under_way_for,
    waiting_for,
    with_differences,
    with_sums,
)

__all__ = [
    "Differences",
    "LabourCost",
    "account_gaps_of",
    "account_numbered",
    "agreements_in_force",
    "attempts_of",
    "bank_qualities",
    "cards_of_workers",
    "differing_payouts",
    "faulty_payouts",
    "in_and_out",
    "is_agreement_bank",
    "monthly_movements",
    "overdrawn",
    "overdue",
    "own_parts",
    "parts_of",
    "under_way_for",
    "unlike_registered",
    "unmatched_payouts",
    "unpaid_lines",
    "usable_accounts",
    "wages_owed",
    "waiting_for",
    "waiting_longer",
    "with_attendance",
    "with_balance",
    "with_differences",
    "with_labour_cost",
    "with_marks",
    "with_progress",
    "with_projects",
    "with_reason",
    "with_sums",
    "with_totals",
]
